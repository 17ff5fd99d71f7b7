"""Whose report a text is once its sender is known (docs/grammar.md, "Whose and where"), where two share a phone."""

import datetime as dt

import pytest
from two_observers import observers, two_observers

from chalicelib.observation.reports.resolve import ResolvedReport, interpret

PHONE = "+996700000001"
MORNING = dt.datetime(2030, 5, 5, 3, 0, tzinfo=dt.UTC)
ELECTION = two_observers(
    {
        "code": "OP",
        "due": {"by": "10:00"},
        "questions": [{"code": "A", "type": "yesno"}, {"code": "B", "type": "integer", "critical_if": 13}],
    },
    station_pattern=r"\d{4}",
    incidents={"code": "IN", "categories": {1: {"name": {"en": "Fight"}, "severity": "high"}}},
    stations=[{"number": number, "region": "North"} for number in ("1001", "1002")],
    observers=observers("0001", "0002", station="1001", phone=PHONE),
)


def resolved(text: str) -> tuple[ResolvedReport, ...]:
    return interpret(ELECTION, ELECTION.observers, text, MORNING).reports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OP A1 B5\nOP @0002 A1 B6", [("0001", {"A": True, "B": 5}, {}), ("0002", {"A": True, "B": 6}, {})]),
        ("OP A1 B5\nOP @0001 B6", [("0001", {"A": True}, {"B": "conflicting"})]),
        ("OP A1\nOP @0001 B6", [("0001", {"A": True, "B": 6}, {})]),
        ("OP A1 B5\nOP 1001 B6", [("0001", {"A": True}, {"B": "conflicting"})]),
        ("OP A1 B5\nOP 1002 B6", [("0001", {"A": True, "B": 5}, {}), ("0001", {"B": 6}, {})]),
    ],
)
def test_each_observer_and_station_has_one_report_of_a_text(text: str, expected: list[tuple[str, dict, dict]]) -> None:
    reports = resolved(text)
    assert [
        (report.observer.number, dict(report.reading.answers), dict(report.reading.rejected)) for report in reports
    ] == expected
    assert all(report.counts for report in reports)


def test_an_answer_in_conflict_opens_no_incident() -> None:
    assert [report.critical for report in resolved("OP B13\nOP @0001 A1")] == [("B",)]
    assert [report.critical for report in resolved("OP B13\nOP @0001 B12")] == [()]


def test_nothing_counts_while_nobody_knows_whose_it_is_but_an_incident() -> None:
    assert [report.counts for report in resolved("OP A1 @0001 @0002")] == [False]
    (incident,) = resolved("IN @0001 @0002 1 they fight")
    assert (incident.counts, incident.observer.number, incident.reading.comment) == (True, "0001", "they fight")
    assert incident.reading.rejected == {"observer": "ambiguous"}
