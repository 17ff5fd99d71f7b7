"""Twilio, signing with its own SDK."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode

from chalicelib.providers.inbound import ReceiptState
from chalicelib.rehearsal.senders.sender import Sender, current
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms


class TwilioSender(Sender):
    """A form POST with X-Twilio-Signature; with `key_id`, signed by a shared key."""

    name = "twilio"
    signs_url = True
    words = ("sent", "delivered", "undelivered")

    def __init__(self, secret: str = "twilio-auth-token", key_id: str | None = None) -> None:
        self.secret, self.key_id = secret, key_id
        self.secrets = {"shared_key_secret": secret} if key_id else {"auth_token": secret}

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> Self:
        by_shared_key = settings.get("shared_key_secret") and not settings.get("auth_token")
        return cls(current(settings, "auth_token", "shared_key_secret"), "SK" + "0" * 32 if by_shared_key else None)

    def texts_back(self, content_type: str, body: str) -> bool:
        """Tell whether an answer makes it send an SMS back.

        A text is sent as it is; TwiML, which may also come as HTML, says what is.
        """
        return bool(body) if content_type.startswith("text/plain") else "<Message" in body

    def sign(self, sms: Sms, url: str, at: dt.datetime, **more: str) -> SignedRequest:
        fields = {
            "ToCountry": "KG",
            "ToState": "",
            "SmsMessageSid": sms.id,
            "NumMedia": "0",
            "SmsSid": sms.id,
            "SmsStatus": "received",
            "Body": sms.text,
            "To": sms.recipient,
            "NumSegments": "1",
            "MessageSid": sms.id,
            "AccountSid": "AC" + "0" * 32,
            "From": sms.sender,
            "ApiVersion": "2010-04-01",
            **more,
        }
        return self.sign_form(fields, url)

    def sign_receipt(self, reference: str, state: ReceiptState, url: str, at: dt.datetime) -> SignedRequest:
        account = "AC" + "0" * 32
        named = {"MessageSid": reference, "SmsSid": reference, "AccountSid": account, "ApiVersion": "2010-04-01"}
        return self.sign_form({**named, "MessageStatus": self.word(state), "SmsStatus": self.word(state)}, url)

    def sign_form(self, fields: dict[str, str], url: str) -> SignedRequest:
        from twilio.request_validator import RequestValidator

        algorithm = "HMAC_SHA256" if self.key_id else None
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": RequestValidator(self.secret).compute_signature(url, fields, algorithm),
        }
        if self.key_id:
            headers["X-Twilio-Webhooks-Signature-Settings"] = f"key={self.key_id},algorithm={algorithm}"
        return SignedRequest("POST", url, headers, urlencode(fields).encode())
