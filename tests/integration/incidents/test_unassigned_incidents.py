"""An SMS turns out to be another's: what it opened as the first one's ends, and whoever was alerted is told so."""

from collections import Counter

import pytest
from aws_faults import Wire, fail_each_call
from desk_actions import AtDesk, audit_lines, settle
from incident_day import MINUTE, coordinator, everyone, incident, wait
from pipeline import Load, Pipeline, stored

from chalicelib.services.desk.assignment import Owner
from chalicelib.services.incidents.steps import take_step
from chalicelib.store.incidents import incidents_of
from chalicelib.store.messages import Message
from chalicelib.store.open_incidents import open_incidents_of

STRANGER = "+996700777001"
ENDED = "its SMS is not from that observer"


def desk_of(load: Load, **changed: object) -> AtDesk:
    people = (
        coordinator("Asan", "Bishkek"),
        coordinator("Bermet", "Bishkek", level=2, language="ru"),
        coordinator("HQ", "*", language="ky", alerts=("email",)),
    )
    return AtDesk(load(coordinators=people, **changed))


@pytest.fixture
def desk(load: Load) -> AtDesk:
    return desk_of(load)


def stranger(day: Pipeline, text: str = "IN 2 they stuff") -> Message:
    row = day.say(STRANGER, text)
    day.now += MINUTE
    return row


def assigned(desk: AtDesk, text: str = "IN 2 they stuff", place: int = 0) -> Message:
    sms = stranger(desk.pipeline, text)
    desk.assign(sms.key, desk.pipeline.election.observers[place].number)
    return sms


def news(day: Pipeline) -> dict[tuple[str, str], str]:
    """What the alerted were told of its end, by name and channel."""
    named = {address: person.name for person in day.election.coordinators for address in (person.phone, person.email)}
    rows = [row for row in day.outgoing() if "#withdrawn" in row.key]
    found = {(named[row.recipient], row.channel): row.text or "" for row in rows}
    assert len(found) == len(rows)
    return found


def states(day: Pipeline) -> dict[int, str]:
    return {row.number: row.state for row in incidents_of(day.election.id)}


def test_the_undo_of_an_assignment_rejects_what_its_sms_opened_and_tells_who_was_alerted(desk: AtDesk) -> None:
    day, sms = desk.pipeline, assigned(desk, "IN 2 they stuff\nOP A1 C12")
    assert incident(day, 1).state == "new"
    desk.undo(sms.key, note="a driver's phone")
    ended = incident(day, 1)
    last = ended.history[-1]
    assert (ended.state, last["step"], last["who"]) == ("rejected", "reject", "Aida (operator)")
    assert last["note"] == f"{ENDED}: a driver's phone"
    assert set(news(day)) == {("Asan", "sms"), ("Asan", "email")}
    assert news(day)["Asan", "sms"] == (
        f"Baykoo: Incident 1 is now rejected, station {ended.station}. Its SMS is not from that observer. "
        "a driver's phone"
    )
    assert desk.waiting() == [sms.key]
    assert open_incidents_of(day.election.id) == []
    assert "Aida (operator): incident reject" in audit_lines(day)
    assert wait(day, 60) == 0, "nobody is alerted of it any more"
    assert day.differences() == ()


def test_who_was_told_by_escalation_hears_it_in_their_language(desk: AtDesk) -> None:
    sms = assigned(desk, "IN 3 they beat")
    wait(desk.pipeline, 6)
    desk.undo(sms.key)
    texts = news(desk.pipeline)
    assert sorted({name for name, _ in texts}) == ["Asan", "Bermet", "HQ"]
    assert "не от этого наблюдателя" in texts["Bermet", "sms"]
    assert "байкоочудан эмес" in texts["HQ", "email"]


def test_all_sms_of_the_phone_and_all_their_incidents_end_with_it(desk: AtDesk) -> None:
    day, sms = desk.pipeline, assigned(desk, "IN 2 one\nIN 4 two\nIN 7 three")
    for place in range(3):
        stranger(day, f"IN 2 once more {place}")
    assert set(states(day).values()) == {"new"}
    before = len(states(day))
    assert before >= 4
    desk.undo(sms.key)
    assert list(states(day).values()) == ["rejected"] * before
    assert day.differences() == ()


