"""The providers that sign nothing: what they send.

They send the secret along that they are given.
"""

import base64
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote_from_bytes, urlencode

from chalicelib.providers.inbound import ReceiptState
from chalicelib.rehearsal.senders.sender import Sender, current
from chalicelib.rehearsal.senders.sms import CannotSign, SignedRequest, Sms

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class InfobipSender(Sender):
    """JSON with `results`, under basic authentication."""

    name = "infobip"
    words = ("PENDING", "DELIVERED", "UNDELIVERABLE")

    def __init__(self, user: str = "baykoo", secret: str = "infobip-password") -> None:
        self.user, self.secret = user, secret
        self.secrets = {"type": "BASIC", "username": user, "password": secret}

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> Self:
        if str(settings.get("type") or "BASIC").upper() != "BASIC":
            raise CannotSign("only requests with basic authentication (type BASIC) can be simulated")
        return cls(current(settings, "username"), current(settings, "password"))

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> SignedRequest:
        return self.sign_several([sms], url)

    def sign_several(self, several: list[Sms], url: str) -> SignedRequest:
        results = [
            {
                "messageId": sms.id,
                "from": sms.sender.removeprefix("+"),
                "to": sms.recipient.removeprefix("+"),
                "text": sms.text,
                "cleanText": sms.text,
                "keyword": "",
                "receivedAt": f"{sms.sent_at:%Y-%m-%dT%H:%M:%S}.{sms.sent_at.microsecond // 1000:03}{sms.sent_at:%z}",
                "smsCount": 1,
                "price": {"pricePerMessage": 0, "currency": "EUR"},
                "callbackData": None,
            }
            for sms in several
        ]
        return self._post({"results": results, "messageCount": len(results), "pendingMessageCount": 0}, url)

    def sign_receipt(self, reference: str, state: ReceiptState, url: str, at: dt.datetime) -> SignedRequest:
        group = self.word(state)
        status = {"groupName": group, "name": group, "description": ""}
        return self._post({"results": [{"messageId": reference, "status": status, "doneAt": at.isoformat()}]}, url)

    def _post(self, document: object, url: str) -> SignedRequest:
        headers = {"Content-Type": "application/json"} | basic(self.user, self.secret)
        return SignedRequest("POST", url, headers, json.dumps(document, ensure_ascii=False).encode())


class AfricasTalkingSender(Sender):
    """A form POST to a URL whose last segment is the token."""

    name = "africastalking"
    words = ("Sent", "Success", "Failed")

    def __init__(self, secret: str = "kT9-an-unguessable-token-of-32-char") -> None:
        self.secret = secret
        self.secrets = {"path_token": secret}

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> Self:
        return cls(current(settings, "path_token"))

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> SignedRequest:
        fields = {
            "linkId": "SampleLinkId123",
            "text": sms.text,
            "to": sms.recipient,
            "id": sms.id,
            "date": f"{sms.sent_at:%Y-%m-%d %H:%M:%S}",
            "from": sms.sender,
            "networkCode": "63902",
        }
        return self._post(fields, url)

    def sign_receipt(self, reference: str, state: ReceiptState, url: str, at: dt.datetime) -> SignedRequest:
        return self._post({"id": reference, "status": self.word(state), "networkCode": "63902"}, url)

    def _post(self, fields: dict[str, str], url: str) -> SignedRequest:
        return SignedRequest("POST", f"{url}/{self.secret}", dict(FORM), urlencode(fields).encode())


class TelerivetSender(Sender):
    """A form POST with the webhook's secret as a field."""

    name = "telerivet"
    words = ("sent", "delivered", "failed")

    def __init__(self, secret: str = "telerivet-webhook-secret") -> None:
        self.secret = secret
        self.secrets = {"secret": secret}

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> Self:
        return cls(current(settings, "secret"))

    def takes(self, status: int) -> bool:
        return status == 200

    def texts_back(self, content_type: str, body: str) -> bool:
        return content_type.startswith("application/json") and "messages" in body

    def sign(self, sms: Sms, url: str, at: dt.datetime, **more: str) -> SignedRequest:
        fields = {
            "event": "incoming_message",
            "id": sms.id,
            "message_type": "sms",
            "content": sms.text,
            "from_number": sms.sender,
            "to_number": sms.recipient,
            "phone_id": "PN0123456789abcdef",
            "project_id": "PJ0123456789abcdef",
            "time_created": str(int(sms.sent_at.timestamp())),
            "time_sent": str(int(sms.sent_at.timestamp())),
            **more,
        }
        return self._post(fields, url)

    def sign_receipt(self, reference: str, state: ReceiptState, url: str, at: dt.datetime) -> SignedRequest:
        return self._post({"event": "send_status", "id": reference, "status": self.word(state)}, url)

    def _post(self, fields: dict[str, str], url: str) -> SignedRequest:
        return SignedRequest("POST", url, dict(FORM), urlencode({"secret": self.secret} | fields).encode())


class KannelSender(Sender):
    """A GET as the recommended get-url makes it.

    Under basic authentication; charset as Kannel's.
    """

    name = "kannel"
    words = ("8", "1", "2")

    def __init__(
        self, charset: str = "UTF-8", *, user: str = "kn", secret: str = "pw:1", by_token: bool = False
    ) -> None:
        self.charset, self.user, self.secret, self.by_token = charset, user, secret, by_token
        self.secrets = {"query_token": secret} if by_token else {"basic_user": user, "basic_password": secret}

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> Self:
        if settings.get("query_token"):
            return cls(secret=current(settings, "query_token"), by_token=True)
        return cls(user=current(settings, "basic_user"), secret=current(settings, "basic_password"))

    def takes(self, status: int) -> bool:
        return status in (200, 202)

    def texts_back(self, content_type: str, body: str) -> bool:
        """Tell whether an answer makes it send an SMS back.

        A body is texted; one of a type that Kannel does not know makes it text an apology.
        """
        return bool(body)

    def sign(self, sms: Sms, url: str, at: dt.datetime, udh: bytes = b"") -> SignedRequest:
        fields = {"id": sms.id, "from": sms.sender, "to": sms.recipient, "ts": str(int(sms.sent_at.timestamp()))}
        coding = "2" if self.charset == "UTF-16BE" else "0"
        fields |= {"coding": coding, "charset": self.charset} | ({"token": self.secret} if self.by_token else {})
        codec = self.charset.replace("8-BIT", "UTF-8")
        query = f"{urlencode(fields)}&udh={quote_from_bytes(udh)}&text={quote_from_bytes(sms.text.encode(codec))}"
        return SignedRequest("GET", f"{url}?{query}", {} if self.by_token else basic(self.user, self.secret), b"")

    def sign_receipt(self, reference: str, state: ReceiptState, url: str, at: dt.datetime) -> SignedRequest:
        """Call the dlr-url that came with the SMS.

        It holds the reference already.
        """
        token = f"&token={self.secret}" if self.by_token else ""
        headers = {} if self.by_token else basic(self.user, self.secret)
        return SignedRequest("GET", url.replace("%d", self.word(state)) + token, headers, b"")

    def sign_post(self, sms: Sms, url: str) -> SignedRequest:
        """Send as post-url does: the text as the body.

        The rest is in headers, and there is no id.
        """
        headers = {
            "Content-Type": f'text/plain; charset="{self.charset}"',
            "X-Kannel-From": sms.sender,
            "X-Kannel-To": sms.recipient,
            "X-Kannel-Time": f"{sms.sent_at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}",
            "X-Kannel-Coding": "0",
        }
        return SignedRequest("POST", url, headers | basic(self.user, self.secret), sms.text.encode(self.charset))
