"""Baykoo's own webhook, and any other that its settings describe.

    POST, X-Baykoo-Timestamp: 1508040010, X-Baykoo-Signature: sha256=5f…  {"id": "m-1", "from": "+996700123456",
        "to": "+996555000111", "text": "OP 1234 A1", "received_at": "2017-10-15T10:00:00+06:00"}
Its own is `POST` JSON `{id, from, to, text, received_at}` with `X-Baykoo-Timestamp` (seconds since 1970) and
`X-Baykoo-Signature: sha256=HEX`, HEX the HMAC-SHA256 of timestamp, ".", raw body under one of two valid secrets.
"""

import datetime as dt
import re
from collections.abc import Mapping

from chalicelib.providers.content import require_object
from chalicelib.providers.contract import (
    Answer,
    CannotCheck,
    Fetch,
    OutboundRequest,
    OutboundSms,
    Provider,
    Secrets,
    SendOutcome,
    WebhookRequest,
)
from chalicelib.providers.fields import (
    read_each,
    unix_time,
)
from chalicelib.providers.generic_document import (
    bytes_of,
    document_of,
    node_at,
    text_of,
    value_at,
)
from chalicelib.providers.generic_entries import EntryReader
from chalicelib.providers.generic_format import FIELDS, Format, Signature
from chalicelib.providers.generic_settings import format_of
from chalicelib.providers.inbound import Delivery, InboundSms, Receipt
from chalicelib.providers.public_url import called_urls
from chalicelib.providers.refusals import Malformed, NotAuthentic, Unsigned
from chalicelib.providers.self_test import NOBODY, json_call, with_headers
from chalicelib.providers.send_api import json_request, outcome, required, secure_url, sender_of
from chalicelib.providers.shared_secret import PROVEN_BY, require_shared_secret, require_source
from chalicelib.providers.signatures import header, require_fresh, require_same, secret_values, tolerance

TIMESTAMP, SIGNATURE = "X-Baykoo-Timestamp", "X-Baykoo-Signature"
_TIMESTAMP = re.compile(r"[0-9]{1,14}", re.ASCII)
_DIGITS_OF_SECONDS = 11
_OWN_SIGNATURE = Signature(SIGNATURE, prefix="sha256=", signs="{timestamp}.{body}", timestamp_header=TIMESTAMP)
_OWN = Format(
    fields={name: (name,) for name in FIELDS[:5]},
    signature=_OWN_SIGNATURE,
    answer=Answer(200, "application/json", '{"status":"accepted"}'),
)


class Generic(Provider):
    """Baykoo's own webhook, or one that the settings describe.

    Settings: `secrets` (one or [current, previous]); `format` for another's webhook, which without a signature or a
    secret in a field is proven by `path_token`, `query_token` or `basic_user` and `basic_password`; `recipient` for
    calls that do not name our number; to send `send_url`, `sender`.
    """

    repeatable = True

    def __init__(self, secrets: Secrets, fetch: Fetch) -> None:
        super().__init__(secrets, fetch)
        described = secrets.get("format")
        self.format = _OWN if described is None else format_of(described, has_recipient=bool(secrets.get("recipient")))
        self.accepted = self.format.answer
        self.entries = EntryReader(self.format, secrets, is_own=self.format is _OWN)

    @property
    def proven_by(self) -> tuple[str, ...]:
        """The signature's secret or a field's, else another's.

        Another is one that is sent along otherwise.
        """
        is_ours = self.format.signature is not None or self.format.secret_field is not None
        return ("secrets", "secret") if is_ours else PROVEN_BY

    def verify(self, request: WebhookRequest) -> None:
        """Check the signature, then its age.

        The age is checked where the format has a timestamp.
        """
        signature = self.format.signature
        if self.format.secret_field is not None:
            return self._verify_field(request, self.format.secret_field)
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
        """Read the request's SMS, one or a list, or its receipts.

        If the format passes it over, it brings nothing.
        """
        document = document_of(request, self.format)
        if self.format is _OWN:
            require_object(document)
        if self.format.messages is None:
            entry = self.entries.read([document], request)
            messages = (entry,) if isinstance(entry, InboundSms) else ()
            return Delivery(messages, (entry,) if isinstance(entry, Receipt) else ())
        entries = node_at(document, self.format.messages)
        if entries is None and self.format.body == "xml":
            return Delivery()
        if isinstance(entries, Mapping):
            entries = [entries]
        if not isinstance(entries, list):
            raise Malformed("missing_field", f"{self.format.messages} must be a list", self.format.messages)
        return read_each(entries, self.format.messages, lambda entry, _: self.entries.read([entry, document], request))

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """Make a POST in Baykoo's own form, signed in its own way.

        Its id is repeated as Idempotency-Key.
        """
        sms = {"id": message.id, "from": sender_of(self.secrets, message), "to": message.recipient}
        url = secure_url(required(self.secrets, "send_url"), "send_url")
        sending = json_request(url, {**sms, "text": message.text})
        headers = {**sending.headers, **self._signed(sending.body, message.at), "Idempotency-Key": message.id}
        return OutboundRequest("POST", sending.url, headers, sending.body, reference=message.id)

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """Any 2xx is taken; an `id` in its JSON is the reference."""
        return outcome(status, headers, body, "id")

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:
        """Make an SMS from nobody to nobody, whose text is TEST.

        For the own form has nothing else; it waits uncounted.
        """
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
        presented = value_at(document_of(request, self.format), signature.field or "")
        if not isinstance(presented, str) or not presented:
            raise Unsigned("unsigned", f"the field {signature.field} is missing", signature.field)
        return presented

    def _timestamp(self, request: WebhookRequest, signature: Signature) -> str | None:
        if signature.timestamp_header is not None:
            written = header(request, signature.timestamp_header)
        elif signature.timestamp_field is not None:
            written = str(value_at(document_of(request, self.format), signature.timestamp_field))
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
            is_coded = self.format.text is not None and self.format.is_form
            document = document_of(request, self.format, as_bytes=is_coded)
            value = value_at(document, part.removeprefix("field:"))
            written = str("" if value is None else value)
            return bytes_of(written) if is_coded else written.encode(errors="surrogatepass")
        return {"timestamp": timestamp or "", "url": url, "method": request.method}[part].encode(errors="surrogatepass")

    def _verify_field(self, request: WebhookRequest, field: str) -> None:
        presented = text_of(value_at(document_of(request, self.format), field))
        if not isinstance(presented, str) or not presented:
            raise Unsigned("unsigned", f"the field {field} is missing", field)
        secrets = secret_values(self.secrets, "secrets", "secret")
        require_same(presented, secrets, f"the field {field} is not the secret")
        return require_source(request, self.secrets)


def _moment(timestamp: str) -> dt.datetime:
    """Read a timestamp in seconds or milliseconds.

    Milliseconds where it has as many digits as only these have.
    """
    return unix_time(timestamp if len(timestamp) <= _DIGITS_OF_SECONDS else timestamp[:-3], "timestamp")


def _urls(request: WebhookRequest, secrets: Secrets, signature: Signature) -> list[str]:
    return called_urls(request, secrets) if "{url}" in signature.signs else [request.url]
