"""Vonage's SMS API, signing with its own SDK.

The plain MD5 hash, which the SDK has no more, is made by its documentation.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode

from chalicelib.providers.inbound import ReceiptState
from chalicelib.rehearsal.senders.sender import Sender, current
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms


class VonageSmsSender(Sender):
    """Fields with `sig`, by GET, form or JSON."""

    name = "vonage-sms"
    words = ("accepted", "delivered", "failed")

    def __init__(self, secret: str = "vonage-signature-secret", method: str = "sha256", by: str = "GET") -> None:
        self.secret, self.method, self.by = secret, method, by
        self.secrets = {"signature_secret": secret, "signature_method": method}

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> Self:
        method = re.sub(r"[^a-z0-9]|hmac", "", str(settings.get("signature_method") or "sha256").lower())
        return cls(current(settings, "signature_secret"), method)

    def sign(self, sms: Sms, url: str, at: dt.datetime, **more: str) -> SignedRequest:
        fields = {
            "msisdn": sms.sender.removeprefix("+"),
            "to": sms.recipient.removeprefix("+"),
            "messageId": sms.id,
            "text": sms.text,
            "type": "text" if sms.text.isascii() else "unicode",
            "keyword": (sms.text.upper().split() or [""])[0],
            "api-key": "abcd1234",
            "message-timestamp": f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}",
            "timestamp": str(int(at.timestamp())),
            "nonce": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
            **more,
        }
        return self.carry({**fields, "sig": self.signature(fields)}, url)

    def sign_receipt(self, reference: str, state: ReceiptState, url: str, at: dt.datetime) -> SignedRequest:
        fields = {
            "messageId": reference,
            "status": self.word(state),
            "err-code": "0",
            "api-key": "abcd1234",
            "message-timestamp": f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}",
            "timestamp": str(int(at.timestamp())),
            "nonce": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
        }
        return self.carry({**fields, "sig": self.signature(fields)}, url)

    def signature(self, fields: dict[str, str]) -> str:
        if self.method == "md5hash":
            pairs = "".join(f"&{name}={fields[name].translate({38: '_', 61: '_'})}" for name in sorted(fields))
            return hashlib.md5((pairs + self.secret).encode()).hexdigest()
        from vonage_http_client.auth import Auth

        auth = Auth(api_key="abcd1234", signature_secret=self.secret, signature_method=self.method)
        return str(auth.sign_params(dict(fields)).upper())

    def carry(self, fields: dict[str, str], url: str) -> SignedRequest:
        if self.by == "GET":
            return SignedRequest("GET", f"{url}?{urlencode(fields)}", {}, b"")
        if self.by == "form":
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            return SignedRequest("POST", url, kind, urlencode(fields).encode())
        return SignedRequest("POST", url, {"Content-Type": "application/json"}, json.dumps(fields).encode())
