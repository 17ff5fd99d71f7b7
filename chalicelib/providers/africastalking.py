"""Africa's Talking SMS.

Protocol: https://developers.africastalking.com/docs/sms/notifications, .../docs/sms/sending/bulk; its SDK for Python;
read in 2026.
"""

from collections.abc import Mapping

from chalicelib.providers.content import form_fields, id_field, international_field, single, text_field
from chalicelib.providers.contract import (
    Answer,
    Delivery,
    InboundSms,
    OutboundRequest,
    OutboundSms,
    Provider,
    Receipt,
    SendOutcome,
    WebhookRequest,
)
from chalicelib.providers.sending import answer_json, form_request, found, outcome, required, state_of
from chalicelib.providers.shared_secret import require_shared_secret

_DELIVERED = frozenset({"Success"})
_FAILED = frozenset({"Failed", "Rejected"})
_TAKEN = frozenset({"100", "101", "102"})
"""Status codes of a recipient: processed, sent, queued."""
_NOT_NOW = frozenset({"405", "500", "501", "502"})
"""Insufficient balance, internal error, gateway error, rejected by gateway."""


class AfricasTalking(Provider):
    """Settings: `path_token`, `source_addresses`; to send `username`, `api_key`, `sender`."""

    accepted = Answer(200)

    def verify(self, request: WebhookRequest) -> None:
        """Africa's Talking signs nothing: a token in the path is all that there is."""
        require_shared_secret(request, self.secrets)

    def parse(self, request: WebhookRequest) -> Delivery:
        """One SMS, or a delivery report. `date` names no zone in any document, so it is not used as a time."""
        fields = single(form_fields(request))
        if "status" in fields:
            detail = f"{fields['status']} {fields.get('failureReason', '')}".strip()
            return Delivery(
                receipts=(Receipt(id_field(fields, "id"), state_of(fields["status"], _DELIVERED, _FAILED), detail),)
            )
        sms = InboundSms(
            id=id_field(fields, "id"),
            sender=international_field(fields, "from"),
            recipient=international_field(fields, "to"),
            text=text_field(fields, "text"),
        )
        return Delivery((sms,))

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """POST /version1/messaging; its Idempotency-Key is for airtime only, so a repetition is another SMS."""
        username = required(self.secrets, "username")
        host = "api.sandbox.africastalking.com" if username == "sandbox" else "api.africastalking.com"
        sender = message.sender or self.secrets.get("sender")
        fields = {"username": username, "to": message.recipient, "message": message.text, "bulkSMSMode": "1"}
        return form_request(
            f"https://{host}/version1/messaging",
            {**fields, **({"from": sender} if sender else {})},
            headers={"apiKey": required(self.secrets, "api_key"), "Accept": "application/json"},
        )

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """201 even for a recipient's refusal: `statusCode` of the one recipient says."""
        recipient = ("SMSMessageData", "Recipients", 0)
        answered = outcome(status, headers, body, *recipient, "messageId")
        if answered.verdict != "sent":
            return answered
        document = answer_json(body)
        code = found(document, *recipient, "statusCode")
        if code in _TAKEN:
            return answered
        said = found(document, *recipient, "status") or found(document, "SMSMessageData", "Message") or "no recipient"
        return SendOutcome("not_sent" if code in _NOT_NOW else "refused", reason=f"status {code}: {said}")
