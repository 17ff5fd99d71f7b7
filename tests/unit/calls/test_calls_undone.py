"""A call that is undone leaves its station's row as it was, but for its version."""

import datetime as dt

import pytest
from day_in_memory import MORNING, DayInMemory, small_election

from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.calls import lease
from chalicelib.services.calls.outcome import CallReport, log_call
from chalicelib.services.calls.undo import undo_call
from chalicelib.services.upkeep.upkeep import keep_up
from chalicelib.store.calls import CallRow, call_of

NOON = MORNING + dt.timedelta(hours=5)


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> DayInMemory:
    day = DayInMemory.begun(small_election("called"), monkeypatch)
    day.now = NOON
    assert keep_up(day.current, day.now).is_whole
    return day


def action(day: DayInMemory, key: str) -> Action:
    return Action(Operator("Aida", "operator", day.election.id, ()), day.now, key, "d", "mistaken")


def row_of(day: DayInMemory) -> CallRow:
    station = day.election.stations[0]
    return call_of(day.election.id, station.region, station.number)


def without_version(row: CallRow) -> dict[str, object]:
    return {name: value for name, value in row.attribute_values.items() if name not in ("version", "tries", "phones")}


def test_a_lease_is_taken_and_released(day: DayInMemory) -> None:
    station = day.election.stations[0].number
    before = without_version(row_of(day))
    lease.lease(day.current, action(day, "1"), station)
    held = row_of(day)
    assert (held.holder, held.until, held.lease) == ("Aida (operator)", NOON + lease.LEASED_FOR, "1")
    lease.release(day.current, action(day, "2"), station)
    assert without_version(row_of(day)) == before


@pytest.mark.parametrize("outcome", ["no_answer", "will_send", "wrong_number"])
def test_an_undone_call_leaves_the_row_as_it_was(day: DayInMemory, outcome: str) -> None:
    station = day.election.stations[0].number
    phone = day.election.observers_by_station[station][0].phones[0]
    lease.lease(day.current, action(day, "1"), station)
    free = without_version(row_of(day)) | {}
    for name in ("holder", "until", "lease"):
        del free[name]
    at = day.current.clock.at(day.now)
    later = at + dt.timedelta(hours=1) if outcome == "will_send" else None
    called = CallReport(outcome, phone=phone, will_send_at=later, reminds=later is not None)
    logged = log_call(day.current, action(day, "2"), station, called)
    row = row_of(day)
    assert (row.holder, row.lease, row.tries, (row.last or {})["outcome"]) == (None, None, 1, outcome)
    assert (row.snoozed_until, (row.promise or {}).get("phone")) == (later, phone if later else None)
    assert (row.phones or {})[phone]["state"]
    undo_call(day.current, action(day, "3"), station, logged["contact"])
    undone = row_of(day)
    assert without_version(undone) == free
    assert (undone.tries, undone.phones) == (0, {})
