"""Carriers refuse, are busy, fall silent; workers die: what is sent, how often, and what the row says."""

import contextlib
import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from aws_faults import Fault, Killed, Wire, answered, killed, silent, unreachable
from botocore.exceptions import ParamValidationError
from pipeline import Pipeline, stored

from chalicelib.entrypoints.deliver import deliver as deliver_function
from chalicelib.services import outbox
from chalicelib.services.clients import provider_settings
from chalicelib.services.delivery import carrier_health
from chalicelib.services.delivery import deliver as delivering
from chalicelib.services.delivery.deliver import CLAIMED_FOR, MOST_ATTEMPTS, deliver
from chalicelib.store.messages import Message
from chalicelib.store.queues import Queue
from chalicelib.store.tables import StoreUnavailable, put_new

SENDS = frozenset({"SendEmail", "Publish"})
LONG = dt.timedelta(minutes=20)
"""Longer than any pause between attempts, and than a claim."""

TEMPORARY: dict[str, Fault] = {
    "throttled": answered("Throttling"),
    "too many": answered("TooManyRequestsException", 429),
    "paused": answered("SendingPausedException"),
    "5xx": answered("InternalFailure", 500),
    "no such permission": answered("AccessDeniedException", 403),
    "unreachable": unreachable,
}
FINAL: dict[str, Fault] = {
    "rejected": answered("MessageRejected"),
    "bad number": answered("InvalidParameter"),
    "invalid": lambda: ParamValidationError(report="Message: too long"),
}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "QUICK_PAUSE_SECONDS", 0.0)


def row(pipeline: Pipeline, queue: Queue, channel: str = "sms") -> Message:
    """A message in the outbox, as the stream tells it."""
    key = f"{pipeline.election.id}-{queue}-{next(pipeline.ids)}"
    origin = outbox.Origin(pipeline.election.id, "tested", pipeline.now, queue)
    if channel == "sms":
        message = outbox.sms_row(key, "+996555000111", "Text", origin)
    else:
        message = outbox.email_row(key, "somebody@example.org", outbox.Email("Subject", "Text"), origin)
    assert put_new(message)
    return stored(key)


def cut_sends(wire: Wire, fault: Fault, when: str = "before", times: int = 10**9) -> None:
    """Let so many sends fail."""
    left = [times]

    def cut(operation: str, _place: int, at: str) -> BaseException | None:
        if operation not in SENDS or at != when or not left[0]:
            return None
        left[0] -= 1
        return fault()

    wire.listen()
    wire.cut_all = cut


def sends(wire: Wire) -> int:
    return sum(operation in SENDS for operation in wire.calls)


@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize("queue", ["out", "alert"])
def test_a_message_is_sent_once(queue: Queue, channel: str, pipeline: Pipeline, wire: Wire) -> None:
    message = row(pipeline, queue, channel)
    for _ in range(3):
        deliver(stored(message.key), pipeline.now)
        deliver(message, pipeline.now)
    sent = stored(message.key)
    assert (sent.state, sent.attempts, sent.pending, sent.due_at, sent.last_error) == ("sent", 1, None, None, None)
    assert sent.sent_at is not None
    assert sends(wire) == 1


@pytest.mark.parametrize("queue", ["out", "alert"])
@pytest.mark.parametrize("fault", TEMPORARY.values(), ids=TEMPORARY)
def test_what_certainly_was_not_sent_waits_longer_and_longer_until_it_is_given_up(
    fault: Fault, queue: Queue, pipeline: Pipeline, wire: Wire
) -> None:
    message = row(pipeline, queue)
    cut_sends(wire, fault)
    pauses = []
    for attempt in range(1, MOST_ATTEMPTS):
        assert deliver(stored(message.key), pipeline.now) == "queued"
        waiting = stored(message.key)
        assert waiting.due_at is not None
        assert waiting.attempts == attempt
        assert waiting.last_error
        pauses.append(waiting.due_at - pipeline.now)
        pipeline.now += LONG
    longest = [min(30 * 2**place, 900) for place in range(len(pauses))]
    assert all(most / 2 <= pause.total_seconds() <= most for pause, most in zip(pauses, longest, strict=True)), pauses
    assert deliver(stored(message.key), pipeline.now) == "failed"
    failed = stored(message.key)
    assert (failed.state, failed.attempts, failed.pending, failed.due_at) == ("failed", MOST_ATTEMPTS, None, None)
    assert failed.last_error
    assert sends(wire) == MOST_ATTEMPTS * (delivering.QUICK_TRIES if queue == "alert" else 1)
    wire.listen()
    assert deliver(failed, pipeline.now + LONG) == "failed"
    assert wire.calls == []


@pytest.mark.parametrize("fault", FINAL.values(), ids=FINAL)
def test_what_will_never_be_taken_is_given_up_at_once(fault: Fault, pipeline: Pipeline, wire: Wire) -> None:
    message = row(pipeline, "alert")
    cut_sends(wire, fault)
    assert deliver(message, pipeline.now) == "failed"
    failed = stored(message.key)
    assert (failed.state, failed.attempts, failed.pending) == ("failed", 1, None)
    assert failed.last_error
    assert sends(wire) == 1


