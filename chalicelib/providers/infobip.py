"""Infobip SMS.

    POST, Authorization: Basic …  {"results": [{"messageId": "81…", "from": "996700123456", "to": "996555000111",
        "text": "OP 1234 A1", "cleanText": "1234 A1", "receivedAt": "2017-10-15T04:00:00.000+0000", "smsCount": 1}]}
    POST (receipt)  {"results": [{"messageId": "…", "status": {"groupName": "DELIVERED", "name": "…"}}]}
Protocol: https://www.infobip.com/docs/api/channels/sms/inbound-sms/receive-inbound-sms-messages,
.../docs/api/platform/subscriptions-api (security settings), .../docs/api/channels/sms/outbound-sms; read in 2026.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.providers.content import json_object
from chalicelib.providers.contract import (
    Answer,
    CannotCheck,
    OutboundRequest,
    OutboundSms,
    Provider,
    SendOutcome,
    WebhookRequest,
)
from chalicelib.providers.fields import id_field, international_field, read_each, text_field, time_field, utc_time
from chalicelib.providers.inbound import Delivery, InboundSms, Receipt
from chalicelib.providers.list_api import list_document, read_entries
from chalicelib.providers.listed_sms import ListPage
from chalicelib.providers.refusals import Malformed, Undecidable
from chalicelib.providers.self_test import json_call, with_basic, with_shared_secret
from chalicelib.providers.send_api import (
    base_url,
    get_request,
    json_request,
    outcome,
    required,
    sender_of,
    state_of,
)
from chalicelib.providers.shared_secret import PROVEN_BY, require_basic, require_shared_secret, require_source
from chalicelib.providers.signatures import base64_mac, header, mac, require_same, secret_values

_DELIVERED = frozenset({"DELIVERED"})
_FAILED = frozenset({"UNDELIVERABLE", "EXPIRED", "REJECTED"})


class Infobip(Provider):
    """Infobip's SMS.

    Settings: `type` BASIC (unless set) with `username` and `password`, TOKEN with `path_token`, or HMAC with `secret`,
    `header`, `algorithm` and `encoding`; to send `api_key`, `base_url`, `sender`.
    """

    accepted = Answer(200)

    @property
    def proven_by(self) -> tuple[str, ...]:
        """By the type of security."""
        return {"TOKEN": PROVEN_BY, "HMAC": ("secret",)}.get(self._kind(), ("password",))

    def verify(self, request: WebhookRequest) -> None:
        """By the type of security that the notification profile has.

        No text of Infobip's says which header its HMAC stands in nor how it is written, so settings say it.
        """
        kind = self._kind()
        if kind == "BASIC":
            require_basic(request, self.secrets, "username", "password")
        elif kind == "TOKEN":
            require_shared_secret(request, self.secrets)
        elif kind == "HMAC":
            self._verify_hmac(request)
        else:
            raise Undecidable("bad_setting", "type must be BASIC, TOKEN or HMAC")

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read all SMS of the request, or receipts.

        Each SMS is joined from its parts; receipts are of those that we sent. One that cannot be read does not hide the
        others; raises Malformed where none can.
        """
        results = json_object(request.body).get("results")
        if not isinstance(results, list):
            raise Malformed("missing_field", "the field results must be a list", "results")
        return read_each(results, "results", _result)

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """POST /sms/3/messages; whether a repeated messageId is refused is not documented."""
        receipts = {"webhooks": {"delivery": {"url": message.receipt_url}}} if message.receipt_url else {}
        sms = {
            "sender": sender_of(self.secrets, message) or required(self.secrets, "sender"),
            "destinations": [{"to": message.recipient.removeprefix("+"), "messageId": message.id}],
            "content": {"text": message.text},
            **receipts,
        }
        url = f"{base_url(self.secrets)}/sms/3/messages"
        sending = json_request(url, {"messages": [sms]}, headers=self._authorization())
        return replace(sending, reference=message.id)

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """200 with `messages[0].messageId`."""
        return outcome(status, headers, body, "messages", 0, "messageId")

    def list_request(self, since: dt.datetime, until: dt.datetime, page: str | None) -> OutboundRequest:  # noqa: ARG002
        """Make GET /sms/1/inbox/reports.

        Each SMS is told once and then no more, of the last 48 hours, without a window.
        """
        inbox = f"{base_url(self.secrets)}/sms/1/inbox/reports"
        return get_request(inbox, {"limit": "100"}, headers=self._authorization())

    def read_list(self, status: int, headers: Mapping[str, str], body: bytes) -> ListPage:
        """`results`, as they come to the webhook, and `pendingMessageCount`."""
        document = list_document(status, headers, body)
        pending = document.get("pendingMessageCount")
        return read_entries(document.get("results"), _sms, next_page="pending" if pending else None)

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:
        """Make a request without any SMS in it.

        Proven by the type of security that the settings choose.
        """
        request = json_call(url, {"results": [], "messageCount": 0, "pendingMessageCount": 0}, at)
        kind = self._kind()
        if kind == "BASIC":
            return with_basic(request, self.secrets, "username", "password")
        if kind == "TOKEN":
            return with_shared_secret(request, self.secrets)
        raise CannotCheck("with the type HMAC only Infobip itself knows how it signs")

    def account_request(self) -> OutboundRequest:
        """GET /account/1/balance."""
        return get_request(f"{base_url(self.secrets)}/account/1/balance", headers=self._authorization())

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"App {required(self.secrets, 'api_key')}"}

    def _kind(self) -> str:
        return str(self.secrets.get("type") or "BASIC").upper()

    def _verify_hmac(self, request: WebhookRequest) -> None:
        name = str(self.secrets.get("header") or "X-Infobip-Signature")
        algorithm = str(self.secrets.get("algorithm") or "sha256").lower()
        if algorithm not in {"sha1", "sha256", "sha512"}:
            raise Undecidable("bad_setting", "algorithm must be sha1, sha256 or sha512")
        presented = header(request, name)
        secrets = secret_values(self.secrets, "secret")
        if self.secrets.get("encoding") == "base64":
            expected = [base64_mac(algorithm, secret, request.body) for secret in secrets]
        else:
            presented = presented.lower().removeprefix(f"{algorithm}=")
            expected = [mac(algorithm, secret, request.body).hex() for secret in secrets]
        require_same(presented, expected, f"check secret, header, algorithm and encoding; the header was {name}")
        require_source(request, self.secrets)


def _result(fields: Mapping[str, Any], _index: int) -> InboundSms | Receipt:
    return _receipt(fields) if isinstance(fields.get("status"), dict) else _sms(fields)


def _sms(fields: Mapping[str, Any]) -> InboundSms:
    return InboundSms(
        id=id_field(fields, "messageId"),
        sender=international_field(fields, "from"),
        recipient=international_field(fields, "to"),
        text=text_field({"text": _text(fields)}, "text", ""),
        sent_at=time_field(fields, "receivedAt", utc_time),
    )


def _text(fields: Mapping[str, Any]) -> object:
    """Return the text of MO_JSON_2, MO_OMNI or an MMS.

    It is `message.text` of MO_OMNI, of an MMS `message[].value`, its text parts.
    """
    message = fields.get("message")
    if fields.get("text") is not None or message is None:
        return fields.get("text")
    parts = message if isinstance(message, list) else [message]
    texts = [part.get("text", part.get("value")) for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))


def _receipt(fields: Mapping[str, Any]) -> Receipt:
    group, name = (str(fields["status"].get(key, "")) for key in ("groupName", "name"))
    return Receipt(id_field(fields, "messageId"), state_of(group, _DELIVERED, _FAILED), f"{group} {name}".strip())
