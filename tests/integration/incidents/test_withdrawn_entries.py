"""An entry that opened an incident is undone: the incident ends with it, and whoever was alerted of it is told so."""

from collections import Counter
from typing import Any

import pytest
from aws_faults import Wire, fail_each_call
from desk_actions import AtDesk, audit_lines
from incident_day import MINUTE, coordinator, everyone, incident, say, wait
from pipeline import Load, Pipeline, stored

from chalicelib.services.actions.perform import Action
from chalicelib.services.decisions import answers, correction
from chalicelib.services.decisions.decision import Target
from chalicelib.services.incidents import withdrawn_entries
from chalicelib.services.incidents.steps import take_step
from chalicelib.store.incidents import incidents_of
from chalicelib.store.open_incidents import open_incidents_of


def entering_day(load: Load, **changed: object) -> AtDesk:
    people = (
        coordinator("Asan", "Bishkek"),
        coordinator("Bermet", "Bishkek", level=2, language="ru"),
        coordinator("Cholpon", "Chuy"),
        coordinator("HQ", "*", language="ky", alerts=("email",)),
    )
    return AtDesk(load(coordinators=people, **changed))


@pytest.fixture
def desk(load: Load) -> AtDesk:
    return entering_day(load)


def news(day: Pipeline) -> dict[tuple[str, str], str]:
    """What the alerted were told of the withdrawal, by name and channel."""
    named = {
        address: coordinator.name
        for coordinator in day.election.coordinators
        for address in (coordinator.phone, coordinator.email)
    }
    rows = [row for row in day.outgoing() if "#withdrawn" in row.key]
    found = {(named[row.recipient], row.channel): row.text or "" for row in rows}
    assert len(found) == len(rows)
    return found


def made_incident(desk: AtDesk, category: int = 2) -> str:
    """An SMS that nobody could read, made an incident by an operator."""
    sms = desk.pipeline.say(desk.pipeline.phone(), "they put in a pack of ballots")
    desk.pipeline.now += MINUTE
    desk.incident(sms.key, category)
    return sms.key


def test_the_incident_is_rejected_and_who_was_alerted_is_told(desk: AtDesk) -> None:
    day, sms = desk.pipeline, made_incident(desk)
    assert incident(day, 1).state == "new"
    assert desk.undo(sms, note="she meant last year")["incidents"] == [1]
    ended = incident(day, 1)
    assert (ended.state, ended.history[-1]["step"], ended.history[-1]["who"]) == (
        "rejected",
        "reject",
        "Aida (operator)",
    )
    assert ended.history[-1]["note"] == "what was entered is withdrawn: she meant last year"
    assert news(day) == {
        ("Asan", "sms"): (
            f"Baykoo: Incident 1 is now rejected, station {ended.station}. What was entered is withdrawn. "
            "she meant last year"
        ),
        ("Asan", "email"): (
            f"Incident 1 is now rejected, station {ended.station}. What was entered is withdrawn. she meant last year"
        ),
    }
    assert desk.waiting() == [sms]
    assert open_incidents_of(day.election.id) == []
    assert "Aida (operator): incident reject" in audit_lines(day)
    assert wait(day, 60) == 0, "nobody is alerted of it any more"
    assert day.differences() == ()


def test_who_was_told_by_escalation_hears_of_it_too(desk: AtDesk) -> None:
    sms = made_incident(desk, category=3)
    wait(desk.pipeline, 6)
    desk.undo(sms)
    texts = news(desk.pipeline)
    assert sorted(texts) == [
        ("Asan", "email"),
        ("Asan", "sms"),
        ("Bermet", "email"),
        ("Bermet", "sms"),
        ("HQ", "email"),
    ]
    assert "отозвано" in texts["Bermet", "sms"]
    assert "кайтарылды" in texts["HQ", "email"]


def test_who_waited_for_the_digest_hears_of_neither(desk: AtDesk) -> None:
    day = desk.pipeline
    for place in range(3):
        day.say(day.observers(place)[0].phones[0], "IN 2 they stuff")
    sms = day.say(day.observers(4)[0].phones[0], "they put in a pack of ballots")
    desk.incident(sms.key, 2)
    assert incident(day, 4).digested
    desk.undo(sms.key)
    assert (incident(day, 4).state, news(day)) == ("rejected", {})
    wait(day, 6)
    assert not [row for row in day.outgoing() if row.key.startswith("digest#")]


