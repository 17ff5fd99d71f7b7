"""An incident that becomes graver: whoever is told of such ones is told once, and it is escalated sooner."""

from typing import Any

import pytest
from aws_faults import Wire, fail_each_call
from incident_day import MINUTE, coordinator, incident, report, say, told, wait
from pipeline import Load, Pipeline

from chalicelib.observation.incidents.budget import ALERTS_PER_COORDINATOR_AND_HOUR
from chalicelib.observation.incidents.lifecycle import escalates_after
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.incidents import alert_budget, changes, grades

BY_EMAIL_AND_SMS = ["email", "sms"]


def graver_day(load: Load, **changed: object) -> Pipeline:
    """Who gets SMS of the gravest alone, a second level, another region, and headquarters."""
    people = (
        coordinator("Asan", "Bishkek", sms_from="critical"),
        coordinator("Bermet", "Bishkek", level=2, language="ru"),
        coordinator("Cholpon", "Chuy"),
        coordinator("HQ", "*", language="ky"),
    )
    return load(coordinators=people, **changed)


@pytest.fixture
def day(load: Load) -> Pipeline:
    return graver_day(load)


def grade(day: Pipeline, severity: Any = None, category: int | None = None, key: str | None = None) -> dict[str, Any]:
    seen = incident(day, 1).version
    return grades.grade(day.current, aida(day, key or f"{severity} {seen}"), 1, seen, severity, category)


def aida(day: Pipeline, key: str) -> Action:
    return Action(Operator("Aida", "operator", day.election.id, ()), day.now, key, "d", "she saw it")


def graver(day: Pipeline) -> dict[str, str]:
    """The SMS that tell that it is graver, by whom they went to."""
    rows = [row for row in day.outgoing() if row.channel == "sms" and row.key.startswith("alert#")]
    names = {coordinator.phone: coordinator.name for coordinator in day.election.coordinators}
    return {names[row.recipient or ""]: row.text or "" for row in rows if "#0#" not in row.key}


def test_who_is_told_of_critical_ones_is_told_and_nobody_else(day: Pipeline) -> None:
    report(day)
    assert told(day) == {"Asan": ["email"]}
    grade(day, "critical")
    assert told(day) == {"Asan": ["email", *BY_EMAIL_AND_SMS], "HQ": BY_EMAIL_AND_SMS}
    station = incident(day, 1).station
    assert graver(day)["Asan"] == (
        f"Baykoo: Incident 1, CRITICAL: Ballot stuffing. Station {station}, Bishkek. Answer: OK 1. "
        "Raised, was high. they stuff"
    )
    assert "мурда олуттуу." in graver(day)["HQ"]
    queued = {row.key for row in day.outgoing() if row.key.startswith("alert#")}
    assert set(incident(day, 1).alerts) == queued
    say(day, "HQ", "OK 1")
    assert incident(day, 1).state == "acknowledged"
    assert day.differences() == ()


def test_a_graver_category_brings_its_own_severity_and_is_told(day: Pipeline) -> None:
    report(day)
    grade(day, category=3)
    assert (incident(day, 1).severity, sorted(graver(day))) == ("critical", ["Asan", "HQ"])


def test_one_that_became_less_grave_and_grave_again_is_told_once(day: Pipeline) -> None:
    report(day)
    for severity in ("low", "high", "low"):
        grade(day, severity)
    assert told(day) == {"Asan": ["email"]}, "they were told that it is high"
    for severity in ("critical", "medium", "critical"):
        grade(day, severity)
    changes.undo(day.current, aida(day, "undo"), 1, incident(day, 1).version)
    grade(day, "critical")
    assert told(day) == {"Asan": ["email", *BY_EMAIL_AND_SMS], "HQ": BY_EMAIL_AND_SMS}
    assert day.differences() == ()


def test_of_an_incident_that_has_ended_nobody_is_told(day: Pipeline) -> None:
    report(day)
    say(day, "Asan", "REJECT 1 a rumour")
    grade(day, "critical")
    assert told(day) == {"Asan": ["email"]}
    say(day, "Asan", "REOPEN 1 no rumour")
    grade(day, "high")
    grade(day, "critical")
    assert sorted(graver(day)) == ["Asan", "HQ"]


def test_nobody_takes_it_and_the_next_hear_as_soon_as_of_a_critical_one(day: Pipeline) -> None:
    within = escalates_after(day.election, "critical")
    assert within < escalates_after(day.election, "high") - MINUTE
    report(day)
    day.now += MINUTE
    grade(day, "critical")
    minutes = within / MINUTE
    assert wait(day, minutes - 1) == 0
    assert wait(day, 1.1) > 0
    assert [entry["step"] for entry in incident(day, 1).history] == ["open", "change", "escalate"]


