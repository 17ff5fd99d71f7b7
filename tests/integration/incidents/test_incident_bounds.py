"""One phone that reports incidents without end: what opens, what is held, who is told, and what it costs."""

import datetime as dt
import sys
from collections.abc import Callable

import pytest
from aws_faults import Wire
from incident_day import coordinator, everyone, incident, report, told
from pipeline import Pipeline, stored

from chalicelib.observation.incidents.budget import (
    ALERTS_PER_COORDINATOR_AND_HOUR,
    CRITICAL_RESERVE,
    MOST_PER_PHONE_AND_HOUR,
    MOST_PER_SMS,
    MOST_SAME,
)
from chalicelib.services.incidents import alert_budget, escalation, steps
from chalicelib.services.incidents.escalation import escalate_election
from chalicelib.services.incidents.steps import PAGE_SIZE, list_incidents, take_step
from chalicelib.store import escalations
from chalicelib.store.escalations import Digest, adding_to_digest
from chalicelib.store.incidents import MOST_STEPS, Incident, incidents_of
from chalicelib.store.message_queries import unfinished
from chalicelib.store.operators import AuditRow
from chalicelib.store.outcome import write

Load = Callable[..., Pipeline]
SECOND = dt.timedelta(seconds=1)
CRITICAL = 3


@pytest.fixture
def day(load: Load) -> Pipeline:
    return load(coordinators=(coordinator("Asan", "Bishkek"), coordinator("Cholpon", "Chuy")))


def flood(day: Pipeline, sms: int, lines: int = 30) -> None:
    for place in range(sms):
        day.now += SECOND
        report(day, 0, "\n".join(f"IN {CRITICAL} flood {place} {line}" for line in range(lines)))


def test_a1c_identical_lines_of_one_sms_are_one_incident(day: Pipeline) -> None:
    message = report(day, 0, "\n".join(["IN 3"] * 15))
    assert [int(incident.number) for incident in incidents_of(day.election.id)] == [1]
    assert told(day) == {"Asan": ["email", "sms"]}
    assert [written["flags"] for written in message.reading["reports"][1:]] == [["repeated"]] * 14
    assert day.differences() == ()


def test_a1c_an_sms_opens_so_many_and_one_more_that_tells_of_the_rest(day: Pipeline) -> None:
    message = report(day, 0, "\n".join(f"IN 3 place {line}" for line in range(30)))
    opened = list(incidents_of(day.election.id))
    assert len(opened) == MOST_PER_SMS + 1
    [bearer] = [incident for incident in opened if incident.more]
    assert int(bearer.more) == 30 - MOST_PER_SMS - 1
    alert = next(row for row in day.outgoing() if row.key.startswith(f"alert#{day.election.id}#{bearer.id}#"))
    assert f"{int(bearer.more)} more reports of this phone are held." in (alert.text or "")
    assert message.reason == "over_budget"
    assert message.key in list(unfinished("held", None, 100)), "a person finds it"
    assert day.differences() == ()


def test_a1_one_phone_opens_so_many_an_hour_and_another_is_heard(day: Pipeline) -> None:
    flood(day, 6)
    opened = list(incidents_of(day.election.id))
    assert len(opened) <= MOST_PER_PHONE_AND_HOUR + 1
    other = day.observers(0)[1]
    day.say(other.phones[0], "IN 3 they beat us")
    assert len(list(incidents_of(day.election.id))) == len(opened) + 1
    day.now += dt.timedelta(hours=1)
    report(day, 0, "IN 3 in the next hour")
    assert len(list(incidents_of(day.election.id))) == len(opened) + 2
    assert day.differences() == ()


def test_a1_an_incident_names_so_many_that_may_be_the_same(day: Pipeline) -> None:
    flood(day, 4)
    day.say(day.observers(0)[1].phones[0], "IN 3 they beat us")
    assert max(len(incident.may_be_same_as) for incident in incidents_of(day.election.id)) == MOST_SAME
    shown = list_incidents(day.election, everyone(day))["incidents"]
    assert max(len(row["may_be_same_as"]) for row in shown) == MOST_SAME


