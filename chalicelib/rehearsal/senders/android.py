"""SMS Gateway for Android, signing as its documentation shows."""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Self

from chalicelib.providers.inbound import ReceiptState
from chalicelib.rehearsal.senders.sender import Sender, current
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms

# Gson escapes these in a text, so that the body that is signed is not what another library would write.
_GSON = {ord(sign): f"\\u{ord(sign):04x}" for sign in "&'<>="}


class AndroidSender(Sender):
    """A JSON POST with X-Signature over body and X-Timestamp."""

    name = "android-sms-gateway"
    words = ("sms:sent", "sms:delivered", "sms:failed")

    def __init__(self, secret: str = "phone-signing-key") -> None:
        self.secret = secret
        self.secrets = {"signing_key": secret}

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> Self:
        return cls(current(settings, "signing_key"))

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> SignedRequest:
        payload = {
            "messageId": "1a2b3c4d",
            "message": sms.text,
            "sender": sms.sender,
            "recipient": sms.recipient,
            "phoneNumber": sms.sender,
            "simNumber": 1,
            "receivedAt": sms.sent_at.isoformat(timespec="milliseconds"),
        }
        return self.sign_event("sms:received", sms.id, payload, url, at)

    def sign_receipt(self, reference: str, state: ReceiptState, url: str, at: dt.datetime) -> SignedRequest:
        event = self.word(state)
        payload: dict[str, object] = {
            "messageId": reference,
            event.removeprefix("sms:") + "At": at.isoformat(timespec="milliseconds"),
        }
        return self.sign_event(event, f"{event}-{reference}", payload, url, at)

    def sign_event(self, event: str, key: str, payload: dict[str, object], url: str, at: dt.datetime) -> SignedRequest:
        envelope = {"deviceId": "ffffffffceb0b1db0000018e937c815b", "event": event, "id": key, "payload": payload}
        written = json.dumps({**envelope, "webhookId": "LreFUt-Z3sSq0JufY9uWB"}, ensure_ascii=False).translate(_GSON)
        return self.sign_body(written.encode(), url, str(int(at.timestamp())))

    def sign_body(self, body: bytes, url: str, timestamp: str) -> SignedRequest:
        signature = hmac.new(self.secret.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Timestamp": timestamp, "X-Signature": signature}
        return SignedRequest("POST", url, headers, body)
