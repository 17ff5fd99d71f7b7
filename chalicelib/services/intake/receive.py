"""Receive: store a webhook's SMS, and only then acknowledge it.

Nothing is read or looked up here.
"""

import datetime as dt
import hashlib
import json
from dataclasses import replace

from aws_lambda_powertools import Logger

from chalicelib.observation.sms.arrival import received_at
from chalicelib.observation.sms.multipart import PartText
from chalicelib.observation.sms.states import Flag, MessageState, Reason
from chalicelib.providers.contract import Answer, WebhookRequest
from chalicelib.providers.inbound import InboundSms, Receipt
from chalicelib.providers.listed_sms import UnreadableEntry
from chalicelib.providers.refusals import NotAuthentic, Undecidable
from chalicelib.providers.self_test import SELF_TEST
from chalicelib.providers.table import canonical_name
from chalicelib.providers.webhook import WebhookResult, handle, refusal
from chalicelib.services.clients import provider_settings
from chalicelib.services.clients.http import fetch
from chalicelib.services.clients.log_context import CORRELATION_ID
from chalicelib.services.intake.fast_lane import process_at_once
from chalicelib.services.intake.provider_clock import arrival_counts
from chalicelib.store import keys
from chalicelib.store.long_sms import stored_part
from chalicelib.store.message_rows import take_nonce
from chalicelib.store.messages import Message, received_sms
from chalicelib.store.queues import PROCESSED_WITHIN, pending_in
from chalicelib.store.receipts import ReceiptRow
from chalicelib.store.requests import put_first
from chalicelib.store.routes import route_to
from chalicelib.store.tables import StoreUnavailable, put_new

logger = Logger()


class NonceUsed(NotAuthentic):
    """The signature's nonce came before with another message.

    The signature does not cover the message.
    """


def receive(provider: str, request: WebhookRequest) -> Answer:
    """Verify a provider's request, store its messages, and answer.

    It answers as the provider expects. A message that is stored already is acknowledged again. What cannot be decided
    or stored for a fault of our own is answered 503, so that the provider sends it again.
    """
    try:
        result = _hear(provider, request)
        if result.authentic:
            _store(provider, result, request)
        if result.answer.status >= 400:
            logger.warning("refused", extra={"provider": provider, **_why_refused(result)})
    except NonceUsed as used:
        logger.warning("refused", extra={"provider": provider, "status": used.status})
        return refusal(used)
    except OSError:
        logger.exception("not confirmed", extra=_why_undecided(provider, "not_confirmed"))
        return refusal(Undecidable("not_confirmed", "the subscription could not be confirmed now, send it again"))
    except provider_settings.SecretsUnavailable:
        logger.exception("secrets unavailable", extra=_why_undecided(provider, "secrets_unavailable"))
        return refusal(Undecidable("secrets_unavailable", "the secrets cannot be read now, send it again"))
    except StoreUnavailable:
        logger.exception("not stored", extra=_why_undecided(provider, "not_stored"))
        return refusal(Undecidable("not_stored", "the message could not be stored now, send it again"))
    return result.answer


def take_in(provider: str, sms: InboundSms, raw: str, now: dt.datetime) -> bool:
    """Store an SMS of the provider's list, flagged RECONCILED.

    False where the webhook or a listing brought it. Its id alone decides: a list may write the same SMS otherwise.
    Raises StoreUnavailable.
    """
    row = _row(provider, sms, raw, now)
    row.flag = Flag.RECONCILED
    is_new = put_new(row)
    return _logged(row, is_new=True) if is_new else False


def hold(provider: str, entry: UnreadableEntry, now: dt.datetime) -> bool:
    """Store an unreadable entry of the provider's list.

    As it came, for a person to look at. False where it was held before. Raises StoreUnavailable.
    """
    row = _unreadable_row(provider, entry.raw, entry.reason, now)
    row.flag = Flag.RECONCILED
    return put_new(row)


def _store(provider: str, result: WebhookResult, request: WebhookRequest) -> None:
    """Store all that a request brings; confirm a subscription.

    Raises NonceUsed, OSError, StoreUnavailable: then the request comes again, and what is stored is not stored twice.
    """
    delivery = result.delivery
    if delivery.nonce is not None:
        _take_nonce(provider, delivery.nonce, result, request.at)
    rows = [_row(provider, _with_own_number(provider, sms), result.raw, request.at) for sms in delivery.messages]
    stored = [_logged(row, is_new=_put(row)) for row in rows]
    process_at_once([row for row, is_new in zip(rows, stored, strict=True) if is_new])
    if delivery.unread and result.raw:
        logger.warning("kept unread", extra={"provider": provider})
        put_new(_unreadable_row(provider, result.raw, "; ".join(delivery.unread), request.at))
    receipts = [receipt for receipt in delivery.receipts if receipt.id != SELF_TEST]
    for receipt in receipts:
        row = _receipt_row(provider, receipt, request.at)
        _logged(row, is_new=put_new(row))
    if delivery.confirm_url is not None:
        fetch(delivery.confirm_url)


def _logged(row: Message | ReceiptRow, *, is_new: bool) -> bool:
    """Log that a row is stored, under its correlation id."""
    known = {"provider": row.provider, "direction": row.direction, "new": is_new}
    logger.info("received", extra={CORRELATION_ID: row.correlation_id, **known})
    return is_new


