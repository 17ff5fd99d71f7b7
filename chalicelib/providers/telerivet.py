"""Telerivet.

    POST  event=incoming_message&id=SM1&message_type=sms&content=OP+1234+A1&from_number=%2B996700123456
        &to_number=%2B996555000111&time_created=1508040000&secret=…
    POST (receipt)  event=send_status&id=SM2&status=delivered&secret=…
Protocol: https://telerivet.com/api/webhook, https://telerivet.com/api/rest/curl#Project.sendMessage, its SDKs for
Python and PHP; read in 2026.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from chalicelib.providers.content import form_fields, single
from chalicelib.providers.contract import Answer, OutboundRequest, OutboundSms, Provider, SendOutcome, WebhookRequest
from chalicelib.providers.fields import id_field, own_number, phone_field, text_field, time_field, unix_time
from chalicelib.providers.inbound import Delivery, InboundSms, Receipt
from chalicelib.providers.list_api import list_document, read_entries
from chalicelib.providers.listed_sms import ListPage
from chalicelib.providers.refusals import Unsigned
from chalicelib.providers.self_test import form_call
from chalicelib.providers.send_api import base_url, get_request, json_request, outcome, required, state_of, value_in
from chalicelib.providers.shared_secret import require_source
from chalicelib.providers.signatures import require_same, secret_values

_DELIVERED = frozenset({"delivered", "read"})
_FAILED = frozenset({"failed", "not_delivered", "cancelled"})
# failed_queued is none of these: the phone has it still, and "sent" follows.
_TEXTS = frozenset({"sms", "mms", "chat"})


class Telerivet(Provider):
    """Telerivet's SMS, by a phone that is a gateway.

    Settings: `secret`, `source_addresses`, `recipient` (the SIM's number, for phones that do not know it); to send
    `api_key`, `project_id`, `route_id` if not the default.
    """

    # Only 200 counts: 201 and 204 are failures.
    accepted = Answer(200)
    proven_by = ("secret",)

    def verify(self, request: WebhookRequest) -> None:
        """Require the webhook's secret in the field `secret`.

        It stands there in clear.
        """
        presented = single(form_fields(request)).get("secret", "")
        if not presented:
            raise Unsigned("unsigned", "the field secret is missing", "secret")
        require_same(presented, secret_values(self.secrets, "secret"), "the field secret is not the webhook's secret")
        require_source(request, self.secrets)

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read one SMS, or the status of one that we sent.

        Calls and other events bring nothing.
        """
        fields = single(form_fields(request))
        event = text_field(fields, "event")
        if event == "send_status":
            status = text_field(fields, "status")
            detail = f"{status} {fields.get('error_message', '')}".strip()
            return Delivery(receipts=(Receipt(id_field(fields, "id"), state_of(status, _DELIVERED, _FAILED), detail),))
        if event != "incoming_message" or fields.get("message_type", "sms") not in _TEXTS:
            return Delivery()
        sms = InboundSms(
            id=id_field(fields, "id"),
            sender=phone_field(fields, "from_number_e164" if fields.get("from_number_e164") else "from_number"),
            recipient=own_number(fields, "to_number", self.secrets),
            text=text_field(fields, "content", ""),
            sent_at=time_field(fields, "time_created", unix_time),
        )
        return Delivery((sms,))

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """POST .../messages/send; Telerivet has no idempotency key."""
        route = self.secrets.get("route_id")
        secret = secret_values(self.secrets, "secret")[0] if message.receipt_url else None
        receipts = {"status_url": message.receipt_url, "status_secret": secret} if message.receipt_url else {}
        return json_request(
            f"{self._project()}/messages/send",
            {
                "content": message.text,
                "to_number": message.recipient,
                **({"route_id": route} if route else {}),
                **receipts,
            },
            basic=(required(self.secrets, "api_key"), ""),
        )

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """200 with `id`."""
        return outcome(status, headers, body, "id")

    def list_request(self, since: dt.datetime, until: dt.datetime, page: str | None) -> OutboundRequest:
        """GET .../messages of the window; a page is a marker."""
        window = {"time_created[min]": str(int(since.timestamp())), "time_created[max]": str(int(until.timestamp()))}
        query = {"direction": "incoming", **window, "page_size": "200", **({"marker": page} if page else {})}
        return get_request(f"{self._project()}/messages", query, (required(self.secrets, "api_key"), ""))

    def read_list(self, status: int, headers: Mapping[str, str], body: bytes) -> ListPage:
        """Read `data`, and `next_marker` where it is `truncated`."""
        document = list_document(status, headers, body)
        following = value_in(document, "next_marker") if document.get("truncated") else None
        return read_entries(document.get("data"), self._listed, next_page=following)

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:
        """Make an event that brings nothing, with the secret."""
        return form_call(url, {"event": "self_test", "secret": secret_values(self.secrets, "secret")[0]}, at)

    def account_request(self) -> OutboundRequest:
        """GET .../projects/ID."""
        return get_request(self._project(), basic=(required(self.secrets, "api_key"), ""))

    def _project(self) -> str:
        api = base_url(self.secrets, "https://api.telerivet.com")
        return f"{api}/v1/projects/{required(self.secrets, 'project_id')}"

    def _listed(self, entry: Mapping[str, Any]) -> InboundSms | None:
        if entry.get("direction") != "incoming" or entry.get("message_type", "sms") not in _TEXTS:
            return None
        return InboundSms(
            id=id_field(entry, "id"),
            sender=phone_field(entry, "from_number"),
            recipient=own_number(entry, "to_number", self.secrets),
            text=text_field(entry, "content", ""),
            sent_at=unix_time(entry["time_created"], "time_created") if entry.get("time_created") else None,
        )
