"""Deliver the outbox: queued → sending → sent | failed, with attempts and the last error.

A row is claimed before it is sent, so that two workers do not send it both. Where it stays unknown whether a
message went out (its answer was lost, or its worker died), an alert goes again, anything else at most once more.
"""

import datetime as dt
import random
import time

from pynamodb.expressions.update import Action

from chalicelib.services.sending import AnswerLost, NotSent, SendRefused, send
from chalicelib.store.messages import Message, change

QUEUED, SENDING, SENT, FAILED = "queued", "sending", "sent", "failed"
CLAIMED_FOR = dt.timedelta(minutes=2)
MOST_ATTEMPTS = 8
MOST_ATTEMPTS_IN_DOUBT = 2
FIRST_RETRY = dt.timedelta(seconds=30)
LONGEST_RETRY = dt.timedelta(minutes=15)
QUICK_TRIES = 3
QUICK_PAUSE_SECONDS = 0.5
IN_DOUBT = "in doubt whether it was sent"


def deliver(message: Message, now: dt.datetime) -> str:
    """Send an outgoing message that waits, and record what came of it; returns its state.

    One that another worker has claimed, or that is finished, is left alone. Raises StoreUnavailable: then sweep
    takes the row up when its claim has run out.
    """
    if message.state == SENDING:
        message = _after_a_lost_worker(message, now)
    if message.state != QUEUED or not _claim(message, now):
        return str(message.state)
    try:
        _send_with_quick_retries(message)
    except SendRefused as refused:
        return _give_up(message, str(refused))
    except NotSent as fault:
        return _try_later(message, now, str(fault), MOST_ATTEMPTS)
    except AnswerLost as fault:
        return _try_later(message, now, f"{IN_DOUBT}: {fault}", most_attempts_in_doubt(message))
    return _finish(message, SENT, [Message.sent_at.set(dt.datetime.now(dt.UTC)), Message.last_error.remove()])


def is_alert(message: Message) -> bool:
    """Whether a row is an alert, which rather goes twice than never."""
    return (message.pending or "").startswith("alert#")


def most_attempts_in_doubt(message: Message) -> int:
    """How often a message may be tried when one of the tries may have reached its recipient."""
    return MOST_ATTEMPTS if is_alert(message) else MOST_ATTEMPTS_IN_DOUBT


def retry_after(attempts: int) -> dt.timedelta:
    """How long to wait before the next try: doubling, with jitter, up to a quarter of an hour."""
    longest = min(LONGEST_RETRY, FIRST_RETRY * 2.0 ** (attempts - 1))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311


def _claim(message: Message, now: dt.datetime) -> bool:
    attempts = int(message.attempts)
    changes = [Message.state.set(SENDING), Message.attempts.set(attempts + 1), Message.due_at.set(now + CLAIMED_FOR)]
    return change(message, changes, QUEUED, attempts)


def _after_a_lost_worker(message: Message, now: dt.datetime) -> Message:
    """A row whose claim ran out: its worker died, before or after the carrier took the message."""
    if message.due_at is not None and message.due_at <= now:
        _try_later(message, now, f"{IN_DOUBT}: its worker died", most_attempts_in_doubt(message), at_once=True)
    return message


def _send_with_quick_retries(message: Message) -> None:
    """An alert does not wait for sweep's minute while it is certain that it was not sent."""
    for _ in range(QUICK_TRIES - 1 if is_alert(message) else 0):
        try:
            return send(message)
        except NotSent:
            time.sleep(random.uniform(0, QUICK_PAUSE_SECONDS))  # noqa: S311
    return send(message)


def _try_later(message: Message, now: dt.datetime, error: str, most: int, *, at_once: bool = False) -> str:
    attempts = int(message.attempts)
    if attempts >= most:
        return _give_up(message, error)
    due_at = now if at_once else now + retry_after(attempts)
    changes = [Message.state.set(QUEUED), Message.due_at.set(due_at), Message.last_error.set(error[:500])]
    change(message, changes, SENDING, attempts)
    return str(message.state)


def _give_up(message: Message, error: str) -> str:
    return _finish(message, FAILED, [Message.last_error.set(error[:500])])


def _finish(message: Message, state: str, changes: list[Action]) -> str:
    finished = [Message.state.set(state), Message.pending.remove(), Message.due_at.remove()]
    change(message, [*changes, *finished], SENDING, int(message.attempts))
    return str(message.state)
