"""Whatever people decide between messages, in any order, tallies are those of a fresh recount."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_observers import ELECTION, MORNING

from chalicelib.observation.reports.decision_json import decisions_from_json, decisions_json
from chalicelib.observation.reports.decisions import (
    Attribution,
    Choice,
    Confirmation,
    Decisions,
    Explanation,
    LastDecision,
    basis_of,
)
from chalicelib.observation.reports.report import MOST_SUPERSEDED, Report, Source, owing, station_answers
from chalicelib.observation.reports.tally import add, contribution, difference
from chalicelib.store.reports import StoredReport, from_row, to_row

AIDA = Attribution("Aida (operator)", MORNING, "asked by phone")
BAKYT = Attribution("Bakyt (operator)", MORNING)
CODES = ("A", "B", "C")


@dataclass(frozen=True)
class Said:
    """A message, or an entry of an operator: both merge alike."""

    observer: str
    values: dict
    minute: int
    key: str

    @property
    def source(self) -> Source:
        return Source(MORNING + dt.timedelta(minutes=self.minute), self.key)


values = st.fixed_dictionaries(
    {}, optional={"A": st.booleans(), "B": st.integers(95, 106), "C": st.sampled_from([(1,), (2,), (1, 2)])}
)
message = st.builds(
    Said,
    st.sampled_from("12"),
    values,
    st.integers(0, 240),
    st.one_of(
        st.integers(0, 30).map("generic#{:02}".format),
        st.integers(0, 30).map("entered#{:02}".format),
    ),
)
choice = st.tuples(st.just("choose"), st.sampled_from(CODES), st.sampled_from(["1", "2", None]))
step = st.one_of(
    message,
    message,
    choice,
    st.tuples(st.just("unchoose"), st.sampled_from(CODES)),
    st.tuples(st.sampled_from(["leave out", "take in"]), st.sampled_from("12")),
    st.tuples(st.sampled_from(["withdraw", "restore"]), st.integers(0, 30).map("entered#{:02}".format)),
    st.just(("explain",)),
    st.tuples(st.just("confirm"), st.sampled_from("12"), st.sampled_from(CODES)),
)


@dataclass
class Day:
    """A report with its tally, which only differences move."""

    report: Report
    tally: dict = field(default_factory=dict)
    messages: dict[str, Said] = field(default_factory=dict)

    def take(self, step: object) -> None:
        after = self._after(step)
        if after != self.report:
            row = to_row(ELECTION, StoredReport(after, "North", 1))
            assert from_row(ELECTION, row).report == after
        self.tally = add([self.tally, difference(contribution(ELECTION, after), contribution(ELECTION, self.report))])
        self.report = after

    def _after(self, step: object) -> Report:
        if isinstance(step, Said):
            if step.key in self.messages:  # a key exists once: the second delivery is the same message
                step = self.messages[step.key]
            self.messages[step.key] = step
            return self.report.merge(step.observer, step.values, step.source)
        return replace(self.report, decisions=self._decided(step))

    def _decided(self, step: object) -> Decisions:  # noqa: PLR0911
        decisions = self.report.decisions
        match step:
            case ("choose", code, observer):
                counting = self.report.counting
                answers = {who: row.answers[code].value for who, row in counting.items() if code in row.answers}
                if observer is not None and observer not in answers:
                    return decisions
                return decisions.choosing({code: Choice(observer, basis_of(answers), AIDA)})
            case ("unchoose", code):
                return decisions.unchoosing([code])
            case ("leave out", observer):
                return decisions.leaving_out(observer, AIDA)
            case ("take in", observer):
                return decisions.taking_in(observer)
            case ("withdraw", key):
                return decisions.withdrawing(key, AIDA)
            case ("restore", key):
                return decisions.restoring(key)
            case ("explain",):
                return decisions.explaining("A", Explanation("A=true", False, AIDA))
            case ("confirm", observer, code):
                return decisions.confirming(observer, code, Confirmation(True, AIDA))
        raise AssertionError(step)


def recounted(form: str, day: Day, chance: random.Random) -> Report:
    """The report of the same messages, in another order and some twice, under the same decisions."""
    messages = [*day.messages.values(), *list(day.messages.values())[:3]]
    chance.shuffle(messages)
    report = Report("1", form, "-", decisions=day.report.decisions)
    for message in messages:
        report = report.merge(message.observer, message.values, message.source)
    return report


def by_hand(day: Day) -> dict[str, dict[str, object]]:
    """Each observer's newest answers of the messages that nobody withdrew, as one would find them in a list."""
    found: dict[str, dict[str, object]] = {}
    left = [message for message in day.messages.values() if message.key not in day.report.decisions.withdrawn]
    for row in sorted(left, key=lambda answer: answer.source.age):
        if row.values:
            found.setdefault(row.observer, {}).update(row.values)
    return found


