"""Vonage (Nexmo) SMS API.

    POST  {"msisdn": "996700123456", "to": "16105553939", "messageId": "0200…DA", "text": "OP 1234 A1",
        "message-timestamp": "2017-10-15 04:00:00", "timestamp": "1508040000", "nonce": "…", "sig": "…"}
    POST (receipt)  {"messageId": "0B…", "client-ref": "…", "status": "delivered", "timestamp": "…", "sig": "…"}
Protocol: https://developer.vonage.com/en/messaging/sms/guides/inbound-sms,
https://developer.vonage.com/en/getting-started/concepts/signing-messages,
https://api.support.vonage.com/hc/en-us/articles/205704158 (long texts), .../360028543292 (retries); read in 2026.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.observation.sms.segments import count_segments
from chalicelib.providers.content import form_fields, is_form, json_object, query_fields, single
from chalicelib.providers.contract import Answer, OutboundRequest, OutboundSms, Provider, SendOutcome, WebhookRequest
from chalicelib.providers.encodings import concatenation, decode_text
from chalicelib.providers.fields import (
    LONGEST_ID,
    id_field,
    international_field,
    text_field,
    time_field,
    unix_time,
    utc_time,
)
from chalicelib.providers.inbound import Delivery, InboundSms, Part, Receipt
from chalicelib.providers.refusals import Undecidable, Unsigned
from chalicelib.providers.self_test import SELF_TEST, form_call, with_shared_secret
from chalicelib.providers.send_api import (
    answer_json,
    base_url,
    form_request,
    get_request,
    outcome,
    required,
    sender_of,
    state_of,
    value_in,
)
from chalicelib.providers.shared_secret import PROVEN_BY, offers_shared_secret, require_shared_secret
from chalicelib.providers.signatures import mac, plain_hash, require_fresh, require_same, secret_values, tolerance

PLAIN = "md5hash"
_LONGEST_REFERENCE = 100
_KEYED = ("md5", "sha1", "sha256", "sha512")
_DELIVERED = frozenset({"delivered"})
_FAILED = frozenset({"expired", "failed", "rejected"})
_NOT_NOW = frozenset({"1", "4", "5", "8", "9", "10", "11", "14", "32"})
"""Send statuses that are not the SMS's fault: throttled, an internal error, too many binds, or our account's: its
credentials, signature, credit, or what it may do."""
_API = "https://rest.nexmo.com"


class VonageSms(Provider):
    """Vonage's SMS API.

    Settings: `signature_secret`, `signature_method` (sha256 unless set; md5hash only if set); to send `api_key`,
    `api_secret`, `sender`. Unsigned calls are taken only where `path_token` is set too.
    """

    accepted = Answer(200)
    proven_by = ("signature_secret", *PROVEN_BY)

    def verify(self, request: WebhookRequest) -> None:
        """Check `sig` over every other field.

        Sorted: `&name=value`, with & and = in values replaced by _.
        """
        fields = _fields(request)
        if not fields.get("sig"):
            if not offers_shared_secret(self.secrets):
                raise Unsigned(
                    "unsigned", "the field sig is missing: ask Vonage's support to sign your webhooks", "sig"
                )
            return require_shared_secret(request, self.secrets)
        method = self._method()
        expected = (_sign(fields, secret, method) for secret in secret_values(self.secrets, "signature_secret"))
        require_same(fields["sig"].lower(), expected, f"check signature_secret, and that the account signs by {method}")
        signed_at = unix_time(text_field(fields, "timestamp"), "timestamp")
        return require_fresh(signed_at, request.at, tolerance(self.secrets))

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read one SMS or part, or a delivery receipt.

        A receipt has a `status`.
        """
        fields = _fields(request)
        if "status" in fields:
            state = state_of(fields["status"], _DELIVERED, _FAILED)
            detail = f"{fields['status']} {fields.get('err-code', '')}".strip()
            reference = id_field(fields, "client-ref" if fields.get("client-ref") else "messageId")
            return Delivery(receipts=(Receipt(reference, state, detail),))
        sms = InboundSms(
            id=id_field(fields, "messageId"),
            sender=international_field(fields, "msisdn"),
            recipient=international_field(fields, "to"),
            sent_at=time_field(fields, "message-timestamp", utc_time),
            part=(part := _part(fields)),
            text=_text(fields, is_part=part is not None),
        )
        return Delivery((sms,))

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """Make POST /sms/json.

        `client-ref` is only echoed, with each part's receipt: a repetition is another SMS.
        """
        receipts = {"callback": message.receipt_url} if message.receipt_url else {}
        fields = {
            "api_key": required(self.secrets, "api_key"),
            "api_secret": required(self.secrets, "api_secret"),
            "from": sender_of(self.secrets, message) or required(self.secrets, "sender"),
            "to": message.recipient.removeprefix("+"),
            "text": message.text,
            "type": "text" if count_segments(message.text).encoding == "GSM-7" else "unicode",
            "client-ref": message.id[:_LONGEST_REFERENCE],
            **receipts,
        }
        sending = form_request(f"{base_url(self.secrets, _API)}/sms/json", fields)
        return replace(sending, reference=fields["client-ref"])

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """HTTP 200 even for refusals: each part's `status` says, "0" being taken."""
        answered = outcome(status, headers, body, "messages", 0, "message-id")
        if answered.verdict != "sent":
            return answered
        document = answer_json(body)
        parts = document.get("messages") if isinstance(document, dict) else None
        if not isinstance(parts, list) or not parts:
            return SendOutcome("in_doubt", reason="the answer names no part")
        refused = [part for part in range(len(parts)) if value_in(parts, part, "status") != "0"]
        if not refused:
            return answered
        code = value_in(parts, refused[0], "status")
        reason = f"status {code}: {value_in(parts, refused[0], 'error-text') or 'no error-text'}"
        if len(refused) < len(parts):
            return SendOutcome("in_doubt", answered.reference, f"only some parts were taken: {reason}")
        return SendOutcome("not_sent" if code in _NOT_NOW else "refused", reason=reason)

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:
        """Make the receipt of an SMS that nobody sent.

        Signed as the settings say.
        """
        fields = {"messageId": SELF_TEST, "status": "accepted", "timestamp": str(int(at.timestamp()))}
        if not self.secrets.get("signature_secret") and offers_shared_secret(self.secrets):
            return with_shared_secret(form_call(url, fields, at), self.secrets)
        secret = secret_values(self.secrets, "signature_secret")[0]
        return form_call(url, {**fields, "sig": _sign(fields, secret, self._method())}, at)

    def account_request(self) -> OutboundRequest:
        """GET /account/get-balance."""
        query = {name: required(self.secrets, name) for name in ("api_key", "api_secret")}
        return get_request(f"{base_url(self.secrets, _API)}/account/get-balance", query)

    def _method(self) -> str:
        chosen = str(self.secrets.get("signature_method") or "sha256").lower()
        method = re.sub(r"[^a-z0-9]|hmac", "", chosen)
        if method not in {PLAIN, *_KEYED}:
            raise Undecidable("bad_setting", f"signature_method must be one of {', '.join((PLAIN, *_KEYED))}")
        return method