def _take_nonce(provider: str, nonce: str, result: WebhookResult, now: dt.datetime) -> None:
    """Let a nonce prove what it came with first.

    However often that comes, and nothing else. Raises NonceUsed.
    """
    delivery = result.delivery
    brought = [[sms.id, *_content(sms.sender, sms.recipient, sms.text)] for sms in delivery.messages]
    states = [[receipt.id, receipt.state] for receipt in delivery.receipts]
    digest = _digest([*brought, *states, *([result.raw] if delivery.unread else [])])
    if not take_nonce(provider, _digest(nonce), digest, now):
        raise NonceUsed("nonce_used", "another message came with this signature's nonce before")


def _put(message: Message) -> bool:
    """Store a message once.

    One whose id came with another content before is another message, and is flagged.
    """
    before = put_first(message)
    if before is None or _content_of(before) == _content_of(message):
        return before is None
    message.about, message.flag = message.key, Flag.OTHER_CONTENT
    message.key = keys.other_content(message.key, _digest(_content_of(message))[:16])
    message.pending = pending_in("in", message.key)
    return put_first(message) is None


def _content_of(message: Message) -> tuple[str, str, str]:
    return _content(message.sender, message.recipient, message.text_as_sent)


def _content(sender: str | None, recipient: str | None, text: str | None) -> tuple[str, str, str]:
    return sender or "", recipient or "", text or ""


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _hear(provider: str, request: WebhookRequest) -> WebhookResult:
    """Verify and read the request.

    One that seems forged is tried again with secrets read just now (rotation), and so is one whose secret is not set,
    for it may have been set just now.
    """
    result = handle(provider, request, _settings(provider, fresh=False), fetch)
    seems_forged = result.answer.status in (401, 403) or result.reason.startswith("secret_missing")
    if result.authentic or not seems_forged:
        return result
    return handle(provider, request, _settings(provider, fresh=True), fetch)


def _why_undecided(provider: str, reason: str) -> dict[str, object]:
    """Return what the alarm of failures counts (infra/template/alarms.yaml: UndecidedWebhooks)."""
    return {"provider": provider, "status": Undecidable.status, "reason": reason}


def _why_refused(result: WebhookResult) -> dict[str, object]:
    """Return what of a refusal may stand in a log.

    What is our fault whole, else its first word, for the rest may show a request or a setting.
    """
    is_ours = result.answer.status >= 500
    return {"status": result.answer.status, "reason": result.reason if is_ours else result.reason.partition(":")[0]}


def _settings(provider: str, *, fresh: bool) -> dict[str, object] | None:
    if canonical_name(provider) is None:
        return None
    try:
        return provider_settings.provider_secrets(provider, fresh=fresh)
    except provider_settings.NotConfigured:
        return None


def _with_own_number(provider: str, sms: InboundSms) -> InboundSms:
    """Return the SMS, addressed to a number that leads somewhere.

    It goes to the setting `recipient` where the number that the provider tells leads nowhere. Raises StoreUnavailable.
    """
    own_number = (_settings(provider, fresh=False) or {}).get("recipient")
    if not isinstance(own_number, str) or own_number in ("", sms.recipient) or route_to(sms.recipient) is not None:
        return sms
    return replace(sms, recipient=own_number) if route_to(own_number) is not None else sms


def _arrival_counts(provider: str) -> bool:
    return arrival_counts(_settings(provider, fresh=False) or {})


def _row(provider: str, sms: InboundSms, raw: str, now: dt.datetime) -> Message:
    text = PartText.of(sms.part.number if sms.part else 1, sms.text)
    return received_sms(
        keys.inbound(provider, sms.id),
        now,
        part=stored_part(sms.part.reference, sms.part.total, text) if sms.part and sms.part.total > 1 else None,
        stored_at=now,
        provider=provider,
        sender=sms.sender,
        recipient=sms.recipient,
        conversation=sms.sender if sms.sender and len(sms.sender.encode()) <= keys.LONGEST_ID else None,
        text_as_sent=text.text,
        provider_wish=sms.wish,
        raw=raw,
        provider_at=sms.sent_at,
        received_at=received_at(None if _arrival_counts(provider) else sms.sent_at, now),
    )


def _unreadable_row(provider: str, raw: str, why: str, now: dt.datetime) -> Message:
    """Make the row of what nobody can read, for a person.

    It is made once, however often it comes.
    """
    key = keys.unreadable(provider, _digest(raw)[:32])
    return Message(
        key,
        direction="in",
        state=MessageState.HELD,
        reason=Reason.UNREADABLE,
        pending=pending_in("held", key),
        due_at=now,
        last_error=why[:500],
        stored_at=now,
        received_at=now,
        provider=provider,
        raw=raw,
    )


def _receipt_row(provider: str, receipt: Receipt, now: dt.datetime) -> ReceiptRow:
    """Make the row of a receipt that waits.

    For its SMS is looked for by those who may read.
    """
    key = keys.receipt(provider, receipt.id, receipt.state)
    return ReceiptRow(
        key,
        pending=pending_in("receipt", key),
        due_at=now + PROCESSED_WITHIN,
        stored_at=now,
        provider=provider,
        reference=receipt.id,
        receipt=receipt.state,
        receipt_detail=receipt.detail[:200] or None,
        provider_at=receipt.at,
    )
