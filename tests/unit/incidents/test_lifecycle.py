"""An incident's states and steps, whom it is told to, and in what order while nobody acknowledges it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election, Station
from chalicelib.observation.elections.values import SEVERITIES
from chalicelib.observation.incidents.lifecycle import (
    ALLOWED_IN,
    BURST,
    BURST_WITHIN,
    STATES,
    STEPS,
    StepRefused,
    after,
    escalates_after,
    escalation,
    is_burst,
    may_be_same,
    told_at_once,
)

NOON = dt.datetime(2031, 10, 15, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


class Life(RuleBasedStateMachine):
    """Two people who take any steps on what they have last seen: only what is allowed and up to date is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.version = "new", 1
        self.seen = {"Asan": 1, "Bermet": 1}
        self.way = ["new"]

    @rule(who=st.sampled_from(["Asan", "Bermet"]))
    def look(self, who):
        self.seen[who] = self.version

    @rule(who=st.sampled_from(["Asan", "Bermet"]), step=st.sampled_from(STEPS))
    def take(self, who, step):
        if self.seen[who] != self.version:
            return
        if self.state not in ALLOWED_IN[step]:
            with pytest.raises(StepRefused, match=self.state):
                after(self.state, step)
            return
        self.state = after(self.state, step)
        self.version += 1
        self.way.append(self.state)

    @invariant()
    def nothing_is_resolved_that_nobody_decided(self):
        for before, now in zip(self.way, self.way[1:], strict=False):
            assert now in STATES
            assert now != "new", "an incident that somebody had in hand is never nobody's again"
            assert before != now
            assert now != "resolved" or before in ("verified", "rejected")
            assert before != "resolved" or now == "acknowledged"


TestLife = Life.TestCase


def election(*coordinators: dict) -> Election:
    return Election(
        id="e",
        name={"en": "E"},
        date=dt.date(2031, 10, 15),
        timezone="Asia/Bishkek",
        languages=("en",),
        forms=(),
        stations=(Station(number="1", region="Osh"), Station(number="2", region="Chuy")),
        observers=(),
        coordinators=tuple(
            Coordinator.model_validate({"name": "N", "language": "en", "alerts": ("sms",)} | coordinator)
            for coordinator in coordinators
        ),
    )


@pytest.mark.parametrize(
    ("coordinators", "at_once", "critical", "then"),
    [
        ([], (), (), ()),
        ([{"regions": ["Chuy"]}], (), (), ()),
        ([{"regions": ["Osh"]}], (0,), (0,), ((0,),)),
        ([{"regions": ["*"]}], (0,), (0,), ((0,),)),
        ([{"regions": ["Osh"]}, {"regions": ["*"]}], (0,), (0, 1), ((1,),)),
        ([{"regions": ["*"]}, {"regions": ["Osh"]}, {"regions": ["Osh"]}], (1, 2), (0, 1, 2), ((0,),)),
        ([{"regions": ["Osh"], "level": 3}, {"regions": ["Osh"], "level": 2}], (1,), (1,), ((0,),)),
        (
            [{"regions": ["Osh"]}, {"regions": ["Osh", "Chuy"], "level": 2}, {"regions": ["*"]}],
            (0,),
            (0, 2),
            ((1,), (2,)),
        ),
        ([{"regions": ["Osh"]}, {"regions": ["*"], "level": 1}], (0, 1), (0, 1), ((0, 1),)),
    ],
)
def test_who_is_told_at_once_and_who_then(coordinators, at_once, critical, then):
    made = election(*coordinators)
    assert [told_at_once(made, "Osh", severity) for severity in SEVERITIES] == [at_once] * 3 + [critical]
    assert escalation(made, "Osh") == then


ROWS = st.fixed_dictionaries(
    {"regions": st.sampled_from([["Osh"], ["Chuy"], ["Osh", "Chuy"], ["*"]]), "level": st.none() | st.integers(1, 9)}
)


@given(st.lists(ROWS, max_size=6))
def test_everybody_of_the_region_is_told_in_the_end_and_nobody_else(rows):
    made = election(*rows)
    groups = escalation(made, "Osh")
    places = [place for group in (told_at_once(made, "Osh", "high"), *groups) for place in group]
    assert set(places) == {place for place, coordinator in enumerate(made.coordinators) if coordinator.covers("Osh")}
    first = told_at_once(made, "Osh", "high")
    assert len(places) == len(set(places)) or groups == (first,), "only those who are all there are get told twice"


def test_the_more_severe_the_sooner():
    waits = [escalates_after(election(), severity) for severity in SEVERITIES]
    assert waits == sorted(waits, reverse=True)


@pytest.mark.parametrize(
    ("severity", "minutes", "expected"),
    [
        ("high", [], False),
        ("high", [4, 2], False),
        ("high", [4, 2, 0], True),
        ("low", [4, 2, 0, 0], True),
        ("high", [5, 2, 0], False),
        ("high", [60, 4, 3, 0], True),
        ("critical", [4, 3, 2, 1, 0], False),
    ],
)
def test_a_burst_is_more_than_three_in_five_minutes(severity, minutes, expected):
    assert is_burst(severity, [NOON - minute * MINUTE for minute in minutes], NOON) is expected
    assert (BURST, BURST_WITHIN) == (3, 5 * MINUTE)


@pytest.mark.parametrize(
    ("value", "other", "apart", "expected"),
    [
        (2, 2, 0, True),
        (2, 2, 30, True),
        (2, 2, 31, False),
        (2, 3, 0, False),
        (None, None, 0, False),
        (2, None, 0, False),
        ("OP D", "OP D", 30, True),
        ("OP D", "OP D", 31, False),
        ("OP D", "OP A", 0, False),
    ],
)
def test_what_may_be_the_same(value, other, apart, expected):
    assert may_be_same(value, NOON, other, NOON + apart * MINUTE) is expected
    assert may_be_same(other, NOON + apart * MINUTE, value, NOON) is expected
