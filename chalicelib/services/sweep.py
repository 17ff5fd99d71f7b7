"""Sweep: push on whatever is stuck anywhere on the way.

It is a full safety net with the streams switched off.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum

from aws_lambda_powertools import Logger

from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.services.clients.log_context import logged_as
from chalicelib.services.delivery.deliver import deliver, retry_after
from chalicelib.services.delivery.receipts import take_receipt
from chalicelib.services.intake.silence import record_arrival
from chalicelib.services.isolation import for_each
from chalicelib.services.outbox import PICKED_UP_WITHIN
from chalicelib.services.processing.process import process
from chalicelib.store.message_queries import get_many, hold_unreadable, read_rows, unfinished
from chalicelib.store.messages import Message
from chalicelib.store.queues import QUEUES, Queue, QueuedRow
from chalicelib.store.receipts import ReceiptRow
from chalicelib.store.tables import StoreUnavailable

logger = Logger()

PAGE = 50
WORKERS = 4


class Progress(Enum):
    """What became of one row that was taken up."""

    MOVED = "moved"
    STUCK = "stuck"
    GIVEN_UP = "given up"
    DONE_BEFORE = "done before"
    UNMATCHED = "a receipt of no SMS of ours"
    HELD = "held for a person, since no try has processed it"
    LEFT = "left for the next sweep"
    NOT_NOTED = "stuck, and could not be postponed"


MOST_TRIES = 12
"""Tries of a row that fail before it is held for a person: with their pauses, nearly two hours."""
_ENDS: dict[str, Progress] = {MessageState.FAILED: Progress.GIVEN_UP, MessageState.UNMATCHED: Progress.UNMATCHED}
LEFT_THE_HEAD = (Progress.MOVED, Progress.STUCK, Progress.GIVEN_UP, Progress.UNMATCHED, Progress.HELD)
"""After these, other rows are the longest due."""


@dataclass(frozen=True, slots=True)
class SweepResult:
    """Rows by progress, and each queue's oldest unfinished row.

    Ages of the queues that are ours to empty; what waits for a provider's receipt may wait for a day.
    """

    progress: Counter[Progress]
    oldest_seconds: dict[Queue, float]


def sweep(time_left: Callable[[], float], clock: Callable[[], dt.datetime]) -> SweepResult:
    """Take up every row that is due, most urgent queue first.

    It begins none when its seconds are over. Alerts that wait already go before all, for a long queue of reports may
    take all the time; alerts that reports make go right after them. New replies wait for the stream or for the next
    sweep. Raises StoreUnavailable.
    """
    progress: Counter[Progress] = Counter()
    for queue in ("alert", *QUEUES):
        while time_left() > 0:
            due = list(unfinished(queue, due_before(queue, clock()), PAGE))
            rows, unreadable = read_rows(due)
            page = _push_on(rows, time_left, clock) + _hold_unreadable(unreadable, clock())
            progress += page
            if not any(page[what] for what in LEFT_THE_HEAD):
                break
    return SweepResult(progress, {queue: _oldest_seconds(queue, clock()) for queue in QUEUES if queue != "receipt"})


def _hold_unreadable(unreadable: Mapping[str, str], now: dt.datetime) -> Counter[Progress]:
    """Take rows that this version cannot read out of everybody's way."""
    done = for_each("unreadable row", unreadable, lambda key: hold_unreadable(key, unreadable[key], now))
    return Counter({Progress.HELD: len(done.results)} if done.results else {})


def due_before(queue: Queue, now: dt.datetime) -> dt.datetime:
    """Return the instant before which due rows are taken up.

    Of alerts also those that are new, whether there is a stream or not.
    """
    return now + PICKED_UP_WITHIN if queue == "alert" else now


def _oldest_seconds(queue: Queue, now: dt.datetime) -> float:
    """Return the age of a queue's oldest unfinished row.

    Also of one that was postponed; 0 where there is none.
    """
    first = get_many(unfinished(queue, None, PAGE))
    ages = [(now - row.stored_at).total_seconds() for row in first if row.pending is not None]
    return max(ages, default=0.0)


def _push_on(
    rows: Iterable[Message | ReceiptRow], time_left: Callable[[], float], clock: Callable[[], dt.datetime]
) -> Counter[Progress]:
    """Take rows up side by side, none once the time is over.

    A slow carrier must not outlast the function.
    """
    with ThreadPoolExecutor(WORKERS) as workers:
        return Counter(workers.map(lambda row: _take_up(row, clock()) if time_left() > 0 else Progress.LEFT, rows))


def _take_up(row: Message | ReceiptRow, now: dt.datetime) -> Progress:
    if row.pending is None:
        return Progress.DONE_BEFORE  # the index has not caught up yet
    with logged_as(row):
        return _moved_or_postponed(row, now)


def _moved_or_postponed(row: Message | ReceiptRow, now: dt.datetime) -> Progress:
    try:
        if isinstance(row, ReceiptRow):
            return _ENDS.get(take_receipt(row, now), Progress.MOVED)
        if row.direction == "out":
            return _ENDS.get(deliver(row, now), Progress.MOVED)
        process(row, now)
        record_arrival(row)
    except Exception as fault:  # noqa: BLE001 - one row's fault must not keep the sweep from the others
        return _after_fault(row, now, fault)
    return Progress.MOVED


def _after_fault(row: Message | ReceiptRow, now: dt.datetime, fault: Exception) -> Progress:
    """Postpone a row that failed, or hold it after many tries."""
    error = f"{type(fault).__name__}: {fault}"[:500]
    logger.warning("not moved", extra={"fault": type(fault).__name__, "attempts": row.attempts})
    if row.attempts + 1 < MOST_TRIES:
        return Progress.STUCK if _postpone(row, now, error) else Progress.NOT_NOTED
    try:
        is_held = row.hold(_held_as(row), now, reason=Reason.NOT_PROCESSED, last_error=error)
    except StoreUnavailable:
        return Progress.NOT_NOTED
    return Progress.HELD if is_held else Progress.NOT_NOTED


def _held_as(row: Message | ReceiptRow) -> MessageState:
    if isinstance(row, ReceiptRow):
        return MessageState.UNMATCHED
    return MessageState.HELD if row.direction == "in" else MessageState.FAILED


def _postpone(row: QueuedRow, now: dt.datetime, error: str) -> bool:
    """Note the fault on the row and let others go first.

    The row stays unfinished, and its age raises the alarm. False where that could not be stored, or somebody else has
    taken the row up.
    """
    due_at = now + retry_after(min(row.attempts + 1, 10))
    try:
        return row.postpone(due_at, last_error=error)
    except StoreUnavailable:
        return False
