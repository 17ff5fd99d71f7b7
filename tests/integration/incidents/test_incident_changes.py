"""What people change of an incident: it counts where it belongs, says who and why, and can be undone."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from aws_faults import Wire, fail_each_call
from pipeline import Load, Pipeline

from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.incidents import changes, grades
from chalicelib.services.incidents.steps import incidents_of_station, show_incident, take_step
from chalicelib.services.versions import NoteMissing, VersionPassed
from chalicelib.store.incident_numbers import incident_of_number
from chalicelib.store.incidents import Incident
from chalicelib.store.open_incidents import open_incidents_of
from chalicelib.store.operators import AuditRow

ANYBODY = Operator("Aida", "operator", "", ())
Doing = Callable[[Pipeline, Action, int], Any]


@pytest.fixture
def reported(load: Load) -> Pipeline:
    """Two incidents of one kind at the first station."""
    pipeline = load(size=4)
    for observer in pipeline.observers():
        pipeline.say(observer.phones[0], f"IN 7 they agitate, says {observer.number}")
    return pipeline


def aida(pipeline: Pipeline, key: str = "1", name: str = "Aida", note: str = "why") -> Action:
    return Action(Operator(name, "operator", pipeline.election.id, ()), pipeline.now, key, "d", note)


def row(pipeline: Pipeline, number: int = 1) -> Incident:
    found = incident_of_number(pipeline.election.id, number)
    assert found is not None
    return found


def shown(pipeline: Pipeline, number: int = 1) -> dict[str, Any]:
    operator = Operator("Aida", "operator", pipeline.election.id, ())
    return show_incident(pipeline.election, operator, number) or {}


def elsewhere(pipeline: Pipeline) -> str:
    first = pipeline.election.stations[0].region
    return next(station.number for station in pipeline.election.stations if station.region != first)


CHANGES: dict[str, Doing] = {
    "noted": lambda p, action, seen: changes.add_note(p.current, action, 1, seen),
    "assigned": lambda p, action, seen: changes.assign(p.current, action, 1, seen, "Bakyt"),
    "linked": lambda p, action, seen: changes.link(p.current, action, 1, seen, 2, same=True),
    "unlinked": lambda p, action, seen: changes.link(p.current, action, 1, seen, 2, same=False),
    "changed": lambda p, action, seen: grades.grade(p.current, action, 1, seen, "critical"),
    "moved": lambda p, action, seen: changes.move(p.current, action, 1, seen, elsewhere(p)),
}


def test_the_list_and_the_page_say_what_was_changed(reported: Pipeline) -> None:
    assert shown(reported)["may_be_same_as"] == [2]
    CHANGES["linked"](reported, aida(reported), 1)
    assert [(shown(reported, value)["same_as"], shown(reported, value)["may_be_same_as"]) for value in (1, 2)] == [
        ([2], []),
        ([1], []),
    ]
    CHANGES["unlinked"](reported, aida(reported, "2"), 2)
    assert [shown(reported, value)["same_as"] for value in (1, 2)] == [[], []]
    assert shown(reported)["may_be_same_as"] == []
    CHANGES["assigned"](reported, aida(reported, "3"), 3)
    last = shown(reported)
    assert (last["assigned"], last["history"][-1]["note"], last["history"][-1]["who"]) == (
        "Bakyt",
        "Bakyt why",
        "Aida (operator)",
    )


def test_a_graver_incident_counts_as_one(reported: Pipeline) -> None:
    CHANGES["changed"](reported, aida(reported), 1)
    assert reported.summary()["nation"]["incidents"] == {"low": 0, "medium": 1, "high": 0, "critical": 1}
    assert {incident.number: incident.severity for incident in open_incidents_of(reported.election.id)} == {
        1: "critical",
        2: "medium",
    }
    grades.grade(reported.current, aida(reported, "2"), 1, 2, category=2)
    assert (row(reported).category, row(reported).severity) == (2, "high")
    assert reported.differences() == ()
    with pytest.raises(changes.ChangeRefused, match="category"):
        grades.grade(reported.current, aida(reported, "3"), 1, 3, category=99)


def test_a_moved_incident_is_where_it_happened(reported: Pipeline) -> None:
    other, here = elsewhere(reported), reported.election.stations[0].number
    CHANGES["moved"](reported, aida(reported), 1)
    region = reported.election.region_of(other)
    assert (row(reported).station, row(reported).region) == (other, region)
    assert reported.summary()["regions"][region]["incidents"]["medium"] == 1
    numbers = {
        station: [incident["number"] for incident in incidents_of_station(reported.election, ANYBODY, station)]
        for station in (here, other)
    }
    assert numbers == {here: [2], other: [1]}
    assert reported.differences() == ()
    reported.say(reported.observers()[0].phones[0], "IN 8 the machine failed")
    assert row(reported, 3).station == here, "others are reported there as before"
    changes.move(reported.current, aida(reported, "2"), 1, 2, here)
    assert [incident["number"] for incident in incidents_of_station(reported.election, ANYBODY, here)] == [3, 2, 1]
    assert incidents_of_station(reported.election, ANYBODY, other) == []
    assert reported.differences() == ()


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_is_audited_on_its_version_and_undone(reported: Pipeline, what: str) -> None:
    before = {number: plain(reported, number) for number in (1, 2)}
    CHANGES[what](reported, aida(reported), 1)
    [line] = [row for row in AuditRow.query(reported.election.id) if row.action == f"incident {what}"]
    assert (line.who, line.subject, line.note) == ("Aida (operator)", "incident 1", "why")
    with pytest.raises(VersionPassed, match="Aida"):
        CHANGES[what](reported, aida(reported, "2"), 1)
    with pytest.raises(changes.ChangeRefused, match="Aida"):
        changes.undo(reported.current, aida(reported, "3", "Bakyt"), 1, 2)
    changes.undo(reported.current, aida(reported, "4"), 1, 2)
    assert {number: plain(reported, number) for number in (1, 2)} == before
    assert [entry["step"] for entry in row(reported).history][-1] == "undo"
    assert reported.differences() == ()
    with pytest.raises(changes.ChangeRefused, match="nothing"):
        changes.undo(reported.current, aida(reported, "5"), 1, 3)


def plain(pipeline: Pipeline, number: int) -> dict[str, Any]:
    found = row(pipeline, number)
    names = ("state", "severity", "category", "station", "region", "assigned")
    listed = [
        (incident.number, incident.region, incident.severity, incident.state)
        for incident in open_incidents_of(pipeline.election.id)
    ]
    return {name: getattr(found, name) for name in names} | {"links": found.links or {}, "listed": listed}


def test_a_step_is_undone_too_and_not_after_ten_minutes(reported: Pipeline) -> None:
    operator = Operator("Aida", "operator", reported.election.id, ())
    take_step(reported.current, operator, 1, "verify", 1, "", reported.now)
    assert changes.undo(reported.current, aida(reported), 1, 2)["version"] == 3
    assert (row(reported).state, open_incidents_of(reported.election.id)[0].state) == ("new", "new")
    take_step(reported.current, operator, 1, "reject", 3, "no", reported.now)
    assert [incident.number for incident in open_incidents_of(reported.election.id)] == [2]
    reported.now += dt.timedelta(minutes=11)
    with pytest.raises(changes.ChangeRefused, match="ten minutes"):
        changes.undo(reported.current, aida(reported, "2"), 1, 4)


def test_what_cannot_be_is_refused(reported: Pipeline) -> None:
    with pytest.raises(NoteMissing):
        changes.add_note(reported.current, aida(reported, note=" "), 1, 1)
    with pytest.raises(changes.ChangeRefused, match="itself"):
        changes.link(reported.current, aida(reported, "2"), 1, 1, 1, same=True)
    with pytest.raises(changes.ChangeRefused, match="already"):
        changes.move(reported.current, aida(reported, "3"), 1, 1, reported.election.stations[0].number)
    with pytest.raises(changes.IncidentUnknown):
        changes.add_note(reported.current, aida(reported, "4"), 9, 1)
    far = Action(Operator("Far", "operator", reported.election.id, ("Chuy",)), reported.now, "5", "d", "why")
    with pytest.raises(changes.IncidentUnknown):
        changes.add_note(reported.current, far, 1, 1)


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_changes_it_once(load: Load, wire: Wire, what: str, when: str) -> None:
    pipeline = load(size=4)
    for observer in pipeline.observers():
        pipeline.say(observer.phones[0], f"IN 7 they agitate, says {observer.number}")
    action = aida(pipeline)
    fail_each_call(wire, when, lambda: CHANGES[what](pipeline, action, 1))
    assert CHANGES[what](pipeline, action, 1) == {"number": 1, "version": 2}
    assert row(pipeline).version == 2
    assert len([row for row in AuditRow.query(pipeline.election.id) if row.action == f"incident {what}"]) == 1
    assert pipeline.differences() == ()


def test_an_incident_is_linked_with_so_many_others(reported: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_LINKS", 0)
    with pytest.raises(changes.ChangeRefused, match="linked"):
        CHANGES["linked"](reported, aida(reported), 1)