def test_a1_incidents_are_listed_by_pages_and_each_once(day: Pipeline, wire: Wire) -> None:
    template = _one_incident(day)
    for number in range(2, 2 * PAGE_SIZE + 31):
        _copy(template, number)
    calls: list[str] = []
    wire.watch = lambda operation, parameters, answer: calls.append(operation)
    numbers, before, pages = [], None, []
    while True:
        calls.clear()
        page = list_incidents(day.election, everyone(day), before=before)
        pages.append((len(page["incidents"]), len(calls)))
        numbers += [incident["number"] for incident in page["incidents"]]
        if page["next"] is None:
            break
        before = int(page["next"])
    sys.stdout.write(f"\npages of incidents and calls: {pages}\n")
    assert numbers == list(range(2 * PAGE_SIZE + 30, 0, -1))
    assert [count for count, _ in pages] == [PAGE_SIZE, PAGE_SIZE, 30]


def test_what_is_open_is_listed_however_old_and_by_pages(day: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind more that are closed than a page holds."""
    monkeypatch.setattr(steps, "PAGE_SIZE", 2)
    for place in (0, 1, 10, 2, 3, 4):
        day.now += SECOND
        report(day, place)
    for number in (4, 5):
        take_step(day.current, everyone(day), number, "reject", 1, "a joke", day.now)
    first = list_incidents(day.election, everyone(day), is_open=True)
    assert ([row["number"] for row in first["incidents"]], first["next"]) == ([6, 3], "3")
    last = list_incidents(day.election, everyone(day), before=3, is_open=True)
    assert ([row["number"] for row in last["incidents"]], last["next"]) == ([2, 1], None)
    elsewhere = list_incidents(day.election, everyone(day), "Chuy", is_open=True)
    assert ([row["number"] for row in elsewhere["incidents"]], elsewhere["next"]) == ([3], None)


def test_a1_cpu_of_the_list_grows_with_the_page_and_not_with_the_square_of_what_is_there(day: Pipeline) -> None:
    template = _one_incident(day)
    lines: dict[int, int] = {}
    for number in range(2, 402):
        _copy(template, number, may_be_same_as=list(range(max(1, number - 10), number)))
        if number in (101, 201, 401):
            lines[number] = _lines_executed(lambda: list_incidents(day.election, everyone(day)))
    sys.stdout.write(f"\nlines executed for a page, by incidents there: {lines}\n")
    assert lines[401] < 4.5 * lines[101]


def test_a1a_a_digest_lists_the_gravest_and_says_how_many_more(day: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escalation, "MOST_LISTED", 3)
    for place in range(8):
        day.now += SECOND
        day.say(day.phone(place), "IN 2 they stuff" if place < 7 else "IN 9 no light")
    day.now += dt.timedelta(minutes=6)
    escalate_election(day.current, day.now)
    email = next(row for row in day.outgoing() if row.key.startswith("digest#") and row.channel == "email")
    assert "... and 2 more" in (email.text or "")
    assert "5 more incidents" in (email.subject or "")


def test_a1c_alerts_have_a_budget_an_hour_and_the_rest_come_in_a_digest(day: Pipeline) -> None:
    most = ALERTS_PER_COORDINATOR_AND_HOUR + CRITICAL_RESERVE
    phones = [
        observer.phones[0]
        for observer in day.election.observers
        if day.election.region_of(observer.station) == "Bishkek"
    ]
    for place in range(most + 5):
        day.now += SECOND
        day.say(phones[place % len(phones)], f"IN 3 number {place}")
    opened = list(incidents_of(day.election.id))
    assert len(opened) > most
    assert len(told(day)["Asan"]) == 2 * most
    day.now += dt.timedelta(minutes=6)
    escalate_election(day.current, day.now)
    digest = next(row for row in day.outgoing() if row.key.startswith("digest#") and row.channel == "email")
    assert f"{len(opened) - most} more incidents" in (digest.subject or "")
    report(day, 10, "IN 3 elsewhere")
    assert told(day)["Cholpon"] == ["email", "sms"], "another coordinator's budget is their own"


def test_a1c_digests_have_a_budget_an_hour_and_the_rest_come_by_email(
    day: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_budget, "DIGESTS_PER_COORDINATOR_AND_HOUR", 2)
    report(day, 0)
    [first] = incidents_of(day.election.id)
    for place in range(4):
        write([adding_to_digest(day.election.id, "Bishkek", 0, {first.number}, day.current.clock.at(day.now))])
        day.now += SECOND
        escalate_election(day.current, day.now)
        digests = [row for row in day.outgoing() if row.key.startswith("digest#")]
        assert sorted(row.channel for row in digests) == (["email", "sms"] if place < 2 else ["email"])
        for row in digests:  # a key tells the digest's first number, which is always the same here
            row.delete()
    day.now += dt.timedelta(hours=1)
    write([adding_to_digest(day.election.id, "Bishkek", 0, {first.number}, day.current.clock.at(day.now))])
    escalate_election(day.current, day.now)
    assert "sms" in {row.channel for row in day.outgoing() if row.key.startswith("digest#")}


def test_a1a_a_digest_has_room_for_so_many_and_what_would_be_more_is_held(
    day: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalations, "MOST_NUMBERS", 3)
    write([adding_to_digest(day.election.id, "Bishkek", 0, {101, 102, 103}, day.current.clock.at(day.now))])
    for place in range(6):
        assert report(day, place, "IN 9 no light").state == "accepted"
    assert {incident.digested for incident in incidents_of(day.election.id)} == {False}, (
        "where it is full, one is told at once"
    )
    message = report(day, 7, "IN 9 no light\nIN 2 they stuff")
    assert (message.state, message.reason) == ("held", "too_long")
    assert message.key in list(unfinished("held", None, 100))
    [digest] = Digest.query(f"{day.election.id}#digests")
    assert digest.numbers == {101, 102, 103}
    assert report(day, 9, "IN 3 they beat us").state == "accepted", "a critical one needs no digest"


def _one_incident(day: Pipeline) -> Incident:
    report(day, 0, "IN 2 the first")
    return incident(day, 1)


def _copy(template: Incident, number: int, **changes: object) -> None:
    from chalicelib.store.incident_numbers import giving_number  # noqa: PLC0415

    values = dict(template.attribute_values) | {"id": f"{template.station}#{number:010}", "number": number} | changes
    stored_incident = Incident(**values)
    stored_incident.save()
    giving_number(stored_incident, number, template.opened_at).row.save()


def _lines_executed(act: Callable[[], object]) -> int:
    count = 0

    def trace(frame, event, argument):  # type: ignore[no-untyped-def]
        nonlocal count
        count += event == "line"
        return trace if "chalicelib" in frame.f_code.co_filename else None

    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(None)
    return count


def test_a_stored_message_of_the_flood_is_there_with_all_of_its_text(day: Pipeline) -> None:
    message = report(day, 0, "\n".join(f"IN 3 place {line}" for line in range(30)))
    assert (stored(message.key).text or "").count("IN 3") == 30


def test_b3_an_incident_takes_any_number_of_steps(day: Pipeline) -> None:
    """One that is reopened and resolved again and again, with the longest notes, goes on taking steps."""
    report(day, 0)
    who, note = everyone(day), "ж" * 500
    steps = ["acknowledge", "verify", *["reopen", "verify"] * 60]
    for place, step in enumerate(steps, 1):
        assert take_step(day.current, who, 1, step, place, note, day.now) is not None
    stored_incident = incident(day, 1)
    assert len(stored_incident.history) == MOST_STEPS
    assert [entry["step"] for entry in stored_incident.history[:1]] == ["open"]
    audited = list(AuditRow.query(day.election.id))
    assert len([row for row in audited if row.action.startswith("incident ")]) >= 1
    assert {row.note for row in audited} == {note}