@settings(max_examples=300)
@given(st.lists(step, max_size=25), st.randoms(use_true_random=False), st.sampled_from(["OP", "EA"]))
def test_any_interleaving_gives_the_tallies_of_a_fresh_recount(steps: Sequence, chance, form: str) -> None:
    day = Day(Report("1", form, "-"))
    for value in steps:
        day.take(value)
    fresh = recounted(form, day, chance)
    assert fresh == day.report
    assert difference(contribution(ELECTION, fresh), day.tally) == {}


@settings(max_examples=300)
@given(st.lists(step, max_size=25))
def test_what_was_withdrawn_gives_way_to_the_answers_before_it(steps: Sequence) -> None:
    day = Day(Report("1", "EA", "-"))
    for value in steps:
        day.take(value)
    given_now = {
        observer: {code: answer.value for code, answer in row.answers.items()}
        for observer, row in day.report.observers.items()
    }
    most = max((len(row.history(code)) for row in day.report.given.values() for code in CODES), default=0)
    if most <= MOST_SUPERSEDED:
        assert given_now == by_hand(day)
        for observer, item in day.report.observers.items():
            sent = [answer for answer in day.messages.values() if answer.observer == observer and answer.values]
            left = [answer for answer in sent if answer.key not in day.report.decisions.withdrawn]
            assert item.first_at == min(answer.source.received_at for answer in left)


def said(*texts: tuple[str, dict, int, str], form: str = "OP", decisions: Decisions | None = None) -> Report:
    report = Report("1", form, "-", decisions=decisions or Decisions())
    for observer, answers, minute, key in texts:
        report = report.merge(observer, answers, Said(observer, answers, minute, key).source)
    return report


def test_so_many_superseded_answers_are_kept_the_newest_first() -> None:
    texts = [("1", {"B": number}, number, f"m{number}") for number in range(MOST_SUPERSEDED + 3)]
    for ordered in (texts, texts[::-1], [*texts[5:], *texts[:5], *texts]):
        row = said(*ordered).given["1"]
        assert [answer.value for answer in row.history("B")] == list(range(MOST_SUPERSEDED + 2, 1, -1))
        assert row.first_at == MORNING


def test_a_choice_counts_while_the_answers_are_those_it_was_made_on() -> None:
    both = said(("1", {"B": 400}, 1, "a"), ("2", {"B": 500}, 2, "b"))
    assert station_answers(ELECTION, both).conflicts == {"B"}
    choice = Choice("2", basis_of({"1": 400, "2": 500}), AIDA)
    chosen = replace(both, decisions=Decisions().choosing({"B": choice}))
    answers = station_answers(ELECTION, chosen)
    assert (answers.values, answers.conflicts) == ({"B": 500}, frozenset())
    assert contribution(ELECTION, chosen) == {"received": 1, "partial": 1, "B#count": 1, "B#sum": 500}
    slip = chosen.merge("2", {"B": 5000}, Source(MORNING + dt.timedelta(minutes=3), "c"))
    assert station_answers(ELECTION, slip).conflicts == {"B"}, "a later answer is not hidden by an old choice"
    undone = replace(chosen, decisions=chosen.decisions.unchoosing(["B"]))
    assert undone == both


def test_neither_of_two_answers_counts_where_a_person_says_so() -> None:
    both = said(("1", {"A": True, "B": 400}, 1, "a"), ("2", {"A": True, "B": 500}, 2, "b"))
    neither = Decisions().choosing({"B": Choice(None, basis_of({"1": 400, "2": 500}), AIDA)})
    answers = station_answers(ELECTION, replace(both, decisions=neither))
    assert (answers.values, answers.conflicts, answers.withheld) == ({"A": True}, frozenset(), {"B"})


