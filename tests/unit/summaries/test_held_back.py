"""Stations held back are counted once, however many of their reports are in no sum."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.report import Report, Source
from chalicelib.observation.reports.tally import add, contribution
from chalicelib.services.summaries import open_issues
from chalicelib.store.reports import StoredReport

AT = dt.datetime.fromisoformat("2017-10-15T12:00:00+06:00")


def disagreeing(*reports: Report) -> list[Report]:
    """The reports with two observers' answers that contradict each other."""
    return [report.merge("1", {"A": 1}, Source(AT, "a")).merge("2", {"A": 2}, Source(AT, "b")) for report in reports]


@pytest.mark.parametrize(
    ("places", "held", "is_read"),
    [
        ([], {}, False),
        ([("1001", "TU", "10:00")], {"Chuy": 1}, False),
        ([("1001", "TU", "10:00"), ("1002", "TU", "10:00")], {"Chuy": 2}, False),
        ([("1001", "TU", "10:00"), ("1001", "TU", "14:00")], {"Chuy": 1}, True),
        ([("1001", "TU", "10:00"), ("1001", "TU", "14:00"), ("1002", "TU", "14:00")], {"Chuy": 2}, True),
        ([("1001", "TU", "10:00"), ("2001", "TU", "14:00")], {"Chuy": 1, "Osh city": 1}, False),
    ],
)
def test_a_station_is_held_back_once(
    election: Election, monkeypatch: pytest.MonkeyPatch, places: list, held: dict[str, int], is_read: bool
) -> None:
    reports = {
        (doubt.station, doubt.form, doubt.round): doubt for doubt in disagreeing(*(Report(*place) for place in places))
    }
    cells: dict[Any, Any] = {}
    for (station, *place), report in reports.items():
        cell = (election.region_of(station), *place)
        cells[cell] = add([cells.get(cell, {}), contribution(election, report)])
    reads = []

    def get_reports(election: Election, keys: Iterable[Any]) -> dict[Any, StoredReport]:
        reads.append(list(keys))
        return {key: StoredReport(reports.get(key, Report(*key)), "") for key in reads[-1]}

    monkeypatch.setattr(open_issues, "get_reports", get_reports)
    assert open_issues.held_back(election, cells) == held
    assert bool(reads) is is_read, "reports are read only where the tallies cannot tell"
