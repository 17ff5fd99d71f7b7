"""AWS End User Messaging SMS, two-way, through an SNS topic's HTTPS subscription.

    POST  {"Type": "Notification", "MessageId": "…", "TopicArn": "arn:aws:sns:…", "Timestamp": "2017-10-15T04:00:00Z",
        "Message": "{\\"originationNumber\\": \\"+996700123456\\", \\"destinationNumber\\": \\"+12065550100\\",
        \\"messageBody\\": \\"OP 1234 A1\\", \\"inboundMessageId\\": \\"cae1…\\"}", "SignatureVersion": "2", …}
Protocol: https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html, .../sns-message-delivery-retries.html;
read in 2026.
"""

import base64
import binascii
import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from chalicelib.providers.content import json_object
from chalicelib.providers.contract import Answer, Provider, WebhookRequest
from chalicelib.providers.fields import id_field, international_field, text_field, utc_time
from chalicelib.providers.inbound import Delivery, InboundSms
from chalicelib.providers.refusals import Malformed, NotAuthentic, Undecidable, Unsigned
from chalicelib.providers.rsa_signatures import Digest, NotACertificate, PublicKey, public_key, verifies
from chalicelib.providers.shared_secret import PROVEN_BY, offers_shared_secret, require_shared_secret
from chalicelib.providers.signatures import any_same, require_fresh, secret_values, tolerance

OLDEST = dt.timedelta(minutes=65)
"""SNS tries for an hour at most, always with the Timestamp of the first time."""

_REGION = re.compile(r"arn:aws[a-z-]*:sns:([a-z]{2,4}(?:-[a-z]+){1,3}-[0-9]{1,2}):[0-9]{12}:.+")
_CERTIFICATE = re.compile(r"[A-Za-z0-9_-]{1,200}\.pem")
_CONFIRMATION = re.compile(r"\?[!-~]{1,2000}")
_DIGESTS: Mapping[str, Digest] = {"1": "sha1", "2": "sha256"}
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


