"""AWS SNS: an envelope signed with a certificate of our own.

The `cryptography` library makes it.
"""

import base64
import datetime as dt
import json
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from chalicelib.rehearsal.senders.sender import Sender, current
from chalicelib.rehearsal.senders.sms import CannotSign, SignedRequest, Sms

TOPIC = "arn:aws:sns:eu-central-1:123456789012:observers"
CERTIFICATE_URL = (
    "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-6209c161c6221fdf56ec1eb5c821d112.pem"
)
HEADERS = {"Content-Type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": "Notification"}
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


@cache
def key_and_certificate(bits: int = 2048) -> tuple[rsa.RSAPrivateKey, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return key, certificate_of(key)


def certificate_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(dt.datetime(2017, 1, 1, tzinfo=dt.UTC)).not_valid_after(
        dt.datetime(2037, 1, 1, tzinfo=dt.UTC)
    )
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


class SnsSender(Sender):
    """A POST of a two-way SMS's envelope, or a subscription's confirmation.

    Only SNS can sign for a stack that trusts SNS's certificates. With `secret`, the token in the path of a subscription
    with raw message delivery, it sends what such a one does, unsigned.
    """

    name = "aws-sns"

    def __init__(self, version: str = "2", secret: str | None = None) -> None:
        self.version, self.secret = version, secret

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        return key_and_certificate()[0]

    @cached_property
    def secrets(self) -> Mapping[str, Any]:  # type: ignore[override]
        if self.secret:
            return {"allowed_topic_arns": [TOPIC], "path_token": self.secret}
        return {"allowed_topic_arns": [TOPIC], "certificates": {CERTIFICATE_URL: key_and_certificate()[1]}}

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> Self:
        if not settings.get("path_token"):
            raise CannotSign("only SNS itself can sign; with the setting path_token, raw delivery can be simulated")
        return cls(secret=current(settings, "path_token"))

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> SignedRequest:
        message = {
            "originationNumber": sms.sender,
            "destinationNumber": sms.recipient,
            "messageKeyword": "KEYWORD_123456789012",
            "messageBody": sms.text,
            "inboundMessageId": sms.id,
            "previousPublishedMessageId": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        }
        if self.secret:
            headers = {**HEADERS, "x-amz-sns-rawdelivery": "true"}
            return SignedRequest("POST", f"{url}/{self.secret}", headers, json.dumps(message).encode())
        return self.sign_envelope({"Type": "Notification", "Message": json.dumps(message)}, url, at)

    def sign_confirmation(self, url: str, at: dt.datetime, **more: str) -> SignedRequest:
        token = "2336412f37f"
        host = CERTIFICATE_URL.rpartition("/")[0]
        fields = {
            "Type": "SubscriptionConfirmation",
            "Token": token,
            "Message": f"You have chosen to subscribe to the topic {TOPIC}.",
            "SubscribeURL": f"{host}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token={token}",
            **more,
        }
        return self.sign_envelope(fields, url, at)

    def sign_envelope(self, fields: dict[str, str], url: str, at: dt.datetime) -> SignedRequest:
        envelope = {
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": TOPIC,
            "Timestamp": at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z",
            "SignatureVersion": self.version,
            "SigningCertURL": CERTIFICATE_URL,
            **fields,
        }
        names = _NOTIFICATION if envelope["Type"] == "Notification" else _CONFIRMATION
        signed = "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope).encode()
        digest = hashes.SHA1() if self.version == "1" else hashes.SHA256()
        signature = self.key.sign(signed, padding.PKCS1v15(), digest)
        envelope["Signature"] = base64.b64encode(signature).decode()
        return SignedRequest("POST", url, dict(HEADERS), json.dumps(envelope).encode())
