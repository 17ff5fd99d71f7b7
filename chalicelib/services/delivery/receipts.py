"""Receipts: what a carrier says became of an SMS is noted on the SMS's own row, and a loss sends it by another carrier.

A receipt is stored as a row before it is acknowledged, so it can come twice, in any order, and before we know that the
SMS was sent: `delivered` beats `failed`, which beats `on_its_way`; what does not find its SMS yet is tried again for a
day. Where it was in doubt whether the SMS was sent, a receipt ends the doubt.
"""

import datetime as dt

from aws_lambda_powertools import Logger
from pynamodb.expressions.update import Action

from chalicelib.services.clients.retry import ATTEMPTS, pause
from chalicelib.services.delivery.deliver import (
    FAILED,
    QUEUED,
    SENDING,
    SENT,
    asked_by,
    back_in_its_queue,
    deliver,
    not_asked,
    retry_after,
)
from chalicelib.services.delivery.send import sms_providers
from chalicelib.store.messages import WAITING, Message, change, get, sent_key

MATCHED, UNMATCHED = "matched", "unmatched"
ON_ITS_WAY, LOST, DELIVERED = "on_its_way", "failed", "delivered"
MATCHED_WITHIN = dt.timedelta(days=1)
logger = Logger()
_WEIGHT = {None: 0, ON_ITS_WAY: 1, LOST: 2, DELIVERED: 3}


def take_receipt(receipt: Message, now: dt.datetime) -> str:
    """Note a stored receipt on its SMS, and send what was lost by another carrier.

    Returns FAILED where an SMS was given up by this, else the receipt's state. Raises StoreUnavailable.
    """
    if receipt.state != WAITING:
        return str(receipt.state)
    for attempt in range(ATTEMPTS):
        sms = _sms_of(receipt)
        if sms is None or (sms.state == SENDING and sms.due_at is not None and sms.due_at > now):
            return _wait(receipt, now)
        changes = _changes(sms, receipt, now)
        if changes is None or _noted(sms, changes):
            return _matched(receipt, sms, changed=changes is not None, now=now)
        pause(attempt)
    return _wait(receipt, now)


def _sms_of(receipt: Message) -> Message | None:
    """The SMS that a receipt is about: by what its carrier called it, or by the key that we gave the carrier."""
    carrier, reference = str(receipt.provider), str(receipt.reference)
    pointer = get(sent_key(carrier, reference))
    sms = get(str(pointer.about) if pointer is not None else reference)
    if sms is None or sms.direction != "out":
        return None
    carries = pointer is not None or carrier in sms_providers() or carrier in (sms.asked or ())
    return sms if carries else None


def _changes(sms: Message, receipt: Message, now: dt.datetime) -> list[Action] | None:
    """What a receipt changes of its SMS; None where it tells nothing new, or is of another time that it was sent."""
    carrier, said = str(receipt.provider), str(receipt.receipt)
    if _WEIGHT[said] <= _WEIGHT[sms.receipt]:
        return None
    current = sms.carrier is None or (sms.carrier == carrier and sms.reference in (None, receipt.reference))
    if said != DELIVERED and (not current or carrier in (sms.lost or ())):
        return None
    told: list[Action] = [
        Message.receipt.set(said),
        Message.receipt_at.set(receipt.provider_at or receipt.stored_at),
        Message.receipt_detail.set(f"{carrier}: {receipt.receipt_detail or said}"),
    ]
    if said == LOST:
        return _changes_by_loss(sms, carrier, told, now)
    told += [Message.pending.remove(), Message.due_at.remove(), asked_by(sms, carrier)]
    if sms.state != SENT:
        told += [Message.sent_at.set(now), Message.carrier.set(carrier), Message.reference.set(str(receipt.reference))]
    return [*told, Message.state.set(SENT)]


def _changes_by_loss(sms: Message, carrier: str, told: list[Action], now: dt.datetime) -> list[Action]:
    """The SMS is known not to have arrived: it goes to a carrier that has not had it, or is given up."""
    error: Action = Message.last_error.set(f"{carrier}: did not deliver it")
    noted = [error, asked_by(sms, carrier), Message.lost.set([*(sms.lost or ()), carrier])]
    if any(name != carrier for name in not_asked(sms)):
        return [*back_in_its_queue(sms, now), *noted, Message.receipt_detail.set(f"{carrier}: {LOST}")]
    return [*told, *noted, Message.state.set(FAILED), Message.pending.remove(), Message.due_at.remove()]


def _noted(sms: Message, changes: list[Action]) -> bool:
    known = Message.receipt == sms.receipt if sms.receipt is not None else Message.receipt.does_not_exist()
    return change(sms, changes, str(sms.state), int(sms.attempts), known)


def _matched(receipt: Message, sms: Message, *, changed: bool, now: dt.datetime) -> str:
    """The receipt is done with, and its SMS goes on its way again where it is lost; sweep does what fails here."""
    done = [Message.state.set(MATCHED), Message.about.set(sms.key), *_waits_no_more()]
    change(receipt, done, WAITING, int(receipt.attempts))
    state = deliver(sms, now) if changed and sms.state == QUEUED else sms.state
    return FAILED if changed and state == FAILED else str(receipt.state)


def _wait(receipt: Message, now: dt.datetime) -> str:
    """The SMS is not known, or is being sent: the receipt is tried again, for a day."""
    attempts = int(receipt.attempts)
    if now - receipt.stored_at >= MATCHED_WITHIN:
        logger.warning("a receipt of no SMS of ours", extra={"provider": receipt.provider})
        changes = [Message.state.set(UNMATCHED), *_waits_no_more()]
    else:
        changes = [Message.attempts.set(attempts + 1), Message.due_at.set(now + retry_after(min(attempts + 1, 10)))]
    change(receipt, changes, WAITING, attempts)
    return str(receipt.state)


def _waits_no_more() -> list[Action]:
    return [Message.pending.remove(), Message.due_at.remove()]