class AwsSns(Provider):
    """AWS End User Messaging, by an SNS topic.

    Settings: `allowed_topic_arns`; `certificates`, URL to PEM, for what need not be fetched. Raw delivery, which is
    unsigned, is taken only where `path_token` is set too. Sending goes by AWS's own API, not from here.
    """

    accepted = Answer(200)
    proven_by = ("allowed_topic_arns", *PROVEN_BY)

    def verify(self, request: WebhookRequest) -> None:
        """Check the RSA signature over the envelope's fields.

        The certificate is from SNS's own host, for a topic that is allowed.
        """
        if _is_raw(request):
            if not offers_shared_secret(self.secrets):
                raise Unsigned("unsigned", "raw message delivery is not signed: switch it off in the subscription")
            return require_shared_secret(request, self.secrets)
        envelope = json_object(request.body)
        presented, digest = _signature(envelope)
        if not any_same(text_field(envelope, "TopicArn"), secret_values(self.secrets, "allowed_topic_arns")):
            raise NotAuthentic("topic_not_allowed", "the topic is not in allowed_topic_arns", "TopicArn")
        written = "SigningCertUrl" if "SigningCertUrl" in envelope else "SigningCertURL"
        key = self._key(envelope, written)
        if not verifies(key, digest, _signed_text(envelope), presented):
            raise NotAuthentic("bad_signature", "the signature does not match the envelope")
        sent_at = utc_time(text_field(envelope, "Timestamp"), "Timestamp")
        return require_fresh(sent_at, request.at, tolerance(self.secrets, OLDEST))

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read one SMS, or a subscription to be confirmed.

        The SMS is already joined from its parts.
        """
        if _is_raw(request):
            return Delivery((_sms(json_object(request.body), None),))
        envelope = json_object(request.body)
        if envelope["Type"] == "SubscriptionConfirmation":
            url = text_field(envelope, "SubscribeURL")
            if not _is_of_sns(url, _CONFIRMATION, envelope):
                raise Malformed("bad_url", "the field SubscribeURL must be a URL of the topic's SNS", "SubscribeURL")
            return Delivery(confirm_url=url)
        if envelope["Type"] == "UnsubscribeConfirmation":
            return Delivery()
        sent_at = utc_time(text_field(envelope, "Timestamp"), "Timestamp")
        return Delivery((_sms(json_object(text_field(envelope, "Message").encode()), sent_at),))

    def _key(self, envelope: Mapping[str, Any], name: str) -> PublicKey:
        url = text_field(envelope, name)
        if not _is_of_sns(url, _CERTIFICATE, envelope):
            raise NotAuthentic("bad_certificate_url", f"{name} must be a .pem on the topic's own SNS", name)
        given = self.secrets.get("certificates")
        pem = given.get(url) if isinstance(given, Mapping) else None
        try:
            return _read(pem) if isinstance(pem, str) else _fetched(self.fetch, url)
        except OSError as fault:
            raise Undecidable("certificate_unreachable", "the certificate cannot be fetched") from fault
        except NotACertificate as fault:
            raise Undecidable("bad_certificate", str(fault)) from fault


_read = lru_cache(maxsize=8)(public_key)


@lru_cache(maxsize=8)
def _fetched(fetch: Any, url: str) -> PublicKey:
    return public_key(fetch(url).decode("latin-1"))


def _is_of_sns(url: str, rest: re.Pattern[str], envelope: Mapping[str, Any]) -> bool:
    """Tell whether a URL is on SNS's host of the topic's region.

    Other hosts of AWS have names that begin like SNS's, and anybody can have a bucket behind one. The topic is one of
    the settings', so that its region is no caller's word.
    """
    region = _REGION.fullmatch(text_field(envelope, "TopicArn"))
    if region is None:
        raise Undecidable("bad_setting", "allowed_topic_arns must be like arn:aws:sns:eu-central-1:123456789012:name")
    host = f"https://sns.{region[1]}.amazonaws.com{'.cn' if region[1].startswith('cn-') else ''}/"
    return url.startswith(host) and rest.fullmatch(url[len(host) :]) is not None


def _is_raw(request: WebhookRequest) -> bool:
    return request.headers.get("x-amz-sns-rawdelivery", "").strip().lower() == "true"


def _signature(envelope: Mapping[str, Any]) -> tuple[bytes, Digest]:
    if not envelope.get("Signature"):
        raise Unsigned("unsigned", "the field Signature is missing", "Signature")
    if text_field(envelope, "Type") not in _SIGNED:
        raise Malformed("bad_type", "the field Type is none of SNS's", "Type")
    version = text_field(envelope, "SignatureVersion")
    if version not in _DIGESTS:
        raise NotAuthentic("unknown_algorithm", "SignatureVersion must be 1 or 2", "SignatureVersion")
    written = text_field(envelope, "Signature")
    try:
        signature = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NotAuthentic("bad_signature", "the field Signature is not base64", "Signature") from fault
    if base64.b64encode(signature).decode() != written:
        raise NotAuthentic("bad_signature", "the field Signature is not in base64's one form", "Signature")
    return signature, _DIGESTS[version]


def _signed_text(envelope: Mapping[str, Any]) -> bytes:
    """Return the fields that are there, in SNS's order.

    Name and value, a line each.
    """
    named = {name: envelope[name] for name in _SIGNED[envelope["Type"]] if envelope.get(name) is not None}
    for name, value in named.items():
        if not isinstance(value, str):
            raise Malformed("not_a_text", f"the field {name} must be a text", name)
    return "".join(f"{name}\n{value}\n" for name, value in named.items()).encode(errors="surrogatepass")


def _sms(fields: Mapping[str, Any], sent_at: dt.datetime | None) -> InboundSms:
    return InboundSms(
        id=id_field(fields, "inboundMessageId"),
        sender=international_field(fields, "originationNumber"),
        recipient=international_field(fields, "destinationNumber"),
        text=text_field(fields, "messageBody", ""),
        sent_at=sent_at,
    )
