"""Baykoo's own webhook, for gateways that can be programmed, and the base for aggregators that are only configured.

The request is `POST` JSON `{id, from, to, text, received_at}` with `X-Baykoo-Timestamp` (seconds since 1970) and
`X-Baykoo-Signature: sha256=HEX`, HEX the HMAC-SHA256 of timestamp, ".", raw body under one of two valid secrets.
"""

import json
import re
from collections.abc import Mapping

from chalicelib.providers.content import id_field, iso_time, json_object, phone_field, text_field, unix_time
from chalicelib.providers.contract import (
    Answer,
    CannotSend,
    Delivery,
    InboundSms,
    Malformed,
    NotAuthentic,
    OutboundRequest,
    OutboundSms,
    Provider,
    SendOutcome,
    WebhookRequest,
)
from chalicelib.providers.sending import outcome
from chalicelib.providers.signatures import header, mac, require_fresh, require_same, secret_values, tolerance

TIMESTAMP, SIGNATURE = "X-Baykoo-Timestamp", "X-Baykoo-Signature"
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)


class Generic(Provider):
    """The generic provider; settings: `secrets` (one or [current, previous]), `send_url`, `sender`."""

    accepted = Answer(200, "application/json", '{"status":"accepted"}')
    repeatable = True

    def verify(self, request: WebhookRequest) -> None:
        """Check the signature over timestamp and body, then the timestamp's age."""
        presented, timestamp = header(request, SIGNATURE), header(request, TIMESTAMP)
        if not _SECONDS.fullmatch(timestamp):
            raise NotAuthentic("bad_timestamp", f"{TIMESTAMP} must be whole seconds since 1970")
        expected = [
            _sign(secret, timestamp, request.body) for secret in secret_values(self.secrets, "secrets", "secret")
        ]
        require_same(presented.lower(), expected, f'{SIGNATURE} is sha256= and the HMAC of timestamp + "." + raw body')
        require_fresh(unix_time(timestamp, TIMESTAMP), request.at, tolerance(self.secrets))

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read the one SMS of the body."""
        fields = json_object(request.body)
        sms = InboundSms(
            id=id_field(fields, "id"),
            sender=phone_field(fields, "from"),
            recipient=phone_field(fields, "to"),
            text=text_field(fields, "text"),
            sent_at=iso_time(text_field(fields, "received_at"), "received_at"),
        )
        for name in ("id", "from", "to", "text"):
            _require_whole(str(fields[name]), name)
        return Delivery((sms,))

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """A signed POST in the form of the inbound one, its id repeated as Idempotency-Key."""
        url = self.secrets.get("send_url")
        if not isinstance(url, str) or not url:
            raise CannotSend("the setting send_url is not set")
        sms = {"id": message.id, "from": message.sender or self.secrets.get("sender"), "to": message.recipient}
        body = json.dumps({**sms, "text": message.text}, ensure_ascii=False).encode()
        timestamp = str(int(message.at.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.id,
            TIMESTAMP: timestamp,
            SIGNATURE: _sign(secret_values(self.secrets, "secrets", "secret")[0], timestamp, body),
        }
        return OutboundRequest("POST", url, headers, body)

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """Any 2xx is taken; an `id` in its JSON is the reference."""
        return outcome(status, headers, body, "id")


def _sign(secret: str, timestamp: str, body: bytes) -> str:
    return "sha256=" + mac("sha256", secret, timestamp.encode() + b"." + body).hex()


def _require_whole(value: str, name: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as fault:
        raise Malformed("lone_surrogate", f"the field {name} has half of a surrogate pair", name) from fault
