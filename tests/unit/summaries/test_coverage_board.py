"""The board's cells are what tallies, denominators and due times say."""

import datetime as dt

import pytest
from sample_election import sample

from chalicelib.observation.reports.tally import Cell, Counters
from chalicelib.observation.summaries.coverage_board import columns, rows

ORDER = ["OP", "TU 10:00", "TU 12:00", "TU 14:00", "VO", "TU 16:00", "TU 18:00", "TU 20:00", "CL"]
CELLS: dict[Cell, Counters] = {
    ("Osh", "TU", "10:00"): {"received": 40, "complete": 36, "partial": 3, "conflict": 1, "late": 2},
    ("Chuy", "TU", "10:00"): {"received": 10, "complete": 10},
    ("Osh", "*", "-"): {"incident.critical": 2, "incident.low": 1},
    ("*", "*", "-"): {"message.received": 9},
}
FAILED = {"Osh": {"TU#10:00": 2}}


def at(hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2017, 10, 15, hour, minute, tzinfo=sample().zone)


def cell(region: str | None, column: str, now: dt.datetime) -> dict[str, int]:
    shown = rows(sample(), CELLS, FAILED, now, sample().regions, nation=True)
    [row] = [row for row in shown if row["region"] == region]
    found: dict[str, int] = row["cells"][ORDER.index(column)]
    return found


def test_columns_stand_in_the_days_order() -> None:
    shown = columns(sample(), at(10, 15))
    assert [" ".join(filter(None, (report["form"], report["round"]))) for report in shown] == ORDER
    assert [row["state"] for row in shown] == ["over", "grace", "ahead", "ahead", "open", *["ahead"] * 4]
    assert shown[1]["due"] == "2017-10-15T10:00:00+06:00"
    assert shown[1]["missing_from"] == "2017-10-15T10:30:00+06:00"


@pytest.mark.parametrize("now", [at(10, 29), at(10, 31)])
def test_what_came_and_what_did_not_are_all_that_is_expected(now: dt.datetime) -> None:
    stations = len(sample().stations_by_region["Osh"])
    osh = cell("Osh", "TU 10:00", now)
    assert osh["of"] == stations
    assert osh["complete"] + osh["partial"] + osh["conflict"] + osh["missing"] + osh["expected"] == stations
    assert (osh["late"], osh["failed"], osh["received"]) == (2, 2, 40)


def test_what_has_not_come_is_missing_from_the_end_of_grace_on() -> None:
    before, after = cell("Osh", "TU 10:00", at(10, 30)), cell("Osh", "TU 10:00", at(10, 31))
    assert (before["missing"], after["expected"]) == (0, 0)
    assert before["expected"] == after["missing"] > 0


def test_the_nations_row_is_the_sum_of_its_regions() -> None:
    now = at(10, 31)
    shown = rows(sample(), CELLS, FAILED, now, sample().regions, nation=True)
    nation, *regions = shown
    for place in range(len(ORDER)):
        for name, number in nation["cells"][place].items():
            assert number == sum(row["cells"][place][name] for row in regions), (ORDER[place], name)
    assert nation["stations"] == len(sample().stations)
    assert nation["observers"] == len(sample().observers)
    assert nation["incidents"] == {"low": 1, "medium": 0, "high": 0, "critical": 2}
