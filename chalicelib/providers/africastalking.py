"""Africa's Talking SMS.

    POST …/africastalking/TOKEN  id=ATXid_1&from=%2B254700123456&to=22384&text=OP+1234+A1&date=2017-10-15+04%3A00%3A00
    POST (receipt)               id=ATXid_2&status=Success&phoneNumber=%2B254700123456
    POST (opt-out)               senderId=Baykoo&phoneNumber=%2B254700123456
Protocol: https://developers.africastalking.com/docs/sms/notifications, .../docs/sms/sending/bulk; its SDK for Python;
read in 2026.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from chalicelib.providers.content import form_fields, single
from chalicelib.providers.contract import Answer, OutboundRequest, OutboundSms, Provider, SendOutcome, WebhookRequest
from chalicelib.providers.fields import (
    id_field,
    international_field,
    iso_time,
    made_id,
    own_number,
    text_field,
    time_field,
    utc_time,
)
from chalicelib.providers.inbound import Delivery, InboundSms, Receipt
from chalicelib.providers.list_api import list_document, read_entries
from chalicelib.providers.listed_sms import ListPage
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
from chalicelib.providers.shared_secret import PROVEN_BY, require_shared_secret

_DELIVERED = frozenset({"Success"})
_FAILED = frozenset({"AbsentSubscriber", "Expired", "Failed", "Rejected"})
_TAKEN = frozenset({"100", "101", "102"})
"""Status codes of a recipient: processed, sent, queued."""
_BLACKLISTED = "406"
"""The recipient has opted out of the sender."""
_NOT_NOW = frozenset({"405", "500", "501", "502"})
"""Insufficient balance, internal error, gateway error, rejected by gateway."""


class AfricasTalking(Provider):
    """Settings: `path_token`, `source_addresses`, `recipient`; to send `username`, `api_key`, `sender`; `reconcile`."""

    accepted = Answer(200)
    is_listed_unasked = False
    proven_by = PROVEN_BY

    def verify(self, request: WebhookRequest) -> None:
        """Require the token in the path.

        Africa's Talking signs nothing: it is all that there is.
        """
        require_shared_secret(request, self.secrets)

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read one SMS, a delivery report, or an opt-out.

        `date` counts where it names a zone, which no document shows.
        """
        fields = single(form_fields(request))
        if "senderId" in fields and "phoneNumber" in fields:
            return Delivery((self._opt_out(fields, request.at),))
        if "status" in fields:
            detail = f"{fields['status']} {fields.get('failureReason', '')}".strip()
            return Delivery(
                receipts=(Receipt(id_field(fields, "id"), state_of(fields["status"], _DELIVERED, _FAILED), detail),)
            )
        sms = InboundSms(
            id=id_field(fields, "id"),
            sender=international_field(fields, "from"),
            recipient=international_field(fields, "to"),
            text=text_field(fields, "text", ""),
            sent_at=time_field(fields, "date", iso_time),
        )
        return Delivery((sms,))

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """Make POST /version1/messaging.

        Its Idempotency-Key is for airtime only, so a repetition is another SMS.
        """
        username = required(self.secrets, "username")
        sender = sender_of(self.secrets, message)
        fields = {"username": username, "to": message.recipient, "message": message.text, "bulkSMSMode": "1"}
        return form_request(
            f"{self._base()}/version1/messaging",
            {**fields, **({"from": sender} if sender else {})},
            headers={**self._key(), "Accept": "application/json"},
        )

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """201 even for a recipient's refusal: `statusCode` of the one recipient says."""
        recipient = ("SMSMessageData", "Recipients", 0)
        answered = outcome(status, headers, body, *recipient, "messageId")
        if answered.verdict != "sent":
            return answered
        document = answer_json(body)
        code = value_in(document, *recipient, "statusCode")
        if code in _TAKEN:
            return answered
        reason = (
            value_in(document, *recipient, "status")
            or value_in(document, "SMSMessageData", "Message")
            or "no recipient"
        )
        return SendOutcome(
            "not_sent" if code in _NOT_NOW else "refused",
            reason=f"status {code}: {reason}",
            opted_out=code == _BLACKLISTED,
        )

    def list_request(self, since: dt.datetime, until: dt.datetime, page: str | None) -> OutboundRequest:  # noqa: ARG002
        """Make GET /version1/messaging after an id, oldest first, without window."""
        query = {"username": required(self.secrets, "username"), "lastReceivedId": page or "0"}
        return get_request(f"{self._base()}/version1/messaging", query, headers=self._key())

    def read_list(self, status: int, headers: Mapping[str, str], body: bytes) -> ListPage:
        """`SMSMessageData.Messages`; an empty page is the last."""
        held = list_document(status, headers, body).get("SMSMessageData")
        entries = held.get("Messages") if isinstance(held, dict) else None
        last = value_in(entries, len(entries) - 1, "id") if isinstance(entries, list) and entries else None
        return read_entries(entries, _listed, next_page=last, resume=last)

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:
        """Make the delivery report of an SMS that nobody sent."""
        return with_shared_secret(form_call(url, {"id": SELF_TEST, "status": "Submitted"}, at), self.secrets)

    def account_request(self) -> OutboundRequest:
        """GET /version1/user."""
        query = {"username": required(self.secrets, "username")}
        return get_request(f"{self._base()}/version1/user", query, headers=self._key())

    def _base(self) -> str:
        sandbox = "sandbox." if self.secrets.get("username") == "sandbox" else ""
        return base_url(self.secrets, f"https://api.{sandbox}africastalking.com")

    def _key(self) -> dict[str, str]:
        return {"apiKey": required(self.secrets, "api_key")}

    def _opt_out(self, fields: Mapping[str, str], at: dt.datetime) -> InboundSms:
        """Read an opt-out as an SMS without words.

        It goes to the setting `recipient` where it tells of a sender's name. It has neither id nor time, so it is one
        SMS per minute, of which a second changes nothing.
        """
        sender = international_field(fields, "phoneNumber")
        recipient = own_number({}, "to", self.secrets) or international_field(fields, "senderId")
        same = made_id(sender, recipient, "", at.replace(second=0, microsecond=0))
        return InboundSms(id=same, sender=sender, recipient=recipient, text="", wish="out")


def _listed(entry: Mapping[str, Any]) -> InboundSms:
    """Read an entry of the list.

    Its `date` is in UTC in the documentation's sample; one without a zone is taken for that. None is taken without a
    date: the list goes back to the beginning, so it may be years old.
    """
    return InboundSms(
        id=id_field({"id": str(entry.get("id") or "")}, "id"),
        sender=international_field(entry, "from"),
        recipient=international_field(entry, "to"),
        text=text_field(entry, "text", ""),
        sent_at=utc_time(text_field(entry, "date"), "date"),
    )