def test_who_has_had_too_many_hears_of_it_in_the_digest(day: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    report(day)
    monkeypatch.setattr(alert_budget, "most_alerts", lambda severity: 1)
    assert ALERTS_PER_COORDINATOR_AND_HOUR > 1
    grade(day, "critical")
    assert sorted(graver(day)) == ["HQ"], "Asan has had one, headquarters none"
    wait(day, 5)
    digests = [row for row in day.outgoing() if row.key.startswith("digest#")]
    assert {row.recipient for row in digests if row.channel == "email"} >= {"asan@example.org"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_tells_them_once(load: Load, wire: Wire, when: str) -> None:
    day = graver_day(load, size=4)
    report(day)
    action = aida(day, "one")
    fail_each_call(wire, when, lambda: grades.grade(day.current, action, 1, 1, "critical"))
    assert grades.grade(day.current, action, 1, 1, "critical") == {"number": 1, "version": 2}
    assert told(day) == {"Asan": ["email", *BY_EMAIL_AND_SMS], "HQ": BY_EMAIL_AND_SMS}
    assert day.differences() == ()


def undo(day: Pipeline, key: str = "undo") -> None:
    changes.undo(day.current, aida(day, key), 1, incident(day, 1).version)


def lowered(day: Pipeline) -> dict[tuple[str, str], str]:
    """What tells that the raise is undone, by name and channel."""
    names = {address: person.name for person in day.election.coordinators for address in (person.phone, person.email)}
    rows = [row for row in day.outgoing() if "#lowered" in row.key]
    found = {(names[row.recipient or ""], row.channel): row.text or "" for row in rows}
    assert len(found) == len(rows)
    return found


def test_who_was_told_of_a_raise_is_told_of_its_undo(day: Pipeline) -> None:
    report(day)
    grade(day, "critical")
    undo(day)
    station = incident(day, 1).station
    assert incident(day, 1).severity == "high"
    assert sorted(lowered(day)) == [("Asan", "email"), ("Asan", "sms"), ("HQ", "email"), ("HQ", "sms")]
    assert lowered(day)["Asan", "sms"] == (
        f"Baykoo: Incident 1 is high again, station {station}: raising it to CRITICAL is undone. she saw it"
    )
    assert "кайра олуттуу" in lowered(day)["HQ", "email"]
    assert day.differences() == ()


def test_a_raise_that_nobody_was_told_of_is_undone_in_silence(day: Pipeline) -> None:
    report(day)
    grade(day, "low")
    grade(day, "high")
    undo(day)
    assert (incident(day, 1).severity, lowered(day)) == ("low", {})
    say(day, "Asan", "REJECT 1 a rumour")
    grade(day, "critical")
    undo(day, "again")
    assert lowered(day) == {}


def test_raised_again_after_the_undo_it_is_told_again_and_so_is_its_undo(day: Pipeline) -> None:
    report(day)
    for place in range(2):
        grade(day, "critical")
        undo(day, f"undo {place}")
    assert len([row for row in day.outgoing() if row.channel == "sms" and "#critical" in row.key]) == 4
    assert len([row for row in day.outgoing() if "#lowered" in row.key]) == 8
    assert len(set(incident(day, 1).alerts)) == len(incident(day, 1).alerts)
    assert day.differences() == ()


def test_a_raise_by_its_category_is_undone_with_it(day: Pipeline) -> None:
    report(day)
    grade(day, category=3)
    undo(day)
    assert (incident(day, 1).category, incident(day, 1).severity) == (2, "high")
    assert {name for name, _ in lowered(day)} == {"Asan", "HQ"}


def test_who_had_the_raise_in_a_digest_is_told_too(day: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    report(day)
    say(day, "Asan", "OK 1")
    monkeypatch.setattr(alert_budget, "most_alerts", lambda severity: 1)
    grade(day, "critical")
    wait(day, 6)
    assert [row for row in day.outgoing() if row.key.startswith("digest#")]
    undo(day)
    assert {name for name, _ in lowered(day)} == {"Asan", "HQ"}


def test_who_waits_for_the_digest_reads_there_how_grave_it_is(day: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    report(day)
    monkeypatch.setattr(alert_budget, "most_alerts", lambda severity: 1)
    grade(day, "critical")
    undo(day)
    assert {name for name, _ in lowered(day)} == {"HQ"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_of_the_undo_tells_it_once(load: Load, wire: Wire, when: str) -> None:
    day = graver_day(load, size=4)
    report(day)
    grade(day, "critical")
    action = aida(day, "one")
    fail_each_call(wire, when, lambda: changes.undo(day.current, action, 1, 2))
    assert changes.undo(day.current, action, 1, 2) == {"number": 1, "version": 3}
    assert len(lowered(day)) == 4
    assert day.differences() == ()
