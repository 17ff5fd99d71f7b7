"""Vonage's Messages API: a JWT as its documentation describes it.

Made by the library that its SDK uses.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Self

from chalicelib.providers.inbound import ReceiptState
from chalicelib.rehearsal.senders.sender import Sender, current
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms


class VonageMessagesSender(Sender):
    """A JSON POST with a bearer token that holds the body's hash."""

    name = "vonage-messages"
    words = ("submitted", "delivered", "undeliverable")

    def __init__(self, secret: str = "vonage-signature-secret-" * 3) -> None:
        self.secret = secret
        self.secrets = {"signature_secret": secret}

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> Self:
        return cls(current(settings, "signature_secret"))

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> SignedRequest:
        document = {
            "channel": "sms",
            "message_uuid": sms.id,
            "to": sms.recipient.removeprefix("+"),
            "from": sms.sender.removeprefix("+"),
            "timestamp": f"{sms.sent_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
            "text": sms.text,
            "message_type": "text",
            "sms": {"num_messages": "1", "keyword": "OP"},
            "usage": {"currency": "EUR", "price": "0.0"},
        }
        return self.sign_body(json.dumps(document).encode(), url, at)

    def sign_receipt(self, reference: str, state: ReceiptState, url: str, at: dt.datetime) -> SignedRequest:
        document = {"message_uuid": reference, "status": self.word(state), "channel": "sms"}
        return self.sign_body(json.dumps(document | {"timestamp": at.isoformat()}).encode(), url, at)

    def sign_body(
        self, body: bytes, url: str, at: dt.datetime, algorithm: str = "HS256", **claims: object
    ) -> SignedRequest:
        import jwt

        claimed = {
            "iat": int(at.timestamp()),
            "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5",
            "iss": "Vonage",
            "payload_hash": hashlib.sha256(body).hexdigest(),
            "api_key": "a1b2c3d",
            "application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
            **claims,
        }
        claimed = {name: value for name, value in claimed.items() if value is not None}
        token = jwt.encode(claimed, self.secret if algorithm != "none" else None, algorithm)  # type: ignore[arg-type]
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        return SignedRequest("POST", url, headers, body)
