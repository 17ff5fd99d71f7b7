"""What people change of an incident, and its escalation, on rows in memory; an undo leaves it as it was."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from day_in_memory import DayInMemory, small_election

from chalicelib.services.incidents import changes, grades
from chalicelib.services.incidents.escalation import escalate_election

WHAT = ("severity", "category", "station", "region", "assigned", "links")


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> DayInMemory:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Baykoo")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")
    day = DayInMemory.begun(small_election("changed"), monkeypatch)
    for place in (0, 1):
        day.say(day.phone(place), "IN 7 they agitate")
    return day


def kept(day: DayInMemory, number: int = 1) -> dict[str, Any]:
    values = day.incident(number).attribute_values
    return {name: values.get(name) or None for name in WHAT}


CHANGES: dict[str, Callable[[DayInMemory], object]] = {
    "grade": lambda day: grades.grade(day.current, day.action(), 1, 1, "critical"),
    "category": lambda day: grades.grade(day.current, day.action(), 1, 1, category=2),
    "assign": lambda day: changes.assign(day.current, day.action(), 1, 1, "Bakyt"),
    "link": lambda day: changes.link(day.current, day.action(), 1, 1, 2, same=True),
    "move": lambda day: changes.move(day.current, day.action(), 1, 1, day.election.stations[1].number),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_kept_and_undone(day: DayInMemory, what: str) -> None:
    before, twin = kept(day), kept(day, 2)
    CHANGES[what](day)
    assert kept(day) != before
    assert (kept(day, 2) != twin) is (what == "link")
    changes.undo(day.current, day.action(), 1, 2)
    assert (kept(day), kept(day, 2), day.incident(1).version) == (before, twin, 3)
    assert [entry["step"] for entry in day.incident(1).history][-1] == "undo"
    assert day.differences() == ()


def test_what_nobody_takes_is_at_its_next_stage(day: DayInMemory) -> None:
    incident = day.incident(1)
    day.now += dt.timedelta(hours=2)
    escalate_election(day.current, day.now)
    escalated = day.incident(1)
    assert (escalated.stage, escalated.version) == (incident.stage + 1, incident.version + 1)
    assert set(incident.alerts) < set(escalated.alerts)
    assert escalated.history[-1]["step"] == "escalate"
