"""Deliver the outbox: queued → sending → sent, failed or opted_out.

With attempts and the last error. A row is claimed before it is sent, so that two workers do not send it both. Where it
stays unknown whether a message went out (its answer was lost, its worker died, or a receipt that its carrier always
gives does not come), an alert goes again, anything else at most once more, and the row says so: `doubts`, and the last
error also of one that was sent in the end. What receipts do to a row is in `receipts`.
"""

import datetime as dt
import random
import time
from typing import Any

from aws_lambda_powertools import Logger

from chalicelib.observation.sms.states import MessageState
from chalicelib.services.delivery.carriers import sms_providers
from chalicelib.services.delivery.faults import InDoubt, NotAsked, NotSent, SendRefused
from chalicelib.services.delivery.send import SendResult, send
from chalicelib.store.messages import Message

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

logger = Logger()


def deliver(message: Message, now: dt.datetime) -> str:
    """Send an outgoing message that waits; return its state.

    One that another worker has claimed, or that is finished, is left alone. Raises StoreUnavailable: then sweep takes
    the row up when its claim has run out.
    """
    if message.due_at is not None and message.due_at <= now:
        if message.state == MessageState.SENDING:
            _try_in_doubt(message, now, "its worker died", at_once=True)
        elif message.state == MessageState.SENT:
            _handle_missing_receipt(message, now)
    if message.state != MessageState.QUEUED or not message.claim(now + CLAIMED_FOR):
        return str(message.state)
    try:
        result = _send_with_quick_retries(message, now)
    except SendRefused as refused:
        return _opted_out(message, now, str(refused)) if refused.opted_out else _give_up(message, str(refused))
    except NotAsked as fault:
        return _put_back(message, now, fault)
    except NotSent as fault:
        return _try_later(message, now, str(fault), wait=dt.timedelta(seconds=fault.wait))
    except InDoubt as fault:
        carriers = asked_by(message, fault.carrier) if fault.carrier else None
        return _try_in_doubt(message, now, str(fault), carriers=carriers)
    return _note_taken(message, result, now)


def not_asked(message: Message) -> list[str]:
    """Return carriers that cannot have taken an SMS, in order."""
    return [name for name in sms_providers() if name not in (message.asked or ())]


def asked_by(message: Message, carrier: str) -> list[str]:
    """Return the carriers that may have an SMS, and one more."""
    return list(dict.fromkeys([*(message.asked or ()), carrier]))


def retry_after(attempts: int) -> dt.timedelta:
    """Return the wait before the next try.

    Doubling, with jitter, up to a quarter of an hour.
    """
    longest = min(LONGEST_RETRY, FIRST_RETRY * 2.0 ** (attempts - 1))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311


def _handle_missing_receipt(message: Message, now: dt.datetime) -> None:
    """Give an SMS without a receipt to another carrier.

    Its carrier says nothing, though it always does; if any other may carry it.
    """
    doubts = (message.doubts or 0) + 1
    error = f"{IN_DOUBT}: {message.carrier}: no receipt came"
    if not_asked(message) and (doubts <= MOST_DOUBTS or message.is_alert):
        message.send_again(now, last_error=error, doubts=doubts)
    else:
        message.note_receipt(MessageState.SENT, last_error=error, doubts=doubts)


def _note_taken(message: Message, result: SendResult, now: dt.datetime) -> str:
    attributes: dict[str, Any] = {"sent_at": dt.datetime.now(dt.UTC), "queue": message.outgoing_queue}
    if result.carrier is not None and result.cost is not None:
        attributes |= {
            "carrier": result.carrier,
            "reference": result.reference,
            "asked": asked_by(message, result.carrier),
        }
        attributes |= {"segments": result.cost.segments, "cost": result.cost.amount, "currency": result.cost.currency}
    if result.receipt_within is None:
        message.finish(MessageState.SENT, **attributes)
    else:
        message.await_receipt(now + result.receipt_within, **attributes)
    return _logged("sent", message)


def _logged(step: str, message: Message) -> str:
    """Log a step of a row's delivery; return the row's state.

    The line has neither its words, nor its recipient, nor a carrier's words.
    """
    kind, carrier, attempts = message.key.partition("#")[0], message.carrier, message.attempts
    fields = {"kind": kind, "channel": message.channel, "state": message.state}
    logger.info(step, extra=fields | {"carrier": carrier, "attempts": attempts})
    return message.state


def _send_with_quick_retries(message: Message, now: dt.datetime) -> SendResult:
    """Send, an alert with quick retries.

    It does not wait for sweep's minute while it is certain that it was not sent.
    """
    urgent = message.is_alert
    for _ in range(QUICK_TRIES - 1 if urgent else 0):
        try:
            return send(message, now, urgent=urgent)
        except NotSent as fault:
            if fault.wait:
                raise
            time.sleep(random.uniform(0, QUICK_PAUSE_SECONDS))  # noqa: S311
    return send(message, now, urgent=urgent)


def _put_back(message: Message, now: dt.datetime, fault: NotAsked) -> str:
    """Let a row wait as if it had not been taken up.

    No attempt was made; however often that happens.
    """
    wait = max(SHORT_WAIT, dt.timedelta(seconds=fault.wait)) * random.uniform(1.0, 1.2)  # noqa: S311
    message.put_back(now + wait, is_tried=False, last_error=str(fault)[:500])
    return _logged("put back", message)


def _try_in_doubt(
    message: Message, now: dt.datetime, error: str, *, at_once: bool = False, carriers: list[str] | None = None
) -> str:
    """Try again what may have reached its recipient.

    An alert is tried as often as any other message, the rest once more.
    """
    doubts = (message.doubts or 0) + 1
    if doubts > MOST_DOUBTS and not message.is_alert:
        return _give_up(message, f"{IN_DOUBT}: {error}", doubts=doubts, asked=carriers)
    return _try_later(message, now, f"{IN_DOUBT}: {error}", at_once=at_once, doubts=doubts, asked=carriers)


def _try_later(
    message: Message,
    now: dt.datetime,
    error: str,
    *,
    at_once: bool = False,
    wait: dt.timedelta = NO_WAIT,
    **attributes: Any,
) -> str:
    if message.attempts >= MOST_ATTEMPTS:
        return _give_up(message, error, **attributes)
    due_at = now if at_once else now + max(wait, retry_after(message.attempts))
    message.put_back(due_at, last_error=error[:500], **attributes)
    return _logged("to be tried again", message)


def _give_up(message: Message, error: str, **attributes: Any) -> str:
    message.finish(MessageState.FAILED, last_error=error[:500], **attributes)
    return _logged("given up", message)


def _opted_out(message: Message, now: dt.datetime, error: str) -> str:
    """End a message whose recipient opted out at the carrier.

    Nobody here can mend that, but all must know it.
    """
    from chalicelib.services.opt_outs.record import finish_refused  # noqa: PLC0415 - with the whole domain, and rarely needed

    if message.election is None or message.recipient is None:
        return _give_up(message, error)
    finish_refused(message, error, now)
    _logged("opted out at the carrier", message)
    return MessageState.OPTED_OUT
