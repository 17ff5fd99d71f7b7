"""Baykoo's own webhook, for gateways that can be programmed; and any other's that its settings describe.

    POST, X-Baykoo-Timestamp: 1508040010, X-Baykoo-Signature: sha256=5f…  {"id": "m-1", "from": "+996700123456",
        "to": "+996555000111", "text": "OP 1234 A1", "received_at": "2017-10-15T10:00:00+06:00"}
Its own is `POST` JSON `{id, from, to, text, received_at}` with `X-Baykoo-Timestamp` (seconds since 1970) and
`X-Baykoo-Signature: sha256=HEX`, HEX the HMAC-SHA256 of timestamp, ".", raw body under one of two valid secrets.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from chalicelib.providers.content import (
    form_fields,
    id_field,
    iso_time,
    json_object,
    made_id,
    phone_field,
    query_fields,
    single,
    text_field,
    unix_time,
)
from chalicelib.providers.contract import (
    Answer,
    CannotCheck,
    Delivery,
    Fetch,
    InboundSms,
    Malformed,
    NotAuthentic,
    OutboundRequest,
    OutboundSms,
    Provider,
    Secrets,
    SendOutcome,
    Unsigned,
    WebhookRequest,
)
from chalicelib.providers.encodings import has_lone_surrogate
from chalicelib.providers.generic_format import FIELDS, Format, Signature
from chalicelib.providers.public_url import called_urls
from chalicelib.providers.self_test import NOBODY, json_call, with_headers
from chalicelib.providers.sending import json_request, outcome, required, secure_url, sender_of
from chalicelib.providers.shared_secret import PROVEN_BY, require_shared_secret, require_source
from chalicelib.providers.signatures import header, require_fresh, require_same, secret_values, tolerance

TIMESTAMP, SIGNATURE = "X-Baykoo-Timestamp", "X-Baykoo-Signature"
_TIMESTAMP = re.compile(r"[0-9]{1,14}", re.ASCII)
_DIGITS_OF_SECONDS = 11
_OWN_SIGNATURE = Signature(SIGNATURE, prefix="sha256=", signs="{timestamp}.{body}", timestamp_header=TIMESTAMP)
_OWN = Format(
    fields={name: name for name in FIELDS},
    signature=_OWN_SIGNATURE,
    answer=Answer(200, "application/json", '{"status":"accepted"}'),
)


class Generic(Provider):
    """Settings: `secrets` (one or [current, previous]); `format` for another's webhook, which without a signature
    is proven by `path_token`, `query_token` or `basic_user` and `basic_password`; to send `send_url`, `sender`."""

    repeatable = True

    def __init__(self, secrets: Secrets, fetch: Fetch) -> None:
        super().__init__(secrets, fetch)
        described = secrets.get("format")
        self.format = _OWN if described is None else Format.of_settings(described)
        self.accepted = self.format.answer

    @property
    def proven_by(self) -> tuple[str, ...]:
        """By the signature's secret, or where the format has no signature by one that is sent along."""
        return ("secrets", "secret") if self.format.signature is not None else PROVEN_BY

    def verify(self, request: WebhookRequest) -> None:
        """Check the signature, then the age of what it was made at, where the format has a timestamp."""
        signature = self.format.signature
        if signature is None:
            return require_shared_secret(request, self.secrets)
        presented, timestamp = self._presented(request, signature), self._timestamp(request, signature)
        if signature.encoding == "hex":
            start = len(signature.prefix)
            presented = presented[:start] + presented[start:].lower()
        secrets, urls = secret_values(self.secrets, "secrets", "secret"), _urls(request, self.secrets, signature)
        expected = [
            signature.compute(secret, lambda part, url=url: self._signed_part(request, part, timestamp, url))  # type: ignore[misc]
            for secret in secrets
            for url in urls
        ]
        require_same(presented, expected, f"it must be {signature.prefix}{signature.algorithm} of {signature.signs}")
        if timestamp is not None:
            require_fresh(_moment(timestamp), request.at, tolerance(self.secrets))
        return require_source(request, self.secrets)

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read the one SMS of the request."""
        fields = self._fields(request)
        sender, recipient = phone_field(fields, "from"), phone_field(fields, "to")
        text, sent_at = text_field(fields, "text"), self._sent_at(fields)
        names = self.format.fields or {}
        key = id_field(fields, "id") if "id" in names else made_id(sender, recipient, text, sent_at)
        return Delivery((InboundSms(key, sender, recipient, text, sent_at),))

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """A POST in Baykoo's own form, signed in its own way, its id repeated as Idempotency-Key."""
        sms = {"id": message.id, "from": sender_of(self.secrets, message), "to": message.recipient}
        url = secure_url(required(self.secrets, "send_url"), "send_url")
        sending = json_request(url, {**sms, "text": message.text})
        headers = {**sending.headers, **self._signed(sending.body, message.at), "Idempotency-Key": message.id}
        return OutboundRequest("POST", sending.url, headers, sending.body, reference=message.id)

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """Any 2xx is taken; an `id` in its JSON is the reference."""
        return outcome(status, headers, body, "id")

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:
        """An SMS from nobody to nobody whose text is TEST, for the own form has nothing else; it waits uncounted."""
        if self.format is not _OWN:
            raise CannotCheck("settings with a format say how a call is read, and not all that it holds")
        sms = {"id": f"self-test-{int(at.timestamp())}", "from": NOBODY, "to": NOBODY, "text": "TEST"}
        request = json_call(url, {**sms, "received_at": at.isoformat()}, at)
        return with_headers(request, self._signed(request.body, at))

    def _signed(self, body: bytes, at: dt.datetime) -> dict[str, str]:
        timestamp = str(int(at.timestamp()))
        parts = {"timestamp": timestamp.encode(), "body": body}
        secret = secret_values(self.secrets, "secrets", "secret")[0]
        return {TIMESTAMP: timestamp, SIGNATURE: _OWN_SIGNATURE.compute(secret, parts.__getitem__)}

    def _presented(self, request: WebhookRequest, signature: Signature) -> str:
        if signature.header is not None:
            return header(request, signature.header)
        presented = _at(self._written(request), signature.field or "")
        if not isinstance(presented, str) or not presented:
            raise Unsigned("unsigned", f"the field {signature.field} is missing", signature.field)
        return presented

    def _timestamp(self, request: WebhookRequest, signature: Signature) -> str | None:
        if signature.timestamp_header is not None:
            written = header(request, signature.timestamp_header)
        elif signature.timestamp_field is not None:
            written = str(_at(self._written(request), signature.timestamp_field))
        else:
            return None
        is_own_in_milliseconds = self.format is _OWN and len(written) > _DIGITS_OF_SECONDS
        if not _TIMESTAMP.fullmatch(written) or is_own_in_milliseconds:
            raise NotAuthentic("bad_timestamp", "the timestamp must be whole seconds since 1970")
        return written

    def _signed_part(self, request: WebhookRequest, part: str, timestamp: str | None, url: str) -> bytes:
        if part == "body":
            return request.body
        if part.startswith("field:"):
            value = _at(self._written(request), part.removeprefix("field:"))
            return str("" if value is None else value).encode(errors="surrogatepass")
        return {"timestamp": timestamp or "", "url": url, "method": request.method}[part].encode(errors="surrogatepass")

    def _written(self, request: WebhookRequest) -> dict[str, Any]:
        """The fields as the gateway names them."""
        if self.format.method != request.method:
            raise Malformed("bad_method", f"the method must be {self.format.method}", "method")
        if request.method == "GET":
            return dict(single(query_fields(request.url, self.format.charset)))
        if self.format.body == "form":
            return dict(single(form_fields(request, self.format.charset)))
        return json_object(request.body)

    def _fields(self, request: WebhookRequest) -> dict[str, Any]:
        """The fields under our names. Another's JSON may have numbers where ours has texts."""
        written, found = self._written(request), {}
        for ours, theirs in (self.format.fields or {}).items():
            value = _at(written, theirs)
            numeric = isinstance(value, int | float) and not isinstance(value, bool) and self.format is not _OWN
            found[ours] = json.dumps(value) if numeric else value
            if self.format is _OWN and isinstance(value, str) and has_lone_surrogate(value):
                raise Malformed("lone_surrogate", f"the field {ours} has half of a surrogate pair", ours)
        return found

    def _sent_at(self, fields: Mapping[str, Any]) -> dt.datetime | None:
        if "received_at" not in fields:
            return None
        written, zone = text_field(fields, "received_at").strip(), self.format.zone
        if self.format.time == "iso":
            return iso_time(written, "received_at", zone)
        if self.format.time in {"unix", "unix_ms"}:
            milliseconds = self.format.time == "unix_ms" and re.fullmatch(r"[0-9]{4,14}", written, re.ASCII)
            return unix_time(f"{written[:-3]}.{written[-3:]}" if milliseconds else written, "received_at")
        try:
            read = dt.datetime.strptime(written, self.format.time)  # noqa: DTZ007 - iso_time asks for the zone
        except ValueError as fault:
            raise Malformed("bad_time", f"received_at must be a time like {self.format.time}", "received_at") from fault
        return iso_time(read.isoformat(), "received_at", zone)


def _at(written: Mapping[str, Any], name: str) -> Any:
    """A field's value, None where there is none; a dot in a name that no field has leads into an inner object."""
    value: Any = written
    for step in name.split(".") if name not in written else [name]:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _moment(timestamp: str) -> dt.datetime:
    """The moment of a timestamp, in seconds, or in milliseconds where it has as many digits as only these have."""
    return unix_time(timestamp if len(timestamp) <= _DIGITS_OF_SECONDS else timestamp[:-3], "timestamp")


def _urls(request: WebhookRequest, secrets: Secrets, signature: Signature) -> list[str]:
    return called_urls(request, secrets) if "{url}" in signature.signs else [request.url]
