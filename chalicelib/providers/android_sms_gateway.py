"""SMS Gateway for Android (capcom6): a phone on a shelf.

    POST, X-Signature: 5f…, X-Timestamp: 1508040010  {"id": "Ey6E…", "event": "sms:received", "deviceId": "…",
        "payload": {"messageId": "…", "sender": "+996700123456", "recipient": null, "message": "OP 1234 A1",
        "simNumber": 1, "receivedAt": "2017-10-15T10:00:00.000+06:00"}}
    POST (receipt)  {"event": "sms:delivered", "payload": {"messageId": "…", "deliveredAt": "…"}, …}
Protocol: https://docs.sms-gate.app/features/webhooks/, .../features/sending-messages/, .../features/status-tracking/;
read in 2026.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.providers.content import json_object
from chalicelib.providers.contract import Answer, OutboundRequest, OutboundSms, Provider, SendOutcome, WebhookRequest
from chalicelib.providers.fields import (
    id_field,
    iso_time,
    own_number,
    phone_field,
    read_each,
    text_field,
    time_field,
    unix_time,
)
from chalicelib.providers.inbound import Delivery, InboundSms, Receipt, ReceiptState
from chalicelib.providers.refusals import Malformed, NotAuthentic
from chalicelib.providers.self_test import json_call, with_headers
from chalicelib.providers.send_api import base_url, get_request, json_request, outcome, required
from chalicelib.providers.signatures import header, mac, require_fresh, require_same, secret_values, tolerance

_CLOUD = "https://api.sms-gate.app/3rdparty/v1"
_LONGEST_ID = 36
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)
_TEXTS: Mapping[str, str] = {
    "sms:received": "message",
    "mms:downloaded": "body",
    "sms:batch:received": "message",
    "mms:batch:downloaded": "body",
}
"""Events that bring texts, and where they stand. mms:received comes before the MMS is there and has none."""
_STATES: Mapping[str, tuple[ReceiptState, str]] = {
    "sms:sent": ("on_its_way", "sentAt"),
    "sms:delivered": ("delivered", "deliveredAt"),
    "sms:failed": ("failed", "failedAt"),
    "sms:cancelled": ("failed", "cancelledAt"),
}


class AndroidSmsGateway(Provider):
    """SMS Gateway for Android: a phone that is a gateway.

    Settings: `signing_key` (a list where several phones call), `recipient` (the SIM's number, for phones that do not
    know it); to send `username`, `password`, `base_url` of the phone or a private server, `device_id`.
    """

    accepted = Answer(200)
    proven_by = ("signing_key",)
    repeatable = True

    def verify(self, request: WebhookRequest) -> None:
        """X-Signature: HMAC-SHA256, hexadecimal, of the raw body and X-Timestamp after it."""
        presented, timestamp = header(request, "X-Signature"), header(request, "X-Timestamp")
        if not _SECONDS.fullmatch(timestamp):
            raise NotAuthentic("bad_timestamp", "X-Timestamp must be whole seconds since 1970")
        keys = secret_values(self.secrets, "signing_key")
        expected = (mac("sha256", key, request.body + timestamp.encode()).hex() for key in keys)
        require_same(presented.lower(), expected, "check the signing key in the phone's Settings, Webhooks")
        require_fresh(unix_time(timestamp, "X-Timestamp"), request.at, tolerance(self.secrets))

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read one SMS or MMS, or a status of one sent.

        Parts come joined. Other events bring nothing.
        """
        envelope = json_object(request.body)
        event, payload = text_field(envelope, "event"), envelope.get("payload")
        if event not in _TEXTS and event not in _STATES:
            return Delivery()
        if not isinstance(payload, dict):
            raise Malformed("missing_field", "the field payload must be an object", "payload")
        if event in _STATES:
            return Delivery(receipts=(_receipt(event, payload),))
        key = id_field(envelope, "id")
        if ":batch:" not in event:
            return Delivery((self._sms(payload, key, _TEXTS[event]),))
        messages = payload.get("messages")
        if not isinstance(messages, list):
            raise Malformed("missing_field", "the field payload.messages must be a list", "payload.messages")
        return read_each(
            messages, "payload.messages", lambda fields, at: self._sms(fields, f"{key}#{at}", _TEXTS[event])
        )

    def _sms(self, payload: Mapping[str, Any], key: str, text: str) -> InboundSms:
        return InboundSms(
            id=key,
            sender=phone_field(payload, "sender" if payload.get("sender") else "phoneNumber"),
            recipient=own_number(payload, "recipient", self.secrets),
            text=text_field(payload, text, "") or text_field(payload, "subject", ""),
            sent_at=time_field(payload, "receivedAt", iso_time),
        )

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """POST .../messages with an id of ours, which the gateway takes once."""
        device = self.secrets.get("device_id")
        key = message.id if len(message.id) <= _LONGEST_ID else hashlib.sha256(message.id.encode()).hexdigest()[:32]
        document = {
            "id": key,
            "phoneNumbers": [message.recipient],
            "textMessage": {"text": message.text},
            "withDeliveryReport": True,
            **({"deviceId": device} if device else {}),
        }
        account = required(self.secrets, "username"), required(self.secrets, "password")
        return replace(
            json_request(f"{base_url(self.secrets, _CLOUD)}/messages", document, basic=account), reference=key
        )

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """202 with `id`; 409 says that it has this id already."""
        if status == 409:
            return SendOutcome("sent", reason="the gateway has it already")
        return outcome(status, headers, body, "id")

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:
        """Make the event system:ping, signed by the first key.

        It brings nothing.
        """
        request, timestamp = json_call(url, {"event": "system:ping", "payload": {}}, at), str(int(at.timestamp()))
        signature = mac("sha256", secret_values(self.secrets, "signing_key")[0], request.body + timestamp.encode())
        return with_headers(request, {"X-Signature": signature.hex(), "X-Timestamp": timestamp})

    def account_request(self) -> OutboundRequest:
        """GET .../devices, as the cloud and a private server have it."""
        account = required(self.secrets, "username"), required(self.secrets, "password")
        return get_request(f"{base_url(self.secrets, _CLOUD)}/devices", basic=account)


def _receipt(event: str, payload: Mapping[str, Any]) -> Receipt:
    state, at = _STATES[event]
    detail = f"{event} {payload.get('reason') or ''}".strip()
    return Receipt(id_field(payload, "messageId"), state, detail, time_field(payload, at, iso_time))