def _fields(request: WebhookRequest) -> dict[str, str]:
    """Return the fields of a call, by GET, form or JSON.

    The method is an account's setting.
    """
    if request.method == "GET":
        return single(query_fields(request.url))
    if is_form(request) and not request.body.lstrip().startswith(b"{"):
        return single(form_fields(request))
    written = json_object(request.body).items()
    return {name: value if isinstance(value, str) else _json(value) for name, value in written if value is not None}


def _json(value: Any) -> str:
    """Return a number as text.

    What Vonage never wrote so far stays as it is: its text the signature shall judge.
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sign(fields: Mapping[str, str], secret: str, method: str) -> str:
    signed = "".join(
        f"&{name}={fields[name].replace('&', '_').replace('=', '_')}" for name in sorted(fields) if name != "sig"
    )
    if method == PLAIN:
        return plain_hash("md5", (signed + secret).encode(errors="surrogatepass"))
    return mac(method, secret, signed.encode(errors="surrogatepass")).hex()


def _text(fields: Mapping[str, str], *, is_part: bool) -> str:
    if "text" in fields or "data" not in fields:
        return text_field(fields, "text", "", is_part=is_part)
    return decode_text(_bytes(fields, "data"), "8-BIT")


def _bytes(fields: Mapping[str, str], name: str) -> bytes:
    """Read a field in hexadecimal.

    Nothing where it cannot be read, for no SMS is refused for it.
    """
    try:
        return bytes.fromhex(fields.get(name, ""))
    except ValueError:
        return b""


def _part(fields: Mapping[str, str]) -> Part | None:
    """Read which part of a long SMS it is.

    What the fields leave open is read as an SMS of its own.
    """
    if fields.get("concat", "").lower() != "true":
        return concatenation(_bytes(fields, "udh"))
    number, total = (_small(fields, name) for name in ("concat-part", "concat-total"))
    reference = fields.get("concat-ref", "").strip()
    if not reference or len(reference) > LONGEST_ID or not 1 <= number <= total:
        return None
    return Part(reference, number, total) if total > 1 else None


def _small(fields: Mapping[str, str], name: str) -> int:
    """Read a number from 1 to 255, else 0."""
    written = fields.get(name, "").strip()
    return int(written) if re.fullmatch(r"[0-9]{1,3}", written, re.ASCII) and int(written) <= 255 else 0