def test_a_verified_one_stays_and_says_what_became_of_its_sms(desk: AtDesk) -> None:
    day, sms = desk.pipeline, assigned(desk)
    take_step(day.current, everyone(day), 1, "verify", 1, "", day.now)
    desk.undo(sms.key)
    assert (incident(day, 1).state, incident(day, 1).history[-1]["note"]) == ("verified", ENDED)
    assert news(day) == {}


def test_an_answer_that_the_observer_gave_from_their_own_phone_keeps_its_incident(desk: AtDesk) -> None:
    day = desk.pipeline
    sms = assigned(desk, "OP A1 D2")
    own = day.say(day.phone(), "OP 1001 D2")
    desk.undo(sms.key)
    assert (incident(day, 1).state, incident(day, 1).message, news(day)) == ("new", own.key, {})
    assert day.differences() == ()


def test_assigned_to_another_station_the_first_ends_and_another_opens(desk: AtDesk) -> None:
    day, sms = desk.pipeline, assigned(desk)
    desk.assign(sms.key, day.election.observers[5].number)
    first, second = (incident(day, number) for number in sorted(states(day)))
    assert (first.state, second.state) == ("rejected", "new")
    assert second.station == day.election.observers[5].station != first.station
    assert ("Asan", "sms") in news(day)
    assert day.differences() == ()


def test_assigned_to_the_other_observer_of_the_station_it_stays_and_is_theirs(desk: AtDesk) -> None:
    day, sms = desk.pipeline, assigned(desk)
    other = day.observers()[1].number
    desk.assign(sms.key, other)
    assert states(day) == {1: "new"}
    assert (incident(day, 1).observer, news(day)) == (other, {})
    assert day.differences() == ()


def test_assigned_again_after_the_undo_it_is_new_again_and_told_again(desk: AtDesk) -> None:
    day, sms = desk.pipeline, assigned(desk)
    counted = day.summary()["nation"]["incidents"]
    desk.undo(sms.key)
    day.now += MINUTE
    other = day.observers()[1].number
    desk.assign(sms.key, other)
    again = incident(day, 1)
    assert (states(day), again.state, again.observer) == ({1: "new"}, "new", other)
    assert len([row for row in day.outgoing() if "#again" in row.key]) == 2
    assert day.summary()["nation"]["incidents"] == counted
    assert day.differences() == ()


def test_a_phone_that_is_a_coordinator_s_after_all_says_it_again(desk: AtDesk) -> None:
    day, sms = desk.pipeline, assigned(desk, "IN 2 1001 they stuff")
    desk.own(sms.key, Owner("coordinator", "Asan"))
    assert states(day) == {1: "new"}
    assert incident(day, 1).observer == stored(sms.key).reading["command"]["coordinator"]
    assert day.differences() == ()


def test_one_sms_alone_ends_its_own_incident(desk: AtDesk) -> None:
    day = desk.pipeline
    this, other = stranger(day), stranger(day, "IN 4 they shout")
    for sms, place in ((this, 0), (other, 5)):
        desk.assign_this(sms.key, day.election.observers[place].number)
    assert set(states(day).values()) == {"new"}
    desk.undo(this.key)
    ended, kept = (incident(day, number) for number in sorted(states(day)))
    assert (ended.state, kept.state) == ("rejected", "new")
    assert day.differences() == ()
    desk.assign_this(other.key, day.election.observers[0].number)
    assert Counter(states(day).values()) == Counter(rejected=2, new=1)
    assert day.differences() == ()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_ends_it_once(load: Load, wire: Wire, when: str) -> None:
    desk = desk_of(load, size=4)
    day, sms = desk.pipeline, assigned(desk)
    desk.seen[sms.key] = desk.tag(sms.key)
    fail_each_call(wire, when, lambda: desk.undo(sms.key, under="one", note="mistaken"))
    desk.undo(sms.key, under="one", note="mistaken")
    settle(day)
    steps = Counter(entry["step"] for entry in incident(day, 1).history)
    assert (steps, len(news(day))) == (Counter(open=1, reject=1), 2)
    assert incident(day, 1).history[-1]["note"] == f"{ENDED}: mistaken"
    assert day.differences() == ()