@pytest.mark.parametrize("form", ["OP", "EA"])
def test_who_is_left_out_counts_nowhere_and_is_not_asked_again(form: str) -> None:
    both = said(("1", {"B": 400}, 1, "a"), ("2", {"B": 500}, 2, "b"), form=form)
    alone = replace(both, decisions=Decisions().leaving_out("1", AIDA))
    assert contribution(ELECTION, alone) == {"received": 1, "partial": 1, "B#count": 1, "B#sum": 500}
    nobody = replace(both, decisions=alone.decisions.leaving_out("2", AIDA))
    assert contribution(ELECTION, nobody) == {}
    assert owing(ELECTION, nobody) == ()
    assert contribution(ELECTION, replace(nobody, decisions=nobody.decisions.taking_in("2"))) == contribution(
        ELECTION, alone
    )


def test_an_observer_owes_again_whose_only_entry_was_undone() -> None:
    entered = said(("1", {"B": 400}, 1, "entered#1"))
    assert owing(ELECTION, entered) == ()
    undone = replace(entered, decisions=Decisions().withdrawing("entered#1", AIDA))
    assert [observer.number for observer in owing(ELECTION, undone)] == ["1", "2"]
    assert contribution(ELECTION, undone) == {}


def test_late_is_by_the_first_answer_that_stands() -> None:
    texts = [("1", {"A": True}, 30, "entered#1"), ("1", {"A": True}, 200, "m2")]
    assert "late" not in contribution(ELECTION, said(*texts))
    withdrawn = Decisions().withdrawing("entered#1", AIDA)
    assert contribution(ELECTION, said(*texts, decisions=withdrawn))["late"] == 1


def test_an_ordinary_report_s_row_has_neither_history_nor_decisions() -> None:
    row = to_row(ELECTION, StoredReport(said(("1", {"A": True}, 1, "a"), ("2", {"A": True}, 2, "b")), "North", 1))
    assert row.decisions is None
    assert {name for answer in row.answers.values() for name in answer} == {"first", "from", "a"}


def test_decisions_are_read_as_they_were_written() -> None:
    decisions = Decisions(
        withdrawn={"entered#1": AIDA},
        left_out={"1": AIDA},
        chosen={"B": Choice(None, "1=400 2=500", AIDA)},
        explained={"A <= B": Explanation("A=3", True, Attribution("Bakyt", MORNING))},
        confirmed={("1", "A"): Confirmation(True, AIDA), ("2", "A"): Confirmation(False, AIDA)},
        last=LastDecision(3, "answer confirmed", AIDA, {"confirmed": {("2", "A"): None}, "left_out": {"2": AIDA}}),
    )
    written = decisions_json(decisions)
    assert written is not None
    assert decisions_from_json(written) == decisions
    assert decisions_from_json(written | {"of a later version": 1}) == decisions
    assert [value[0] for value in written["by"]] == ["Aida (operator)", "Bakyt"], "each reason stands once"


@settings(max_examples=300)
@given(st.lists(step, max_size=15), step)
def test_undo_restores_what_was_decided_before_and_undoing_that_does_it_again(steps: Sequence, last: object) -> None:
    day = Day(Report("1", "OP", "-"))
    for value in steps:
        day.take(value)
    if isinstance(last, Said):
        return
    before = day.report.decisions
    after = day._decided(last).decided(before, 2, "something decided", AIDA)
    undone = after.undone(BAKYT).decided(after, 3, "undone", AIDA)
    assert replace(undone, last=before.last) == before
    assert replace(undone.undone(BAKYT), last=after.last) == after
    assert decisions_from_json(decisions_json(undone)) == undone


def test_undo_leaves_what_was_not_decided_with_it() -> None:
    first = Decisions().leaving_out("1", AIDA)
    chosen = first.choosing({"B": Choice("2", "", AIDA)}).decided(first, 2, "answers chosen", AIDA)
    assert chosen.undone(BAKYT).left_out == {"1": AIDA}
    with pytest.raises(LookupError):
        Decisions().undone(BAKYT)


def test_undoing_an_entry_withdraws_it_by_whom_it_is_undone() -> None:
    entered = Decisions().confirming("1", "B", Confirmation(400, AIDA))
    entered = entered.entered("entered#1", Decisions(), 2, "answers corrected", AIDA)
    assert decisions_from_json(decisions_json(entered)) == entered
    undone = entered.undone(BAKYT).decided(entered, 3, "undone", BAKYT)
    assert (undone.withdrawn, undone.confirmed) == ({"entered#1": BAKYT}, {})
    again = undone.undone(AIDA)
    assert (again.withdrawn, again.confirmed) == ({}, entered.confirmed)
