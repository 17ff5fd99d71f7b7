"""Whatever the order, the newest answer wins and contributions add up."""

import datetime as dt
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from two_observers import ELECTION, MORNING

from chalicelib.observation.reports.report import Report, Source, agree, station_answers
from chalicelib.observation.reports.tally import add, contribution, difference

answers = st.fixed_dictionaries(
    {},
    optional={
        "A": st.booleans(),
        "B": st.integers(95, 106),
        "C": st.sampled_from([(1,), (2,), (1, 2)]),
    },
)
message = st.tuples(st.sampled_from("12"), answers, st.integers(0, 240), st.integers(0, 9))
messages = st.lists(message, max_size=12, unique_by=lambda row: (row[2], row[3]))


def merged(form: str, texts: Sequence[tuple[str, dict, int, int]]) -> Report:
    report = Report("1", form, "-")
    for observer, values, minute, key in texts:
        report = report.merge(observer, values, Source(MORNING + dt.timedelta(minutes=minute), f"m{key}"))
    return report


@given(messages, st.randoms(), st.sampled_from(["OP", "EA"]))
def test_any_order_and_any_repetition_give_the_same_report(texts: list, chance, form: str) -> None:
    shuffled = texts * 2
    chance.shuffle(shuffled)
    assert merged(form, shuffled) == merged(form, texts)


@given(messages)
def test_the_newest_answer_of_each_observer_stands(texts: list) -> None:
    report = merged("OP", texts)
    for observer, given_answers in report.observers.items():
        for code, answer in given_answers.answers.items():
            newest = max((m, f"m{k}", v[code]) for o, v, m, k in texts if o == observer and code in v)
            assert answer.value == newest[2]


@given(messages, st.sampled_from(["OP", "EA"]))
def test_differences_move_a_tally_to_the_contribution(texts: list, form: str) -> None:
    tally: dict = {}
    before = contribution(ELECTION, Report("1", form, "-"))
    for count in range(len(texts) + 1):
        after = contribution(ELECTION, merged(form, texts[:count]))
        tally = add([tally, difference(after, before)])
        before = after
    assert difference(tally, before) == {}


@given(messages)
def test_a_station_is_received_once_and_in_one_state(texts: list) -> None:
    report = merged("OP", texts)
    counted = contribution(ELECTION, report)
    assert counted.get("received", 0) == (1 if report.observers else 0)
    assert sum(counted.get(state, 0) for state in ("complete", "partial", "conflict")) == counted.get("received", 0)
    for code in station_answers(ELECTION, report).conflicts:
        assert not [name for name in counted if name.startswith(code)]


@given(messages)
def test_each_observer_is_received_where_the_form_expects_both(texts: list) -> None:
    report = merged("EA", texts)
    counted = contribution(ELECTION, report)
    assert counted.get("received", 0) == len(report.observers)
    assert counted.get("conflict", 0) == 0


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_numbers_agree_within_their_tolerance_and_the_leads_counts(lead: int, second: int) -> None:
    report = merged("OP", [("1", {"B": lead}, 1, 1), ("2", {"B": second}, 0, 2)])
    close = abs(lead - second) * 100 <= 5 * max(lead, second)
    assert agree(ELECTION.forms[0].by_code["B"], [lead, second]) is close
    counting = station_answers(ELECTION, report)
    assert (counting.values.get("B"), counting.conflicts) == ((lead, frozenset()) if close else (None, frozenset("B")))


def test_late_is_by_the_first_answer_even_if_it_is_processed_last() -> None:
    late, early = ("1", {"A": True}, 200, 1), ("1", {"A": False}, 30, 2)
    assert contribution(ELECTION, merged("OP", [late]))["late"] == 1
    assert "late" not in contribution(ELECTION, merged("OP", [late, early]))
