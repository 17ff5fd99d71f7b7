"""Deliver the outbox: queued → sending → sent | failed | opted_out, with attempts and the last error.

A row is claimed before it is sent, so that two workers do not send it both. Where it stays unknown whether a
message went out (its answer was lost, or its worker died), an alert goes again, anything else at most once more, and
the row says so: `doubts`, and the last error also of one that was sent in the end.
"""

import datetime as dt
import random
import time
from collections.abc import Sequence

from pynamodb.expressions.update import Action

from chalicelib.services.provider_api import AnswerLost
from chalicelib.services.sending import NotSent, SendRefused, send
from chalicelib.store.messages import Message, change, unchanged

QUEUED, SENDING, SENT, FAILED, OPTED_OUT = "queued", "sending", "sent", "failed", "opted_out"
CLAIMED_FOR = dt.timedelta(minutes=2)
MOST_ATTEMPTS = 8
MOST_DOUBTS = 1
FIRST_RETRY = dt.timedelta(seconds=30)
LONGEST_RETRY = dt.timedelta(minutes=15)
QUICK_TRIES = 3
QUICK_PAUSE_SECONDS = 0.5
NO_WAIT = dt.timedelta()
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
        return _opted_out(message, now, str(refused)) if refused.opted_out else _give_up(message, str(refused))
    except NotSent as fault:
        return _try_later(message, now, str(fault), wait=dt.timedelta(seconds=fault.wait))
    except AnswerLost as fault:
        return _try_in_doubt(message, now, str(fault))
    return _finish(message, SENT, [Message.sent_at.set(dt.datetime.now(dt.UTC))])


def is_alert(message: Message) -> bool:
    """Whether a row is an alert, which rather goes twice than never."""
    return (message.pending or "").startswith("alert#")


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
        _try_in_doubt(message, now, "its worker died", at_once=True)
    return message


def _send_with_quick_retries(message: Message) -> None:
    """An alert does not wait for sweep's minute while it is certain that it was not sent."""
    for _ in range(QUICK_TRIES - 1 if is_alert(message) else 0):
        try:
            return send(message)
        except NotSent as fault:
            if fault.wait:
                raise
            time.sleep(random.uniform(0, QUICK_PAUSE_SECONDS))  # noqa: S311
    return send(message)


def _try_in_doubt(message: Message, now: dt.datetime, error: str, *, at_once: bool = False) -> str:
    """Try again what may have reached its recipient: an alert as often as any other, the rest once more."""
    doubts = int(message.doubts or 0) + 1
    noted = [Message.doubts.set(doubts)]
    if doubts > MOST_DOUBTS and not is_alert(message):
        return _give_up(message, f"{IN_DOUBT}: {error}", noted)
    return _try_later(message, now, f"{IN_DOUBT}: {error}", noted, at_once=at_once)


def _try_later(
    message: Message,
    now: dt.datetime,
    error: str,
    noted: Sequence[Action] = (),
    *,
    at_once: bool = False,
    wait: dt.timedelta = NO_WAIT,
) -> str:
    attempts = int(message.attempts)
    if attempts >= MOST_ATTEMPTS:
        return _give_up(message, error, noted)
    due_at = now if at_once else now + max(wait, retry_after(attempts))
    changes = [Message.state.set(QUEUED), Message.due_at.set(due_at), Message.last_error.set(error[:500]), *noted]
    change(message, changes, SENDING, attempts)
    return str(message.state)


def _give_up(message: Message, error: str, noted: Sequence[Action] = ()) -> str:
    return _finish(message, FAILED, [Message.last_error.set(error[:500]), *noted])


def _opted_out(message: Message, now: dt.datetime, error: str) -> str:
    """The recipient has opted out where only the carrier heard it: nobody here can mend that, but all must know it."""
    from chalicelib.services.opting import finish_refused  # noqa: PLC0415 - with the whole domain, and rarely needed

    if message.election is None or message.recipient is None:
        return _give_up(message, error)
    changes = [Message.last_error.set(error[:500]), *_finished(OPTED_OUT)]
    finish_refused(message, changes, unchanged(SENDING, int(message.attempts)), now)
    return OPTED_OUT


def _finish(message: Message, state: str, changes: list[Action]) -> str:
    change(message, [*changes, *_finished(state)], SENDING, int(message.attempts))
    return str(message.state)


def _finished(state: str) -> list[Action]:
    return [Message.state.set(state), Message.pending.remove(), Message.due_at.remove()]
