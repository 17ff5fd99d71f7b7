"""An answer that is not known counts apart: in no sum, in no check, never in place of one that is known."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st
from two_observers import two_observers

from chalicelib.observation.reading.model import UNKNOWN, Value
from chalicelib.observation.reports.answer_json import value_from_json, value_json
from chalicelib.observation.reports.checks import failing
from chalicelib.observation.reports.report import Report, Source, station_answers
from chalicelib.observation.reports.tally import contribution
from chalicelib.observation.summaries.summary import answer_counters, summarise

ELECTION = two_observers(
    {
        "code": "OP",
        "due": {"by": "10:00"},
        "questions": [
            {"code": "E", "type": "integer", "max": 5000, "unknown": 9999, "tolerance": "5%"},
            {"code": "F", "type": "integer", "max": 5000},
            {"code": "D", "type": "date", "unknown": "неизв"},
            {"code": "S", "type": "text"},
        ],
        "checks": [{"rule": "E >= F"}],
    }
)
FORM = ELECTION.form_by_code["OP"]
MORNING = dt.datetime(2030, 5, 5, 3, 0, tzinfo=dt.UTC)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "E": st.integers(95, 106) | st.just(UNKNOWN),
        "D": st.sampled_from(["2030-05-01", "2030-05-02", UNKNOWN]),
        "S": st.sampled_from(["12345", "77"]),
    },
)
MESSAGES = st.lists(st.tuples(st.sampled_from("12"), ANSWERS), max_size=4)


def merged(messages: Sequence[tuple[int, tuple[str, Mapping[str, Value]]]]) -> Report:
    report = Report("1", "OP", "-")
    for minute, (observer, answers) in messages:
        report = report.merge(observer, answers, Source(MORNING + dt.timedelta(minutes=minute), f"m{minute}"))
    return report


def answered(*reports: tuple[str, Mapping[str, Value]]) -> Report:
    return merged(list(enumerate(reports)))


@given(messages=MESSAGES)
def test_the_order_of_processing_changes_nothing(messages: list) -> None:
    reports = [merged(order) for order in permutations(enumerate(messages))]
    assert all(report == reports[0] for report in reports)


@given(messages=MESSAGES)
def test_whoever_knows_answers_for_the_station(messages: list) -> None:
    report = answered(*messages)
    counted = station_answers(ELECTION, report)
    for code in ("E", "D"):
        given_by = [observer.answers[code].value for observer in report.observers.values() if code in observer.answers]
        known = [value for value in given_by if value is not UNKNOWN]
        if code in counted.values:
            assert counted.values[code] in (known or [UNKNOWN])
        else:
            assert len(known) == 2 or not given_by


@given(messages=MESSAGES)
def test_what_is_not_known_is_in_no_sum(messages: list) -> None:
    report = answered(*messages)
    counters = contribution(ELECTION, report)
    value = station_answers(ELECTION, report).values.get("E")
    assert counters.get("E#unknown", 0) == (value is UNKNOWN)
    assert counters.get("E#count", 0) == (isinstance(value, int))
    assert counters.get("E#sum", 0) == (value if isinstance(value, int) else 0)
    assert {name for name in counters if name[:1] == "S"} <= {"S#count"}


def test_a_form_is_complete_with_an_answer_that_is_not_known() -> None:
    report = answered(("1", {"E": UNKNOWN, "F": 5, "D": UNKNOWN, "S": "77"}))
    assert station_answers(ELECTION, report).is_complete(FORM)
    assert failing(ELECTION, {("OP", "-"): report}, ("OP", "-")) == ()
    assert failing(ELECTION, {("OP", "-"): answered(("1", {"E": 4, "F": 5}))}, ("OP", "-")) == FORM.checks


def test_the_summary_counts_it_apart_and_shows_no_text() -> None:
    report = answered(("1", {"E": UNKNOWN, "S": "пломба 77"}))
    summary = summarise(ELECTION, {("North", "OP", "-"): contribution(ELECTION, report)}, MORNING)
    assert summary.nation is not None
    answers = summary.nation.forms["OP"]["-"].answers
    assert answers["E"] == {"count": 0, "sum": 0, "unknown": 1}
    assert answers["S"] == {"count": 1}
    assert "пломба" not in str(summary.document())
    assert "unknown" not in answer_counters(FORM.by_code["F"])


@given(value=st.integers() | st.text() | st.just(UNKNOWN))
def test_an_answer_is_the_same_after_it_was_stored(value: Value) -> None:
    assert value_from_json(FORM, "S", value_json(value)) == value
