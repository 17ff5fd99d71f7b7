"""What became of what we wrote: whether an answer waits for one, and why an SMS did not arrive."""

import datetime as dt

import pytest
from desk_actions import AtDesk, say
from pipeline import Pipeline

from chalicelib.observation.sms.states import MessageState
from chalicelib.services.access.operators import Operator
from chalicelib.services.desk import conversation
from chalicelib.services.desk import log as message_log


@pytest.fixture
def desk(pipeline: Pipeline) -> AtDesk:
    return AtDesk(pipeline)


def test_an_answered_sms_is_awaited_until_its_sender_writes_again(desk: AtDesk) -> None:
    pipeline = desk.pipeline

    def awaited() -> list[str]:
        page = message_log.awaiting(pipeline.current, desk.operator, message_log.ActedFilter(), (), pipeline.now)
        return [line["message"]["key"] for line in page["done"]]

    first, second, third = (say(pipeline, pipeline.phone(place), f"hm {place}") for place in range(3))
    for row in (first, second, third):
        pipeline.now += dt.timedelta(minutes=1)
        desk.answer(row.key, "Please send OP.")
    assert awaited() == [third.key, second.key, first.key]
    pipeline.now += dt.timedelta(minutes=1)
    say(pipeline, pipeline.phone(), "OP 1001 A1")
    assert awaited() == [third.key, second.key]
    desk.undo(third.key)
    assert awaited() == [second.key]
    elsewhere = Operator("x", "operator", pipeline.election.id, ("Chuy",))
    page = message_log.awaiting(pipeline.current, elsewhere, message_log.ActedFilter(), (), pipeline.now)
    assert page["done"] == []


def test_a_conversation_says_why_an_sms_of_ours_did_not_arrive(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    sms = say(pipeline, pipeline.phone(), "hm")
    reply = pipeline.reply(sms)
    assert reply is not None

    def fate() -> tuple[str | None, list[str]]:
        page = conversation.with_sender(pipeline.current, desk.operator, sms.key, None, 10)
        [shown] = [row for row in page["messages"] if row["direction"] == "out"]
        return shown["failure"], shown["lost"]

    assert fate() == (None, [])
    reply.state, reply.last_error = MessageState.FAILED, "first: it has no route there"
    reply.save()
    assert fate() == ("first: it has no route there", [])
    reply.state, reply.receipt, reply.receipt_detail = MessageState.SENT, "failed", "first: 30003 handset off"
    reply.save()
    assert fate() == ("first: 30003 handset off", [])
    reply.receipt, reply.receipt_detail, reply.lost = "delivered", "second: delivered", ["first"]
    reply.save()
    assert fate() == (None, ["first"])
