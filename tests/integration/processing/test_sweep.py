"""With the streams off, sweep alone does everything, and nothing that is broken holds up the rest."""

import datetime as dt

import pytest
from pipeline import Pipeline, stored

from chalicelib.entrypoints import sweep as sweep_function
from chalicelib.services import sweep as sweeping
from chalicelib.services.processing.process import process
from chalicelib.services.sweep import Progress, sweep
from chalicelib.store.messages import Message


def _sweep(pipeline: Pipeline) -> sweeping.SweepResult:
    return sweep(lambda: 60.0, lambda: pipeline.now)


def test_sweep_alone_processes_and_delivers(pipeline: Pipeline) -> None:
    texts = ("OP A1 B0730 C12 D2 E1668", "IN 3 they beat us", "?!")
    messages = [pipeline.send(pipeline.phone(place), text) for place, text in enumerate(texts)]
    _sweep(pipeline)
    assert {stored(message.key).state for message in messages} == {"received"}, "the stream's minute is not over"
    for _ in range(3):
        pipeline.now += dt.timedelta(minutes=1, seconds=1)
        swept = _sweep(pipeline)
    assert [stored(message.key).state for message in messages] == ["accepted", "accepted", "unrecognised"]
    assert {row.state for row in pipeline.outgoing()} == {"sent"}
    assert max(swept.oldest_seconds.values()) <= 0, "what other tests left is of later days"
    assert pipeline.differences() == ()


def test_rows_that_fail_hold_up_no_others_and_their_age_is_told(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAGE", 1)
    poison = [pipeline.send(pipeline.phone(), f"OP C{place}").key for place in range(12)]
    pipeline.now += dt.timedelta(seconds=1)
    good = [pipeline.send(pipeline.phone(1), f"OP C{place}").key for place in range(6)]

    def process_or_fail(message: Message, now: dt.datetime) -> None:
        if message.key in poison:
            raise ValueError("a fault in the reading")
        process(message, now)

    monkeypatch.setattr(sweeping, "process", process_or_fail)
    pipeline.now += dt.timedelta(minutes=10)
    swept = _sweep(pipeline)
    assert {stored(key).state for key in good} == {"accepted"}
    assert swept.progress[Progress.STUCK] == len(poison)
    assert swept.oldest_seconds["in"] > 600
    assert "a fault in the reading" in str(stored(poison[0]).last_error)
    monkeypatch.setattr(sweeping, "process", process)
    pipeline.now += dt.timedelta(minutes=20)
    _sweep(pipeline)
    assert {stored(key).state for key in poison} == {"accepted"}


def test_an_alert_that_waits_goes_before_a_long_queue_of_reports(pipeline: Pipeline) -> None:
    process(pipeline.send(pipeline.phone(), "IN 3 they beat us"), pipeline.now)
    reports = [pipeline.send(pipeline.phone(1), f"OP C{place}").key for place in range(6)]
    pipeline.now += dt.timedelta(minutes=10)
    waiting = [row.key for row in pipeline.outgoing() if row.key.startswith("alert#")]
    left = iter([60.0] * (1 + len(waiting)))
    sweep(lambda: next(left, 0.0), lambda: pipeline.now)
    assert {stored(key).state for key in waiting} == {"sent"}
    assert {stored(key).state for key in reports} == {"received"}, "no time was left for them"


def test_an_escalation_goes_out_before_what_is_swept_and_that_is_swept_whatever_escalating_comes_to(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(sweep_function, "escalate_due", lambda now, until: steps.append("escalate") or fail())
    monkeypatch.setattr(sweep_function, "sweep_all", lambda left, clock: steps.append("sweep") or sweep(left, clock))

    def fail() -> None:
        raise ValueError("a fault in escalating")

    sweep_function.sweep(None, None)
    assert steps == ["escalate", "sweep"]
    assert '"PartsFailed":[1.0]' in capsys.readouterr().out
