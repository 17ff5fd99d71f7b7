"""SMS that are answered: strangers together, and one phone that alternates STOP and START."""

import datetime as dt

import pytest
from pipeline import Pipeline

from chalicelib.services.opt_outs.record import ANSWERS_PER_HOUR
from chalicelib.services.replies import strangers
from chalicelib.store.opt_outs import wish_of


def replies(pipeline: Pipeline) -> int:
    return sum(row.key.startswith("reply#") for row in pipeline.outgoing())


def test_b4_strangers_are_answered_so_often_an_hour_together(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "MOST_REPLIES_PER_HOUR", 5)
    for place in range(9):
        message = pipeline.say(f"+99677000{place:04}", "OP A1" if place % 2 else "STOP")
        assert message.state in ("quarantined", "opted_out")
    assert replies(pipeline) == 5
    assert pipeline.reply(pipeline.say(pipeline.phone(), "OP A1")) is not None, "an observer is answered"
    pipeline.now += dt.timedelta(hours=1)
    pipeline.say("+996770009999", "OP A1")
    assert replies(pipeline) == 7
    assert pipeline.differences() == ()


def test_b4_a_wish_is_answered_so_often_an_hour_and_obeyed_each_time(pipeline: Pipeline) -> None:
    for place in range(20):
        pipeline.now += dt.timedelta(seconds=1)
        pipeline.say("+996770000001", "START" if place % 2 else "STOP")
        wish = wish_of(pipeline.election.id, "+996770000001")
        assert wish is not None
        assert wish.wish == ("in" if place % 2 else "out")
    assert replies(pipeline) == ANSWERS_PER_HOUR
    pipeline.now += dt.timedelta(hours=1)
    pipeline.say("+996770000001", "STOP")
    assert replies(pipeline) == ANSWERS_PER_HOUR + 1
