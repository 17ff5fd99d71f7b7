"""Kannel's smsbox: the gateway of many operators and modems.

    GET  ?id=6d5a…&from=%2B996700123456&to=4455&ts=1508040000&coding=0&charset=UTF-8&udh=&text=OP+1234+A1
    GET (receipt)  ?dlr=1&id=…
Protocol: https://www.kannel.org/download/1.4.5/userguide-1.4.5/userguide.html (sms-service, sendsms, delivery reports)
and gw/smsbox.c, gw/urltrans.c of its source; read in 2026.
"""

import datetime as dt
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from chalicelib.observation.sms.segments import count_segments
from chalicelib.providers.content import charset_of, query_bytes, require_undamaged
from chalicelib.providers.contract import Answer, OutboundRequest, OutboundSms, Provider, SendOutcome, WebhookRequest
from chalicelib.providers.encodings import concatenation, decode_text
from chalicelib.providers.fields import id_field, made_id, phone_field, text_field, time_field, unix_time, utc_time
from chalicelib.providers.inbound import Delivery, InboundSms, Part, Receipt, ReceiptState
from chalicelib.providers.refusals import Malformed
from chalicelib.providers.self_test import SELF_TEST, with_shared_secret
from chalicelib.providers.send_api import outcome, required, secure_url, sender_of
from chalicelib.providers.shared_secret import PROVEN_BY, require_shared_secret

_CHARSET_OF_CODING = {"0": "UTF-8", "1": "8-BIT", "2": "UTF-16BE"}
_DELIVERED, _LOST, _LARGEST_MASK = 1, 2 | 16, 63


class Kannel(Provider):
    """Kannel's webhook and its sendsms.

    Settings: `basic_user` with `basic_password`, or `query_token`; `source_addresses`; to send `send_url`
    (http://host:13013/cgi-bin/sendsms), `username`, `password`, `sender`.
    """

    # Only 200 and 202 count, and a body would be texted to the observer.
    accepted = Answer(200, "text/plain", "")
    proven_by = PROVEN_BY

    def verify(self, request: WebhookRequest) -> None:
        """Require the credentials or token in the URL.

        Kannel signs nothing: its operator writes them there.
        """
        require_shared_secret(request, self.secrets)

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read one SMS or part, or a receipt.

        A part where the gateway does not join them, by get-url or post-url; a receipt by dlr-url.
        """
        if request.method == "POST" and "x-kannel-to" in request.headers:
            return Delivery((_from_headers(request, _query(request)),))
        content, fields = query_bytes(request.url), _query(request)
        if "dlr" in fields:
            return Delivery(receipts=(_receipt(fields),))
        return Delivery((_from_query(fields, content),))

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:
        """Make the receipt of an SMS that nobody sent."""
        request = WebhookRequest("GET", f"{url}?dlr=8&id={SELF_TEST}", {}, b"", at)
        return with_shared_secret(request, self.secrets)

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """Make GET .../cgi-bin/sendsms.

        Kannel tells no id and knows no key, so the receipt's URL carries ours.
        """
        fields = {
            "username": required(self.secrets, "username"),
            "password": required(self.secrets, "password"),
            "from": sender_of(self.secrets, message) or required(self.secrets, "sender"),
            "to": message.recipient,
            "charset": "UTF-8",
            "coding": "0" if count_segments(message.text).encoding == "GSM-7" else "2",
            "text": message.text,
        }
        if message.receipt_url:
            joint = "&" if "?" in message.receipt_url else "?"
            receipt = f"{message.receipt_url}{joint}dlr=%d&{urlencode({'id': message.id})}"
            fields |= {"dlr-mask": "31", "dlr-url": receipt}
        url = f"{secure_url(required(self.secrets, 'send_url'), 'send_url')}?{urlencode(fields)}"
        return OutboundRequest("GET", url, {}, b"", reference=message.id)

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """202 with `0: Accepted for delivery` or `3: Queued for later delivery`."""
        return outcome(status, headers, body)


def _query(request: WebhookRequest) -> dict[str, str]:
    return {name: value.decode(errors="replace") for name, value in query_bytes(request.url).items()}


def _from_query(fields: Mapping[str, str], content: Mapping[str, bytes]) -> InboundSms:
    """Read an SMS of get-url.

    id=%I&from=%p&to=%P&ts=%T&coding=%c&charset=%C&udh=%u&text=%b.
    """
    if "text" not in content:
        raise Malformed("missing_field", "the field text is missing", "text")
    for name in ("text", "udh"):
        require_undamaged(content.get(name, b""), name)
    charset = fields.get("charset") or _CHARSET_OF_CODING.get(fields.get("coding", ""), "UTF-8")
    part = concatenation(_udh(content.get("udh", b"")))
    return _sms(fields, decode_text(content["text"], charset, is_part=part is not None), part)


def _from_headers(request: WebhookRequest, query: Mapping[str, str]) -> InboundSms:
    """Read an SMS of post-url.

    Text in the body, the rest in X-Kannel-* headers, `id=%I` in the URL if anywhere.
    """
    named = {name: request.headers.get(f"x-kannel-{name}", "") for name in ("from", "to", "time", "udh")}
    fields = {"from": named["from"], "to": named["to"], "ts": named["time"], "id": query.get("id", "")}
    part = concatenation(_udh(named["udh"].encode(errors="replace")))
    text = decode_text(request.body, charset_of(request) or "8-BIT", is_part=part is not None)
    return _sms(fields, text, part)


def _sms(fields: Mapping[str, str], text: str, part: Part | None) -> InboundSms:
    sender, recipient = phone_field(fields, "from"), phone_field(fields, "to")
    sent_at = time_field(fields, "ts", _moment)
    key = id_field(fields, "id") if fields.get("id") else made_id(sender, recipient, text, sent_at, part)
    return InboundSms(key, sender, recipient, text, sent_at, part)


def _udh(written: bytes) -> bytes:
    """Read a user data header, as bytes or in hexadecimal.

    Its first byte counts those that follow.
    """
    if written and written[0] == len(written) - 1:
        return written
    try:
        header = bytes.fromhex(written.decode("ascii"))
    except ValueError:
        return b""
    return header if header and header[0] == len(header) - 1 else b""


def _moment(written: object, name: str) -> dt.datetime:
    """%T, seconds since 1970; or %t and X-Kannel-Time, written out in GMT."""
    is_counted = re.fullmatch(r"\s*[0-9]+\s*", str(written), re.ASCII)
    return unix_time(written, name) if is_counted else utc_time(written, name)


def _receipt(fields: Mapping[str, str]) -> Receipt:
    code = text_field(fields, "dlr")
    return Receipt(id_field(fields, "id"), _state(code), f"dlr {code}")


def _state(code: str) -> ReceiptState:
    """Return the state of a code or of a sum of codes.

    1 delivered, 2 and 16 lost, 4, 8 and 32 on its way. Delivered together with anything else is not yet delivered;
    delivered and lost at once is no report.
    """
    mask = int(code) if re.fullmatch("[0-9]{1,2}", code, re.ASCII) else 0
    if not 0 < mask <= _LARGEST_MASK or (mask & _DELIVERED and mask & _LOST):
        raise Malformed("bad_receipt", "the field dlr must be a code of Kannel's delivery reports", "dlr")
    if mask & _LOST:
        return "failed"
    return "delivered" if mask == _DELIVERED else "on_its_way"
