"""Receive: a webhook's SMS is stored, and only then acknowledged (invariant 1). Nothing is read or looked up here."""

import base64
import datetime as dt

from aws_lambda_powertools import Logger

from chalicelib.providers.contract import Answer, InboundSms, Undecidable, WebhookRequest
from chalicelib.providers.table import NAMES
from chalicelib.providers.webhook import Heard, hear, refusal
from chalicelib.services import secrets
from chalicelib.services.fetching import fetch
from chalicelib.store.messages import RECEIVED, Message, pending_in, put_new
from chalicelib.store.tables import StoreUnavailable

PROCESSED_WITHIN = dt.timedelta(minutes=1)
"""How long the stream has to process a message before sweep does it."""
AHEAD_AT_MOST = dt.timedelta(minutes=5)
OLDEST = dt.timedelta(days=2)

logger = Logger()


def receive(provider: str, request: WebhookRequest) -> Answer:
    """Verify a provider's request, store its messages, and answer as the provider expects.

    A message that is stored already is acknowledged again. What cannot be decided or stored for a fault of our own
    is answered 503, so that the provider sends it again.
    """
    try:
        heard = _hear(provider, request)
        if heard.authentic:
            stored = [put_new(_row(provider, sms, request)) for sms in heard.delivery.messages]
            logger.info("received", extra={"provider": provider, "new": sum(stored), "again": stored.count(False)})
        else:
            logger.warning("refused", extra={"provider": provider, "status": heard.answer.status})
    except secrets.SecretsUnavailable:
        logger.exception("secrets unavailable", extra={"provider": provider})
        return refusal(Undecidable("secrets_unavailable", "the secrets cannot be read now, send it again"))
    except StoreUnavailable:
        logger.exception("not stored", extra={"provider": provider})
        return refusal(Undecidable("not_stored", "the message could not be stored now, send it again"))
    return heard.answer


def _hear(provider: str, request: WebhookRequest) -> Heard:
    """What the request comes to; one that seems forged is tried again with secrets read just now (rotation)."""
    heard = hear(provider, request, _settings(provider, fresh=False), fetch)
    if heard.authentic or heard.answer.status not in (401, 403):
        return heard
    return hear(provider, request, _settings(provider, fresh=True), fetch)


def _settings(provider: str, *, fresh: bool) -> dict[str, object] | None:
    if provider not in NAMES:
        return None
    try:
        return secrets.provider_secrets(provider, fresh=fresh)
    except secrets.NotConfigured:
        return None


def _row(provider: str, sms: InboundSms, request: WebhookRequest) -> Message:
    now = request.at
    key = f"{provider}#{sms.id}"
    return Message(
        key,
        direction="in",
        channel="sms",
        state=RECEIVED,
        pending=pending_in("in", key),
        due_at=now + PROCESSED_WITHIN,
        stored_at=now,
        provider=provider,
        sender=sms.sender,
        recipient=sms.recipient,
        conversation=sms.sender or None,
        text=sms.text,
        raw=_raw(request),
        provider_at=sms.sent_at,
        received_at=received_at(sms.sent_at, now),
    )


def received_at(sent_at: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """When a message counts as received: at the provider's time where that is sane, else at ours (DESIGN: "Rows")."""
    if sent_at is not None and now - OLDEST <= sent_at <= now + AHEAD_AT_MOST:
        return sent_at
    return now


def _raw(request: WebhookRequest) -> str:
    """The payload as it came: the body, or the query of a request without one; Base64 where it is not UTF-8."""
    if not request.body:
        return request.url.partition("?")[2]
    try:
        return request.body.decode("utf-8")
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(request.body).decode("ascii")
