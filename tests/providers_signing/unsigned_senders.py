"""The providers that sign nothing: what they send, with the secret that they are given to send along."""

import base64
import datetime as dt
import json
from urllib.parse import quote_from_bytes, urlencode

from providers_signing.sms import Signed, Sms

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class InfobipSender:
    """JSON with `results`, under basic authentication."""

    name = "infobip"

    def __init__(self) -> None:
        self.secrets = {"type": "BASIC", "username": "baykoo", "password": "infobip-password"}

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> Signed:
        return self.sign_several([sms], url)

    def sign_several(self, several: list[Sms], url: str) -> Signed:
        results = [
            {
                "messageId": sms.id,
                "from": sms.sender.removeprefix("+"),
                "to": sms.recipient.removeprefix("+"),
                "text": sms.text,
                "cleanText": sms.text,
                "keyword": "",
                "receivedAt": f"{sms.sent_at:%Y-%m-%dT%H:%M:%S}.000{sms.sent_at:%z}",
                "smsCount": 1,
                "price": {"pricePerMessage": 0, "currency": "EUR"},
                "callbackData": None,
            }
            for sms in several
        ]
        document = {"results": results, "messageCount": len(results), "pendingMessageCount": 0}
        headers = {"Content-Type": "application/json"} | basic(self.secrets["username"], self.secrets["password"])
        return Signed("POST", url, headers, json.dumps(document, ensure_ascii=False).encode())


class AfricasTalkingSender:
    """A form POST to a URL whose last segment is the token."""

    name = "africastalking"

    def __init__(self) -> None:
        self.secrets = {"path_token": "kT9-an-unguessable-token-of-32-char"}

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> Signed:
        fields = {
            "linkId": "SampleLinkId123",
            "text": sms.text,
            "to": sms.recipient,
            "id": sms.id,
            "date": f"{sms.sent_at:%Y-%m-%d %H:%M:%S}",
            "from": sms.sender,
            "networkCode": "63902",
        }
        return Signed("POST", f"{url}/{self.secrets['path_token']}", dict(FORM), urlencode(fields).encode())


class TelerivetSender:
    """A form POST with the webhook's secret as a field."""

    name = "telerivet"

    def __init__(self) -> None:
        self.secrets = {"secret": "telerivet-webhook-secret"}

    def sign(self, sms: Sms, url: str, at: dt.datetime, **more: str) -> Signed:
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
            "secret": self.secrets["secret"],
            **more,
        }
        return Signed("POST", url, dict(FORM), urlencode(fields).encode())


class KannelSender:
    """A GET as the recommended get-url makes it, under basic authentication; charset as Kannel's."""

    name = "kannel"

    def __init__(self, charset: str = "UTF-8", *, by_token: bool = False) -> None:
        self.charset, self.by_token = charset, by_token
        self.secrets = {"query_token": "kannel-token"} if by_token else {"basic_user": "kn", "basic_password": "pw:1"}

    def sign(self, sms: Sms, url: str, at: dt.datetime, udh: bytes = b"") -> Signed:
        fields = {"id": sms.id, "from": sms.sender, "to": sms.recipient, "ts": str(int(sms.sent_at.timestamp()))}
        coding = "2" if self.charset == "UTF-16BE" else "0"
        fields |= {"coding": coding, "charset": self.charset} | ({"token": "kannel-token"} if self.by_token else {})
        codec = self.charset.replace("8-BIT", "UTF-8")
        query = f"{urlencode(fields)}&udh={quote_from_bytes(udh)}&text={quote_from_bytes(sms.text.encode(codec))}"
        return Signed("GET", f"{url}?{query}", {} if self.by_token else basic("kn", "pw:1"), b"")

    def sign_post(self, sms: Sms, url: str) -> Signed:
        """post-url: the text as the body, the rest in headers, and no id."""
        headers = {
            "Content-Type": f'text/plain; charset="{self.charset}"',
            "X-Kannel-From": sms.sender,
            "X-Kannel-To": sms.recipient,
            "X-Kannel-Time": f"{sms.sent_at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}",
            "X-Kannel-Coding": "0",
        }
        return Signed("POST", url, headers | basic("kn", "pw:1"), sms.text.encode(self.charset))
