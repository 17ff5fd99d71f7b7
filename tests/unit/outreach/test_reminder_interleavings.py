"""Reports, schedules that run twice, late, not at all or die, and clocks that change, in any order."""

import contextlib
import datetime as dt
from collections import Counter

import pytest
from election_day import Died, ElectionDay
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.observation.elections.clock import Clock
from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.schedule import round_due
from chalicelib.observation.reports.reminders import is_night
from chalicelib.observation.summaries.summary import summarise
from chalicelib.services.outreach.reminders import chase
from chalicelib.services.summaries.hourly import queue_summaries_due

START = dt.datetime.fromisoformat("2017-10-15T07:30:00+06:00")
REAL = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PLACES = [("OP", "-"), ("TU", "10:00"), ("TU", "12:00"), ("TU", "21:45"), ("TU", "23:30"), ("EV", "-")]
OBSERVERS = ["11", "12", "21", "22", "31", "32"]

reports = st.tuples(st.sampled_from(OBSERVERS), st.sampled_from(PLACES))
events = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 200)),
        st.tuples(st.just("report"), reports),
        st.tuples(st.just("chase"), st.none()),
        st.tuples(st.just("chase"), reports),  # a report comes in right before the reminder is queued
        st.tuples(st.just("summarize"), st.booleans()),
        st.tuples(st.just("die in chase"), st.integers(0, 8)),
        st.tuples(st.just("die in summarize"), st.integers(0, 5)),
        st.tuples(st.just("set clock"), st.integers(-120, 120)),
    ),
    max_size=40,
)


class Day:
    """Plays events on an election in memory, and looks at every reminder as it is queued."""

    def __init__(self, election: Election, monkeypatch: pytest.MonkeyPatch) -> None:
        self.memory = ElectionDay(election, Clock(START, REAL), monkeypatch)
        self.serial = 0
        self.reported: list[tuple[str, tuple[str, str], dt.datetime, int]] = []

    def play(self, event: str, what: object) -> None:
        memory = self.memory
        before = set(memory.queued)
        if event == "wait":
            memory.now += dt.timedelta(minutes=what)
        elif event == "report":
            self.report(*what)
        elif event == "chase":
            memory.before_queueing = (lambda: self.report(*what)) if what else None
            chase(memory.loaded, memory.now)
            memory.before_queueing = None
        elif event == "summarize":
            queue_summaries_due(memory.now, catching_up=what)
        elif event == "set clock":
            shown = memory.clock.at(memory.now) + dt.timedelta(minutes=what)
            memory.set_clock(Clock(shown, memory.now))
        else:
            self.die(event, what)
        for key in set(memory.queued) - before:
            self.look_at(key)

    def die(self, event: str, writes: int) -> None:
        memory = self.memory
        memory.writes_left = writes
        with contextlib.suppress(Died):
            chase(memory.loaded, memory.now) if event == "die in chase" else queue_summaries_due(memory.now)
        memory.writes_left = None

    def report(self, observer: str, place: tuple[str, str]) -> None:
        self.serial += 1
        self.reported.append((observer, place, self.memory.clock.at(self.memory.now), self.serial))
        self.memory.report(observer[0], observer, *place, self.serial)

    def look_at(self, key: str) -> None:
        if not key.startswith("reminder#"):
            return
        _, _, form, name, observer, _ = key.split("#")
        election = self.memory.election
        reporters = {who for who, place, _, _ in self.reported if place == (form, name)}
        alone = election.form_by_code[form].expect == "observer"
        assert not (reporters & {observer} if alone else {who for who in reporters if who[0] == observer[0]})
        due = round_due(election, election.form_by_code[form], name)
        assert not is_night(election, self.memory.queued[key][1]) or is_night(election, due)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events)
def test_nobody_hears_twice_or_after_reporting_and_the_coverage_is_the_same(
    election: Election, monkeypatch: pytest.MonkeyPatch, happening: list
) -> None:
    with monkeypatch.context() as patched:
        day = Day(election, patched)
        memory = day.memory
        for event, what in happening:
            day.play(event, what)
        alerts = Counter(
            (row.recipient, row.about) for row, _ in memory.queued.values() if row.key.startswith("summary#")
        )
        assert max(alerts.values(), default=0) <= 1
        reminders = Counter(
            (row.recipient, row.about) for row, _ in memory.queued.values() if row.key.startswith("reminder#")
        )
        assert max(reminders.values(), default=0) <= 2
        listed = Counter(
            (row.recipient, row.about) for row, _ in memory.queued.values() if row.key.startswith("missing#")
        )
        assert max(listed.values(), default=0) <= 1
        reported = Counter(row.recipient for row, _ in memory.queued.values() if row.key.startswith("report#"))
        assert max(reported.values(), default=0) <= 1
        end, counted = memory.clock.at(memory.now), memory.cells()
        undisturbed = ElectionDay(election, Clock(START, REAL), patched)
        for observer, place, reported_at, serial in sorted(day.reported, key=lambda row: row[3] % 7):
            undisturbed.clock = Clock(reported_at, REAL)
            undisturbed.report(observer[0], observer, *place, serial)
        assert summarise(election, counted, end) == summarise(election, undisturbed.cells(), end)


def test_everybody_is_told_where_all_goes_well(election: Election, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the test above cannot hold because nothing is ever sent."""
    day = Day(election, monkeypatch)
    day.report("11", ("OP", "-"))
    for _ in range(80):
        day.play("chase", None)
        day.play("summarize", False)
        day.play("wait", 15)
    kinds = Counter(key.partition("#")[0] for key in day.memory.queued)
    begin = f"reminder#{day.memory.election.id}#OP#"
    openings = {key for key in day.memory.queued if key.startswith(begin)}
    assert openings == {f"{begin}-#{who}#{n}" for who in ("21", "22", "31", "32") for n in (1, 2)}
    assert kinds["missing"] > 0
    assert kinds["summary"] == 6 * 20
    assert kinds["report"] == 1


def test_a_report_right_before_its_reminder_is_queued_keeps_the_reminder_back(
    election: Election, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the test above cannot hold because no example meets that moment."""
    day = Day(election, monkeypatch)
    day.play("chase", None)
    day.play("wait", 75)
    day.play("chase", ("11", ("OP", "-")))
    reminded = {key.split("#")[4] for key in day.memory.queued if key.startswith("reminder#")}
    assert reminded == {"21", "22", "31", "32"}
