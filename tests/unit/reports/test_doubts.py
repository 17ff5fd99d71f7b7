"""Doubts: what contradicts itself, said with its numbers, until a person has looked into it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from two_observers import two_observers

from chalicelib.observation.checks import parse_rule
from chalicelib.observation.reports.checks import check_answers
from chalicelib.observation.reports.decisions import (
    Attribution,
    Choice,
    Confirmation,
    Decisions,
    Explanation,
    basis_of,
)
from chalicelib.observation.reports.doubts import Doubt, doubts_of
from chalicelib.observation.reports.report import Report, Source

RULE = "D + E == C"
ELECTION = two_observers(
    {
        "code": "OP",
        "questions": [
            {"code": "A", "type": "yesno"},
            {"code": "E", "type": "integer", "role": "registered"},
            {"code": "K", "type": "choice", "options": {1: "one", 2: "two"}},
        ],
    },
    {
        "code": "CL",
        "questions": [
            {"code": "C", "type": "integer", "role": "ballots"},
            {"code": "D", "type": "integer", "role": "invalid"},
            {"code": "E", "type": "integer", "role": "votes", "tolerance": "5%"},
        ],
        "checks": [{"rule": RULE, "severity": "error"}, {"rule": "C <= OP.E and D < C"}],
    },
    stations=[{"number": "1", "region": "North", "registered": 1500}],
)
EVENING = dt.datetime(2030, 5, 5, 14, 0, tzinfo=dt.UTC)
AIDA = Attribution("Aida (operator)", EVENING)


def report(form: str, *given: tuple[str, dict], decisions: Decisions | None = None) -> Report:
    station_report = Report("1", form, "-", decisions=decisions or Decisions())
    for place, (observer, values) in enumerate(given):
        station_report = station_report.merge(
            observer, values, Source(EVENING + dt.timedelta(minutes=place), f"m{place}")
        )
    return station_report


def doubts(*reports: Report, form: str = "CL") -> tuple[Doubt, ...]:
    return doubts_of(ELECTION, {(report.form, report.round): report for report in reports}, (form, "-"))


def told(*reports: Report, form: str = "CL") -> list[tuple[str, str]]:
    return [(doubt.kind, doubt.sentence) for doubt in doubts(*reports, form=form)]


def test_observers_who_disagree_are_quoted_with_the_difference() -> None:
    station_report = report("OP", ("1", {"E": 1201, "A": True, "K": 1}), ("2", {"E": 1211, "A": False, "K": 2}))
    assert told(station_report, form="OP") == [
        ("conflict", "A: observer 1 yes, observer 2 no"),
        ("conflict", "E: observer 1 1201, observer 2 1211: 10 apart"),
        ("conflict", "K: observer 1 1, observer 2 2"),
    ]
    assert [doubt.votes for doubt in doubts(station_report, form="OP")] == [0, 10, 0]


def test_d2_within_the_tolerance_there_is_none() -> None:
    answers = {"C": 430, "D": 20}
    assert told(report("CL", ("1", answers | {"E": 410}), ("2", {"E": 420}))) == []


def test_a_failed_check_says_both_sides_until_it_is_explained_or_changes() -> None:
    wrong = report("CL", ("1", {"C": 1211, "D": 11, "E": 1190}))
    [doubt] = doubts(wrong)
    assert (doubt.kind, doubt.sentence, doubt.votes) == ("failed_check", "D + E = 1201, C = 1211: 10 apart", 10)
    assert doubt.values == {"C": 1211, "D": 11, "E": 1190}
    basis = basis_of(check_answers(ELECTION, {("CL", "-"): wrong}, ("CL", "-"), parse_rule(RULE)))
    explained = replace(wrong, decisions=Decisions().explaining(RULE, Explanation(basis, False, AIDA)))
    assert doubts(explained) == ()
    changed = explained.merge("1", {"C": 1212}, Source(EVENING + dt.timedelta(hours=1), "later"))
    assert told(changed) == [("failed_check", "D + E = 1201, C = 1212: 11 apart")]


def test_a_check_that_is_no_comparison_names_what_it_looks_at() -> None:
    opening = report("OP", ("1", {"E": 1000}))
    assert told(opening, report("CL", ("1", {"C": 1200, "D": 0, "E": 1200}))) == [
        ("failed_check", "C <= OP.E and D < C does not hold: C = 1200, D = 0, OP.E = 1000")
    ]


def test_half_a_count_names_what_is_missing() -> None:
    assert told(report("CL", ("1", {"C": 1200}))) == [("partial_count", "1 of 3 questions answered, missing D, E")]
    assert doubts(report("CL", ("1", {"C": 1200})))[0].votes == 1500
    assert told(report("OP", ("1", {"A": True})), form="OP") == [], "no count"


def confirmed(value: object) -> Mapping[tuple[str, str], Confirmation]:
    return {("1", "E"): Confirmation(value, AIDA)}


def test_an_answer_that_changed_since_it_was_confirmed() -> None:
    decisions = Decisions(confirmed=confirmed(1200))
    assert told(report("OP", ("1", {"E": 1200}), decisions=decisions), form="OP") == []
    assert told(report("OP", ("1", {"E": 1300}), decisions=decisions), form="OP") == [
        ("changed_after_confirmation", "E: observer 1 confirmed 1200 at 20:00, and 1300 has come since")
    ]


def test_a_choice_ends_the_conflict() -> None:
    both = report("OP", ("1", {"A": True}), ("2", {"A": False}))
    choice = Choice(None, basis_of({"1": True, "2": False}), AIDA)
    assert told(both, form="OP") != []
    assert told(replace(both, decisions=Decisions().choosing({"A": choice})), form="OP") == []


def test_who_is_left_out_contradicts_nobody() -> None:
    both = report("OP", ("1", {"A": True}), ("2", {"A": False}), decisions=Decisions().leaving_out("2", AIDA))
    assert told(both, form="OP") == []
    nobody = replace(both, decisions=both.decisions.leaving_out("1", AIDA))
    assert told(nobody, form="OP") == []
