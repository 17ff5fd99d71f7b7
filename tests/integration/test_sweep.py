"""With the streams off, sweep alone does everything, and nothing that is broken holds up the rest."""

import datetime as dt

import pytest
from pipeline import Pipeline, stored

from chalicelib.services import sweep as sweeping
from chalicelib.services.process import process
from chalicelib.services.sweep import Progress, sweep
from chalicelib.store.messages import Message


def _sweep(pipeline: Pipeline) -> sweeping.Swept:
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