def test_a_busy_carrier_takes_an_alert_in_the_same_attempt(pipeline: Pipeline, wire: Wire) -> None:
    message = row(pipeline, "alert")
    cut_sends(wire, TEMPORARY["throttled"], times=2)
    assert deliver(message, pipeline.now) == "sent"
    assert sends(wire) == 3


@pytest.mark.parametrize("busy_before", [0, 3])
def test_a_reply_in_doubt_goes_once_more_and_the_row_says_so(busy_before: int, pipeline: Pipeline, wire: Wire) -> None:
    message = row(pipeline, "out")
    cut_sends(wire, TEMPORARY["throttled"])
    for _ in range(busy_before):
        deliver(stored(message.key), pipeline.now)
        pipeline.now += LONG
    cut_sends(wire, silent, "after")
    assert deliver(stored(message.key), pipeline.now) == "queued"
    pipeline.now += LONG
    assert deliver(stored(message.key), pipeline.now) == "failed"
    assert sends(wire) == 2
    failed = stored(message.key)
    assert failed.doubts == 2
    assert "in doubt" in str(failed.last_error)


def test_a_reply_in_doubt_that_goes_through_the_second_time_tells_of_the_first(pipeline: Pipeline, wire: Wire) -> None:
    message = row(pipeline, "out")
    cut_sends(wire, silent, "after", times=1)
    deliver(message, pipeline.now)
    assert deliver(stored(message.key), pipeline.now + LONG) == "sent"
    sent = stored(message.key)
    assert (sent.attempts, sent.doubts) == (2, 1)
    assert "in doubt" in str(sent.last_error)


def test_an_alert_in_doubt_goes_again_until_it_is_certain(pipeline: Pipeline, wire: Wire) -> None:
    message = row(pipeline, "alert")
    cut_sends(wire, silent, "after", times=4)
    for _ in range(4):
        assert deliver(stored(message.key), pipeline.now) == "queued"
        pipeline.now += LONG
    assert deliver(stored(message.key), pipeline.now) == "sent"
    assert sends(wire) == 5


@pytest.mark.parametrize(("when", "queue", "most"), [("before", "out", 2), ("after", "out", 2), ("after", "alert", 3)])
def test_a_worker_that_dies_while_it_sends(when: str, queue: Queue, most: int, pipeline: Pipeline, wire: Wire) -> None:
    message = row(pipeline, queue)
    cut_sends(wire, killed, when, times=2)
    for _ in range(3):
        claimed_at = pipeline.now
        try:
            deliver(stored(message.key), claimed_at)
        except Killed:
            left = stored(message.key)
            assert (left.state, left.due_at) == ("sending", claimed_at + CLAIMED_FOR)
            assert deliver(left, claimed_at + CLAIMED_FOR / 2) == "sending", "its claim has not run out"
        pipeline.now += LONG
    assert sends(wire) == most
    assert stored(message.key).state == ("failed" if queue == "out" else "sent")


def nobody_is_known() -> None:
    """What this process keeps in mind of carriers is forgotten, so that it asks for all of it."""
    carrier_health._known.clear()
    provider_settings.forget()


def calls_of_a_send(pipeline: Pipeline, wire: Wire) -> list[str]:
    nobody_is_known()
    message = row(pipeline, "out")
    wire.listen()
    deliver(message, pipeline.now)
    return list(wire.calls)


def test_a_store_that_fails_around_a_send_sends_at_most_once_more(pipeline: Pipeline, wire: Wire) -> None:
    calls = calls_of_a_send(pipeline, wire)
    assert calls[0] == "UpdateItem"
    assert "Publish" in calls
    store = [place for place, call in enumerate(calls) if call not in SENDS]
    for place in store:
        for when, fault in (("before", unreachable), ("after", silent), ("before", killed), ("after", killed)):
            message = row(pipeline, "out")
            nobody_is_known()
            wire.listen()
            wire.cuts[place, when] = fault
            for _ in range(4):
                with contextlib.suppress(Killed, StoreUnavailable):
                    deliver(message, pipeline.now)
                message = stored(message.key)
                pipeline.now += LONG
            assert message.state == "sent", (place, when, fault)
            twice = (place, when) == (len(calls) - 1, "before")
            assert sends(wire) == (2 if twice else 1), (calls[place], when, fault)


def test_two_workers_at_once_send_once(pipeline: Pipeline, wire: Wire) -> None:
    messages = [row(pipeline, "alert") for _ in range(12)]
    together = threading.Barrier(2)

    def work(_: int) -> None:
        for message in [stored(message.key) for message in messages]:
            together.wait()
            deliver(message, pipeline.now)

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, range(2)))
    assert {stored(message.key).state for message in messages} == {"sent"}
    assert sends(wire) == len(messages)


def test_a_message_given_up_in_the_stream_is_told_to_the_alarms(
    pipeline: Pipeline, wire: Wire, capsys: pytest.CaptureFixture[str]
) -> None:
    message = row(pipeline, "alert")
    cut_sends(wire, FINAL["rejected"])
    record = {"dynamodb": {"SequenceNumber": "1", "NewImage": message.serialize()}}
    assert deliver_function({"Records": [record]}, None) == {"batchItemFailures": []}
    assert stored(message.key).state == "failed"
    assert '"OutboxFailed":[1' in capsys.readouterr().out.replace(" ", "")
