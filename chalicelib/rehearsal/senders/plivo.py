"""Plivo: signature V3 with its own SDK, V2 by its documentation.

The SDK can only check V2.
"""

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode

from chalicelib.providers.inbound import ReceiptState
from chalicelib.rehearsal.senders.sender import Sender, current
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms


class PlivoSender(Sender):
    """A form POST, or a GET, with a signature and a nonce.

    X-Plivo-Signature-V3 or -V2.
    """

    name = "plivo"
    signs_url = True
    words = ("sent", "delivered", "undelivered")

    def __init__(self, secret: str = "plivo-auth-token", version: int = 3, method: str = "POST") -> None:
        self.secret, self.version, self.method = secret, version, method
        self.secrets = {"auth_token": secret}

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> Self:
        return cls(current(settings, "auth_token"))

    def texts_back(self, content_type: str, body: str) -> bool:
        return "xml" in content_type and "<Message" in body

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> SignedRequest:
        fields = {
            "From": sms.sender.removeprefix("+"),
            "To": sms.recipient.removeprefix("+"),
            "Type": "sms",
            "Text": sms.text,
            "MessageUUID": sms.id,
            "Units": "1",
            "TotalRate": "0",
        }
        return self.sign_form(fields, url, _nonce(at))

    def sign_receipt(self, reference: str, state: ReceiptState, url: str, at: dt.datetime) -> SignedRequest:
        fields = {"MessageUUID": reference, "Status": self.word(state), "Units": "1", "ErrorCode": "000"}
        return self.sign_form(fields, url, _nonce(at))

    def sign_form(self, fields: dict[str, str], url: str, nonce: str) -> SignedRequest:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if self.method == "POST" else {}
        called = url if self.method == "POST" else f"{url}?{urlencode(fields)}"
        signature = self._v3(fields, url, nonce) if self.version == 3 else self._v2(url, nonce)
        headers |= {
            f"X-Plivo-Signature-V{self.version}": signature,
            f"X-Plivo-Signature-V{self.version}-Nonce": nonce,
        }
        return SignedRequest(self.method, called, headers, urlencode(fields).encode() if self.method == "POST" else b"")

    def _v3(self, fields: dict[str, str], url: str, nonce: str) -> str:
        from plivo.utils.signature_v3 import construct_get_url, construct_post_url, get_signature_v3

        make = construct_post_url if self.method == "POST" else construct_get_url
        signed = make(url, dict(fields)).decode()
        return str(get_signature_v3(self.secret.encode(), signed, nonce).decode())

    def _v2(self, url: str, nonce: str) -> str:
        signed = (url.partition("?")[0] + nonce).encode()
        return base64.b64encode(hmac.new(self.secret.encode(), signed, hashlib.sha256).digest()).decode()


def _nonce(at: dt.datetime) -> str:
    return str(int(at.timestamp() * 1000)) + "0542956780"