def test_who_had_it_in_a_digest_hears_of_its_end(desk: AtDesk) -> None:
    day = desk.pipeline
    for place in range(3):
        day.say(day.observers(place)[0].phones[0], "IN 2 they stuff")
    sms = day.say(day.observers(4)[0].phones[0], "they put in a pack of ballots")
    desk.incident(sms.key, 2)
    wait(day, 6)
    assert [row for row in day.outgoing() if row.key.startswith("digest#")]
    desk.undo(sms.key)
    assert {name for name, _ in news(day)} == {"Asan"}


def test_a_verified_incident_stays_and_says_what_became_of_the_entry(desk: AtDesk) -> None:
    day, sms = desk.pipeline, made_incident(desk)
    take_step(day.current, everyone(day), 1, "verify", 1, "", day.now)
    assert desk.undo(sms)["incidents"] == []
    assert (incident(day, 1).state, incident(day, 1).history[-1]["note"]) == (
        "verified",
        "what was entered is withdrawn",
    )
    assert news(day) == {}


def test_an_answer_that_the_observer_gave_too_keeps_its_incident(desk: AtDesk) -> None:
    day = desk.pipeline
    observer = day.observers()[0]
    by_phone = desk.enter("OP 1001 A1 D2", observer=observer.number)["entered"]
    assert incident(day, 1).report == "OP#-#D"
    day.now += MINUTE
    day.say(observer.phones[0], "OP 1001 D2")
    desk.undo(by_phone)
    assert (incident(day, 1).state, news(day)) == ("new", {})
    other = desk.enter("OP 1001 D2", observer=day.observers()[1].number)["entered"]
    desk.undo(other)
    states = {incident.number: incident.state for incident in incidents_of(day.election.id)}
    assert [states[number] for number in sorted(states)] == ["new", "rejected"]
    assert day.differences() == ()


@pytest.mark.parametrize("by", ["sms", "entry"])
def test_what_is_said_again_after_the_withdrawal_is_new_again_and_told_again(desk: AtDesk, by: str) -> None:
    day = desk.pipeline
    observer = day.observers()[0]
    by_phone = desk.enter("OP 1001 A1 D2", observer=observer.number)["entered"]
    desk.undo(by_phone)
    assert incident(day, 1).state == "rejected"
    before, counted = len(day.outgoing()), day.summary()["nation"]["incidents"]
    day.now += MINUTE
    if by == "sms":
        message = day.say(observer.phones[0], "OP 1001 D2").key
    else:
        message = desk.enter("OP 1001 D2", observer=observer.number)["entered"]
    again = incident(day, 1)
    assert (again.state, again.message, again.text) == ("new", message, "OP 1001 D2")
    alerts = [row for row in day.outgoing() if "#again" in row.key]
    assert (len(alerts), len(day.outgoing()) - before) == (2, 3 if by == "sms" else 2)
    assert [incident.number for incident in open_incidents_of(day.election.id)] == [1]
    assert day.summary()["nation"]["incidents"] == counted
    assert wait(day, 16) > 0, "it is escalated as any new one"
    day.say(observer.phones[0], "OP 1001 D2")
    assert len([row for row in day.outgoing() if "#again" in row.key]) == 2
    assert day.differences() == ()


def test_said_again_it_has_its_whole_time_until_it_is_escalated(desk: AtDesk) -> None:
    day = desk.pipeline
    observer = day.observers()[0]
    by_phone = desk.enter("OP 1001 D2", observer=observer.number)["entered"]
    day.now += 10 * MINUTE
    desk.undo(by_phone)
    day.say(observer.phones[0], "OP 1001 D2")
    assert wait(day, 14) == 0, "the time that it had before is over"
    assert wait(day, 1.1) == 2
    assert wait(day, 14) == 0
    assert (wait(day, 1.1), incident(day, 1).stage) == (1, 2)


