"""Deliver the outbox: queued → sending → sent | failed | opted_out, with attempts and the last error.

A row is claimed before it is sent, so that two workers do not send it both. Where it stays unknown whether a
message went out (its answer was lost, its worker died, or a receipt that its carrier always gives does not come), an
alert goes again, anything else at most once more, and the row says so: `doubts`, and the last error also of one that
was sent in the end. What receipts do to a row is in `receipts`.
"""

import datetime as dt
import random
import time
from collections.abc import Sequence

from pynamodb.expressions.update import Action

from chalicelib.services.delivery.faults import InDoubt, NotAsked, NotSent, SendRefused
from chalicelib.services.delivery.send import SendResult, send, sms_providers
from chalicelib.store.messages import OUTGOING, Message, Queue, change, pending_in, unchanged

QUEUED, SENDING, SENT, FAILED, OPTED_OUT = "queued", "sending", "sent", "failed", "opted_out"
CLAIMED_FOR = dt.timedelta(minutes=2)
MOST_ATTEMPTS = 8
MOST_DOUBTS = 1
FIRST_RETRY = dt.timedelta(seconds=30)
LONGEST_RETRY = dt.timedelta(minutes=15)
QUICK_TRIES = 3
QUICK_PAUSE_SECONDS = 0.5
NO_WAIT = dt.timedelta()
SHORT_WAIT = dt.timedelta(seconds=5)
IN_DOUBT = "in doubt whether it was sent"


def deliver(message: Message, now: dt.datetime) -> str:
    """Send an outgoing message that waits, and record what came of it; returns its state.

    One that another worker has claimed, or that is finished, is left alone. Raises StoreUnavailable: then sweep
    takes the row up when its claim has run out.
    """
    if message.due_at is not None and message.due_at <= now:
        if message.state == SENDING:
            _try_in_doubt(message, now, "its worker died", at_once=True)
        elif message.state == SENT:
            _handle_missing_receipt(message, now)
    if message.state != QUEUED or not _claim(message, now):
        return str(message.state)
    try:
        taken = _send_with_quick_retries(message, now)
    except SendRefused as refused:
        return _opted_out(message, now, str(refused)) if refused.opted_out else _give_up(message, str(refused))
    except NotAsked as fault:
        return _put_back(message, now, fault)
    except NotSent as fault:
        return _try_later(message, now, str(fault), wait=dt.timedelta(seconds=fault.wait))
    except InDoubt as fault:
        return _try_in_doubt(message, now, str(fault), [asked_by(message, fault.carrier)] if fault.carrier else ())
    return _note_taken(message, taken, now)


def queue_of(message: Message) -> Queue:
    """The queue that an outgoing row waits in, or waited in before it was sent."""
    waits = message.queue or (message.pending or "").partition("#")[0]
    return next((queue for queue in OUTGOING if queue == waits), "out")


def is_alert(message: Message) -> bool:
    """Whether a row is an alert, which rather goes twice than never."""
    return queue_of(message) == "alert"


def not_asked(message: Message) -> list[str]:
    """Carriers that neither took an SMS nor may have taken it, in order."""
    return [name for name in sms_providers() if name not in (message.asked or ())]


def asked_by(message: Message, carrier: str) -> Action:
    """The note that a carrier took an SMS or may have."""
    return Message.asked.set(list(dict.fromkeys([*(message.asked or ()), carrier])))


def back_in_its_queue(message: Message, now: dt.datetime) -> list[Action]:
    """The changes by which a row that was sent is to be sent again, by another carrier."""
    return [
        Message.state.set(QUEUED),
        Message.pending.set(pending_in(queue_of(message), message.key)),
        Message.due_at.set(now),
        *(gone.remove() for gone in (Message.carrier, Message.reference, Message.receipt, Message.receipt_at)),
    ]


def retry_after(attempts: int) -> dt.timedelta:
    """How long to wait before the next try: doubling, with jitter, up to a quarter of an hour."""
    longest = min(LONGEST_RETRY, FIRST_RETRY * 2.0 ** (attempts - 1))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311


def _claim(message: Message, now: dt.datetime) -> bool:
    attempts = int(message.attempts)
    changes = [Message.state.set(SENDING), Message.attempts.set(attempts + 1), Message.due_at.set(now + CLAIMED_FOR)]
    return change(message, changes, QUEUED, attempts)


def _handle_missing_receipt(message: Message, now: dt.datetime) -> None:
    """An SMS of which its carrier says nothing, though it always does: another carrier gets it, if any may."""
    doubts = int(message.doubts or 0) + 1
    changes: list[Action] = [Message.last_error.set(f"{IN_DOUBT}: {message.carrier}: no receipt came")]
    changes += [Message.doubts.set(doubts)]
    if not_asked(message) and (doubts <= MOST_DOUBTS or is_alert(message)):
        changes += back_in_its_queue(message, now)
    else:
        changes += [Message.pending.remove(), Message.due_at.remove()]
    change(message, changes, SENT, int(message.attempts), Message.receipt.does_not_exist())


def _note_taken(message: Message, taken: SendResult, now: dt.datetime) -> str:
    noted: list[Action] = [Message.sent_at.set(dt.datetime.now(dt.UTC)), Message.queue.set(queue_of(message))]
    if taken.carrier is not None and taken.cost is not None:
        noted += [Message.carrier.set(taken.carrier), asked_by(message, taken.carrier)]
        noted += [Message.segments.set(taken.cost.segments)]
        told = [(Message.reference, taken.reference), (Message.cost, taken.cost.amount)]
        told += [(Message.currency, taken.cost.currency)]
        noted += [attribute.set(value) for attribute, value in told if value is not None]
    if taken.receipt_within is None:
        return _finish(message, SENT, noted)
    waits = [Message.pending.set(pending_in("receipt", message.key)), Message.due_at.set(now + taken.receipt_within)]
    change(message, [*noted, Message.state.set(SENT), *waits], SENDING, int(message.attempts))
    return str(message.state)


def _send_with_quick_retries(message: Message, now: dt.datetime) -> SendResult:
    """An alert does not wait for sweep's minute while it is certain that it was not sent."""
    urgent = is_alert(message)
    for _ in range(QUICK_TRIES - 1 if urgent else 0):
        try:
            return send(message, now, urgent=urgent)
        except NotSent as fault:
            if fault.wait:
                raise
            time.sleep(random.uniform(0, QUICK_PAUSE_SECONDS))  # noqa: S311
    return send(message, now, urgent=urgent)


def _put_back(message: Message, now: dt.datetime, fault: NotAsked) -> str:
    """No attempt was made: the row waits as if it had not been taken up, however often that happens."""
    wait = max(SHORT_WAIT, dt.timedelta(seconds=fault.wait)) * random.uniform(1.0, 1.2)  # noqa: S311
    changes = [Message.state.set(QUEUED), Message.due_at.set(now + wait), Message.last_error.set(str(fault)[:500])]
    attempts = int(message.attempts)
    change(message, [*changes, Message.attempts.set(attempts - 1)], SENDING, attempts)
    return str(message.state)


def _try_in_doubt(
    message: Message, now: dt.datetime, error: str, noted: Sequence[Action] = (), *, at_once: bool = False
) -> str:
    """Try again what may have reached its recipient: an alert as often as any other, the rest once more."""
    doubts = int(message.doubts or 0) + 1
    noted = [*noted, Message.doubts.set(doubts)]
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
    from chalicelib.services.opt_outs.record import finish_refused  # noqa: PLC0415 - with the whole domain, and rarely needed

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
