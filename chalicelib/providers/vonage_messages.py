"""Vonage Messages API, its SMS channel.

    POST, Authorization: Bearer eyJ…  {"channel": "sms", "message_uuid": "aaaa…", "from": "996700123456",
        "to": "16105553939", "timestamp": "2017-10-15T04:00:00Z", "message_type": "text", "text": "OP 1234 A1"}
    POST (receipt)                    {"message_uuid": "…", "client_ref": "…", "status": "delivered"}
Protocol: https://developer.vonage.com/en/messages/concepts/signed-webhooks, .../api/messages-olympus; JWT: RFC 7519,
its signature RFC 7515 with HS256; read in 2026.
"""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.providers.content import json_object
from chalicelib.providers.contract import Answer, OutboundRequest, OutboundSms, Provider, SendOutcome, WebhookRequest
from chalicelib.providers.encodings import whole_characters
from chalicelib.providers.fields import id_field, international_field, text_field, time_field, unix_time, utc_time
from chalicelib.providers.inbound import Delivery, InboundSms, Receipt
from chalicelib.providers.refusals import Malformed, NotAuthentic, Stale, Undecidable
from chalicelib.providers.self_test import SELF_TEST, json_call, with_headers, with_shared_secret
from chalicelib.providers.send_api import (
    base_url,
    get_request,
    json_request,
    outcome,
    required,
    sender_of,
    state_of,
)
from chalicelib.providers.shared_secret import PROVEN_BY, offers_shared_secret, require_shared_secret
from chalicelib.providers.signatures import (
    mac,
    plain_hash,
    require_fresh,
    require_same,
    same,
    secret_values,
    tolerance,
)

_LONGEST_REFERENCE = 100
_DELIVERED = frozenset({"delivered", "read"})
_FAILED = frozenset({"rejected", "undeliverable"})


_CHANNELS = ("sms", "mms")


def _caption(fields: Mapping[str, Any]) -> str:
    """Return what was written with an MMS's picture.

    Some phones make an MMS of a long SMS.
    """
    content = fields.get(str(fields.get("message_type")))
    caption = content.get("caption") if isinstance(content, dict) else None
    return whole_characters(caption) if isinstance(caption, str) else ""


class VonageMessages(Provider):
    """Vonage's Messages API.

    Settings: `signature_secret`; to send `api_key`, `api_secret`, `sender`. Unsigned calls are taken only where
    `path_token` is set too.
    """

    accepted = Answer(200)
    proven_by = ("signature_secret", *PROVEN_BY)

    def verify(self, request: WebhookRequest) -> None:
        """Check the bearer JWT.

        HS256, whose `payload_hash` is the SHA-256 of the body and whose `iat` is recent. Vonage says that it may, by a
        fault of its own, call unsigned, and calls again signed after a 5xx: so such a call is a 503, not a 401.
        """
        scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer":
            if offers_shared_secret(self.secrets):
                return require_shared_secret(request, self.secrets)
            raise Undecidable(
                "unsigned", "the request carries no bearer token; Vonage sends it again signed after a 503"
            )
        claims = _claims(token.strip(), secret_values(self.secrets, "signature_secret"))
        if not same(str(claims.get("payload_hash", "")).lower(), plain_hash("sha256", request.body)):
            raise NotAuthentic("bad_payload_hash", "the token's payload_hash is not the SHA-256 of the body")
        require_fresh(_time(claims, "iat"), request.at, tolerance(self.secrets))
        if "exp" in claims and _time(claims, "exp") < request.at:
            raise Stale("stale", "the token has expired")
        return None

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read one SMS or MMS, or the status of one sent.

        Parts come joined.
        """
        fields = json_object(request.body)
        if "status" in fields:
            status = text_field(fields, "status")
            reference = id_field(fields, "client_ref" if fields.get("client_ref") else "message_uuid")
            receipt = Receipt(reference, state_of(status, _DELIVERED, _FAILED), status)
            return Delivery(receipts=(receipt,))
        if fields.get("channel") not in _CHANNELS:
            raise Malformed("not_an_sms", "the field channel must be sms or mms", "channel")
        sms = InboundSms(
            id=id_field(fields, "message_uuid"),
            sender=international_field(fields, "from"),
            recipient=international_field(fields, "to"),
            text=text_field(fields, "text", _caption(fields)),
            sent_at=time_field(fields, "timestamp", utc_time),
        )
        return Delivery((sms,))

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """Make POST /v1/messages.

        `client_ref` is only echoed, with the receipt: a repetition is another SMS.
        """
        receipts = {"webhook_url": message.receipt_url, "webhook_version": "v1"} if message.receipt_url else {}
        document = {
            "message_type": "text",
            "channel": "sms",
            "to": message.recipient.removeprefix("+"),
            "from": sender_of(self.secrets, message) or required(self.secrets, "sender"),
            "text": message.text,
            "client_ref": message.id[:_LONGEST_REFERENCE],
            **receipts,
        }
        account = required(self.secrets, "api_key"), required(self.secrets, "api_secret")
        sending = json_request(
            f"{base_url(self.secrets, 'https://api.nexmo.com')}/v1/messages", document, basic=account
        )
        return replace(sending, reference=message.id[:_LONGEST_REFERENCE])

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """202 with `message_uuid`."""
        return outcome(status, headers, body, "message_uuid")

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:
        """Make the status of an SMS that nobody sent, signed now."""
        request = json_call(url, {"message_uuid": SELF_TEST, "status": "submitted"}, at)
        if not self.secrets.get("signature_secret") and offers_shared_secret(self.secrets):
            return with_shared_secret(request, self.secrets)
        claims = {"iat": int(at.timestamp()), "payload_hash": plain_hash("sha256", request.body)}
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        signature = _base64url(mac("sha256", secret_values(self.secrets, "signature_secret")[0], signed.encode()))
        return with_headers(request, {"Authorization": f"Bearer {signed}.{signature}"})

    def account_request(self) -> OutboundRequest:
        """GET /account/get-balance of the SMS API, which has the same account."""
        query = {name: required(self.secrets, name) for name in ("api_key", "api_secret")}
        return get_request(f"{base_url(self.secrets, 'https://rest.nexmo.com')}/account/get-balance", query)


def _claims(token: str, secrets: tuple[str, ...]) -> dict[str, Any]:
    """Return the claims of a token signed by HS256, nothing else.

    It is signed under one of the secrets.
    """
    signed, _, signature = token.rpartition(".")
    head, _, payload = signed.partition(".")
    if _json(head).get("alg") != "HS256":
        raise NotAuthentic("bad_token", "the bearer token must be a JWT signed by HS256")
    expected = (_base64url(mac("sha256", secret, signed.encode(errors="surrogatepass"))) for secret in secrets)
    require_same(signature, expected, "check signature_secret of the account whose api_key the token names")
    return _json(payload)


def _json(encoded: str) -> dict[str, Any]:
    try:
        decoded = json.loads(base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as fault:
        raise NotAuthentic("bad_token", "the bearer token is not a JWT") from fault
    if not isinstance(decoded, dict):
        raise NotAuthentic("bad_token", "the bearer token is not a JWT")
    return decoded


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _time(claims: Mapping[str, Any], name: str) -> Any:
    try:
        return unix_time(claims.get(name), name)
    except Malformed as fault:
        raise NotAuthentic("bad_token", f"the token's {name} is not a time in seconds") from fault
