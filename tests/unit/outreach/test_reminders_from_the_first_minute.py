"""Chase run each minute, as the schedule does: what is due first is chased too, what was overdue before is not."""

import datetime as dt

import pytest
from chased_election import FORMS, an_election
from election_day import ElectionDay

from chalicelib.observation.elections.clock import Clock
from chalicelib.services.outreach import reminders
from chalicelib.services.outreach.reminders import ChaseResult, chase_due
from chalicelib.store.messages import received_sms

REAL = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
QUESTIONS = [{"code": "A", "type": "integer"}]
OPENING = {"code": "OP", "due": {"by": "08:30"}, "questions": QUESTIONS}
TURNOUT = {"code": "TU", "rounds": ["10:00", "12:00"], "questions": QUESTIONS}


def chased(patched: pytest.MonkeyPatch, form: dict, begin: str, end: str) -> ChaseResult:
    """All that chase queues when it is run each minute between two local times of the election day."""
    start, stop = (dt.datetime.fromisoformat(f"2017-10-15T{time}+06:00") for time in (begin, end))
    memory = ElectionDay(an_election(forms=[form]), Clock(start, REAL), patched)
    total = ChaseResult()
    while memory.clock.at(memory.now) < stop:
        total += chase_due(memory.now)
        memory.now += dt.timedelta(minutes=1)
    return total


@pytest.mark.parametrize("grace", ["0m", "30m"])
@pytest.mark.parametrize("form", [OPENING, {**OPENING, "due": {"from": "07:30", "by": "08:30"}}, FORMS[0]])
def test_the_first_form_is_chased_with_and_without_a_beginning_and_grace(
    monkeypatch: pytest.MonkeyPatch, form: dict, grace: str
) -> None:
    assert chased(monkeypatch, form | {"grace": grace}, "07:00", "12:00") == ChaseResult(reminders=12, lists=4)


@pytest.mark.parametrize(("grace", "rounds"), [("0m", 2), ("30m", 1)])
def test_the_first_round_is_chased_with_and_without_grace(
    monkeypatch: pytest.MonkeyPatch, grace: str, rounds: int
) -> None:
    """Until 12:20: the second round is overdue where there is no grace, and asked for once."""
    reminders = 12 + 6 * (rounds - 1)
    assert chased(monkeypatch, TURNOUT | {"grace": grace}, "07:00", "12:20") == ChaseResult(reminders, lists=4)


def test_an_election_that_is_loaded_in_the_afternoon_reminds_nobody_of_the_morning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = {**TURNOUT, "rounds": ["10:00", "15:00"]}
    assert chased(monkeypatch, late, "13:00", "14:59") == ChaseResult()
    assert chased(monkeypatch, late, "13:00", "15:10").reminders == 6


def test_nobody_is_reminded_while_more_sms_wait_than_are_looked_at(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    start = dt.datetime.fromisoformat("2017-10-15T07:30:00+06:00")
    memory = ElectionDay(an_election(forms=[OPENING]), Clock(start, REAL), monkeypatch)
    monkeypatch.setattr(reminders, "MOST_LOOKED_AT", 40)
    chase_due(memory.now)
    memory.now += dt.timedelta(minutes=90)
    waiting = [
        received_sms(f"generic#{n}", memory.now, stored_at=memory.now, sender=f"+99655{n:07}", text_as_sent="OP A1")
        for n in range(100)
    ]
    for row in waiting:
        row.save()
    assert chase_due(memory.now) == ChaseResult()
    assert "nobody is reminded in this run" in caplog.text
    for row in waiting[20:]:
        row.delete()
    assert chase_due(memory.now) == ChaseResult(reminders=6)
