"""Note receipts on their SMS, and send losses again.

What a carrier says became of an SMS is noted on the SMS's own row, and a loss sends it by another carrier. A receipt is
stored as a row before it is acknowledged, so it can come twice, in any order, and before we know that the SMS was sent:
`delivered` beats `failed`, which beats `on_its_way`; what does not find its SMS yet is tried again for a day. Where it
was in doubt whether the SMS was sent, a receipt ends the doubt.
"""

import datetime as dt

from aws_lambda_powertools import Logger

from chalicelib.observation.sms.states import MessageState
from chalicelib.services.clients.log_context import logged_as
from chalicelib.services.clients.retry import StillContended, until_uncontended
from chalicelib.services.delivery.carriers import sms_providers
from chalicelib.services.delivery.deliver import asked_by, deliver, not_asked, retry_after
from chalicelib.store.message_queries import get
from chalicelib.store.message_rows import pointed_at
from chalicelib.store.messages import Message
from chalicelib.store.receipts import ReceiptRow
from chalicelib.store.tables import Contended

ON_ITS_WAY, LOST, DELIVERED = "on_its_way", "failed", "delivered"
MATCHED_WITHIN = dt.timedelta(days=1)
logger = Logger()
_WEIGHT = {None: 0, ON_ITS_WAY: 1, LOST: 2, DELIVERED: 3}


def take_receipt(receipt: ReceiptRow, now: dt.datetime) -> str:
    """Note a stored receipt on its SMS; send a lost one again.

    Another carrier gets it. Returns FAILED where an SMS was given up by this, else the receipt's state. Raises
    StoreUnavailable.
    """
    if receipt.state != MessageState.WAITING:
        return receipt.state
    try:
        return until_uncontended(lambda: _take(receipt, now), what=receipt.key)
    except StillContended:
        return _wait(receipt, now)


def _take(receipt: ReceiptRow, now: dt.datetime) -> str:
    """Note a receipt once; raises Contended on somebody else's change."""
    sms = _sms_of(receipt)
    if sms is None or (sms.state == MessageState.SENDING and sms.due_at is not None and sms.due_at > now):
        return _wait(receipt, now)
    is_news = _is_news(sms, receipt)
    if is_news and not _note(sms, receipt, now):
        raise Contended
    return _matched(receipt, sms, changed=is_news, now=now)


def _sms_of(receipt: ReceiptRow) -> Message | None:
    """Return the SMS that a receipt is about.

    It is found by what its carrier called it, or by the key that we gave the carrier.
    """
    carrier, reference = receipt.provider, receipt.reference
    pointed = pointed_at(carrier, reference)
    sms = get(pointed or reference)
    if sms is None or sms.direction != "out":
        return None
    carries = pointed is not None or carrier in sms_providers() or carrier in (sms.asked or ())
    return sms if carries else None


def _is_news(sms: Message, receipt: ReceiptRow) -> bool:
    """Tell whether a receipt is news of the SMS as last sent."""
    carrier, word = receipt.provider, receipt.receipt
    if _WEIGHT[word] <= _WEIGHT[sms.receipt]:
        return False
    current = sms.carrier is None or (sms.carrier == carrier and sms.reference in (None, receipt.reference))
    return word == DELIVERED or (current and carrier not in (sms.lost or ()))


def _note(sms: Message, receipt: ReceiptRow, now: dt.datetime) -> bool:
    """Note a receipt on its SMS.

    False if somebody else changed that meanwhile.
    """
    carrier, word = receipt.provider, receipt.receipt
    detail = f"{carrier}: {receipt.receipt_detail or word}"
    attributes = {"receipt": word, "receipt_at": receipt.provider_at or receipt.stored_at, "receipt_detail": detail}
    carriers = asked_by(sms, carrier)
    if word != LOST:
        if sms.state != MessageState.SENT:
            attributes |= {"sent_at": now, "carrier": carrier, "reference": receipt.reference}
        return sms.note_receipt(MessageState.SENT, asked=carriers, **attributes)
    lost = [*(sms.lost or ()), carrier]
    error = f"{carrier}: did not deliver it"
    if any(name != carrier for name in not_asked(sms)):
        return sms.send_again(now, last_error=error, asked=carriers, lost=lost, receipt_detail=f"{carrier}: {LOST}")
    return sms.note_receipt(MessageState.FAILED, last_error=error, asked=carriers, lost=lost, **attributes)


def _matched(receipt: ReceiptRow, sms: Message, *, changed: bool, now: dt.datetime) -> str:
    """Finish a receipt, and send its SMS again if lost.

    Sweep does what fails here.
    """
    receipt.finish(MessageState.MATCHED, about=sms.key)
    with logged_as(sms):
        logger.info("receipt matched", extra={"carrier": receipt.provider, "receipt": receipt.receipt, "news": changed})
    state = deliver(sms, now) if changed and sms.state == MessageState.QUEUED else sms.state
    return MessageState.FAILED if changed and state == MessageState.FAILED else receipt.state


def _wait(receipt: ReceiptRow, now: dt.datetime) -> str:
    """Let a receipt wait for its SMS, for a day.

    The SMS is not known, or is being sent.
    """
    if now - receipt.stored_at >= MATCHED_WITHIN:
        logger.warning("a receipt of no SMS of ours", extra={"provider": receipt.provider})
        receipt.finish(MessageState.UNMATCHED)
    else:
        receipt.postpone(now + retry_after(min(receipt.attempts + 1, 10)))
    return receipt.state
