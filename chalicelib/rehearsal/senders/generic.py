"""The generic gateway, as somebody who reads docs/providers/generic.md would program it."""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from chalicelib.rehearsal.senders.aggregator import DescribedSender
from chalicelib.rehearsal.senders.sender import Sender, current
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms


class GenericSender(Sender):
    """Signs `POST` JSON with X-Baykoo-Timestamp and X-Baykoo-Signature."""

    name = "generic"

    def __init__(self, secret: str = "generic-secret") -> None:
        self.secret = secret
        self.secrets = {"secrets": [secret]}

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> Sender:
        if settings.get("format"):
            return DescribedSender(settings)
        return cls(current(settings, "secrets", "secret"))

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> SignedRequest:
        written = {"id": sms.id, "from": sms.sender, "to": sms.recipient, "text": sms.text}
        body = json.dumps({**written, "received_at": sms.sent_at.isoformat()}).encode()
        return self.sign_body(body, url, str(int(at.timestamp())))

    def sign_body(self, body: bytes, url: str, timestamp: str) -> SignedRequest:
        digest = hmac.new(self.secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Baykoo-Timestamp": timestamp,
            "X-Baykoo-Signature": f"sha256={digest}",
        }
        return SignedRequest("POST", url, headers, body)