def test_who_had_heard_of_it_by_escalation_hears_that_it_is_said_again(desk: AtDesk) -> None:
    day = desk.pipeline
    observer = day.observers()[0]
    by_phone = desk.enter("OP 1001 D2", observer=observer.number)["entered"]
    wait(day, 16)
    wait(day, 16)
    assert incident(day, 1).stage == 2, "headquarters were the last"
    desk.undo(by_phone)
    day.say(observer.phones[0], "OP 1001 D2")
    named = {
        address: coordinator.name
        for coordinator in day.election.coordinators
        for address in (coordinator.phone, coordinator.email)
    }
    told_again = {named[row.recipient] for row in day.outgoing() if "#again" in row.key}
    assert told_again == {"Asan", "Bermet", "HQ"}
    assert wait(day, 60) == 0


def target(day: Pipeline, key: str, version: int) -> Target:
    action = Action(everyone(day), day.now, key, "d", "she misspoke")
    return Target(day.current, action, ("1001", "OP", "-"), version)


def version(day: Pipeline) -> int:
    return int(next(report.version for report in day.reports() if report.report.form == "OP"))


def test_a_correction_that_is_undone_and_decided_again_ends_and_reopens_it(desk: AtDesk) -> None:
    day = desk.pipeline
    observer = day.observers()[0].number
    day.say(day.phone(), "OP 1001 A1 B0730 C12 D1 E1668")
    day.now += MINUTE
    correction.correct(target(day, "1", version(day)), observer, {"D": "2"})
    assert incident(day, 1).state == "new"
    answers.undo(target(day, "2", version(day)))
    assert (incident(day, 1).state, len(news(day))) == ("rejected", 2)
    answers.undo(target(day, "3", version(day)))
    assert [entry["step"] for entry in incident(day, 1).history] == ["open", "reject", "reopen"]
    assert incident(day, 1).state == "acknowledged"
    assert [text for text in news_of_all(day) if "counts again" in text]
    entry = next(row.key for row in day.rows() if row.key.startswith("entered#"))
    answers.withdraw(target(day, "4", version(day)), entry)
    answers.revoke(target(day, "5", version(day)), of="withdrawal", message=entry)
    assert [entry["step"] for entry in incident(day, 1).history][2:] == ["reopen", "reject", "reopen"]
    assert day.differences() == ()


def news_of_all(day: Pipeline) -> list[str]:
    return [row.text or "" for row in day.outgoing() if "#withdrawn" in row.key]


def test_who_rejected_it_before_is_not_overruled_by_a_restored_entry(desk: AtDesk) -> None:
    day = desk.pipeline
    day.say(day.phone(), "OP 1001 A1 B0730 C12 D1 E1668")
    day.now += MINUTE
    correction.correct(target(day, "1", version(day)), day.observers()[0].number, {"D": "2"})
    say(day, "Asan", "REJECT 1 a rumour")
    answers.undo(target(day, "2", version(day)))
    answers.undo(target(day, "3", version(day)))
    assert incident(day, 1).state == "rejected"
    assert news(day) == {}


def test_of_many_who_were_alerted_each_is_told_once(desk: AtDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withdrawn_entries, "MOST_NEWS", 3)
    sms = made_incident(desk, category=3)
    wait(desk.pipeline, 6)
    desk.undo(sms)
    assert sorted(news(desk.pipeline)) == [("Asan", "sms"), ("Bermet", "sms"), ("HQ", "email")]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_ends_it_once(load: Load, wire: Wire, when: str) -> None:
    desk = entering_day(load, size=4)
    day, sms = desk.pipeline, made_incident(desk)
    seen = desk.tag(sms)
    desk.seen[sms] = seen
    fail_each_call(wire, when, lambda: desk.undo(sms, under="one"))
    answer: dict[str, Any] = desk.undo(sms, under="one")
    assert stored(answer["withdrawn"]).resolution["how"] == "withdrawn"
    steps = Counter(entry["step"] for entry in incident(day, 1).history)
    assert (steps, len(news_of_all(day))) == (Counter(open=1, reject=1), 2)
    assert day.differences() == ()
