"""Each provider's send API: where it is, what of a request is what, and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Taken:
    """An SMS that a provider took: `key` is ours, `reference` what the provider calls it by, in its receipts too."""

    provider: str
    to: str
    text: str
    key: str | None
    reference: str
    receipt_url: str | None


def _key_in(receipt_url: str | None) -> str | None:
    return dict(parse_qsl((receipt_url or "").partition("?")[2])).get("id")


@dataclass(frozen=True)
class Api:
    """One provider's: where it is, what of a request is what, and what it answers to an SMS that it takes."""

    method: str
    path: str
    settings: Callable[[str], dict[str, str]]
    read: Callable[[Fields], tuple[Any, Any, Any, Any]]
    status: int
    answer: Callable[[Taken], Any]
    is_named_by_us: bool = False
    """Whether its receipts come under our key."""
    repeated: int | None = None
    """Its answer's status where it knows the key already, and sends nothing; None where it knows no keys."""


def _at_base(url: str) -> dict[str, str]:
    return {"base_url": url}


APIS: Mapping[str, Api] = {
    "twilio": Api(
        "POST",
        r"/2010-04-01/Accounts/[^/]+/Messages\.json",
        lambda url: _at_base(url) | {"account_sid": "AC" + "0" * 32, "auth_token": "token", "sender": "+15550001111"},
        lambda sent: (sent["To"], sent["Body"], None, sent.get("StatusCallback")),
        201,
        lambda sent_sms: {"sid": sent_sms.reference, "status": "queued", "error_code": None},
    ),
    "plivo": Api(
        "POST",
        r"/v1/Account/[^/]+/Message/",
        lambda url: _at_base(url) | {"auth_id": "MA0000000000", "auth_token": "token", "sender": "+15550001111"},
        lambda sent: (sent["dst"], sent["text"], None, sent.get("url")),
        202,
        lambda sent_sms: {"message": "message(s) queued", "message_uuid": [sent_sms.reference], "api_id": "a"},
    ),
    "vonage-sms": Api(
        "POST",
        "/sms/json",
        lambda url: _at_base(url) | {"api_key": "key", "api_secret": "secret", "sender": "Baykoo"},
        lambda sent: (sent["to"], sent["text"], sent["client-ref"], sent.get("callback")),
        200,
        lambda sent_sms: {
            "message-count": "1",
            "messages": [{"to": sent_sms.to, "message-id": sent_sms.reference, "status": "0", "message-price": "0.03"}],
        },
        is_named_by_us=True,
    ),
    "vonage-messages": Api(
        "POST",
        "/v1/messages",
        lambda url: _at_base(url) | {"api_key": "key", "api_secret": "secret", "sender": "Baykoo"},
        lambda sent: (sent["to"], sent["text"], sent["client_ref"], sent.get("webhook_url")),
        202,
        lambda sent_sms: {"message_uuid": sent_sms.reference},
        is_named_by_us=True,
    ),
    "infobip": Api(
        "POST",
        "/sms/3/messages",
        lambda url: _at_base(url) | {"api_key": "key", "sender": "Baykoo"},
        lambda sent: (
            (sms := sent["messages"][0])["destinations"][0]["to"],
            sms["content"]["text"],
            sms["destinations"][0]["messageId"],
            sms.get("webhooks", {}).get("delivery", {}).get("url"),
        ),
        200,
        lambda sent_sms: {
            "bulkId": "1",
            "messages": [
                {"messageId": sent_sms.reference, "status": {"groupName": "PENDING"}, "destination": sent_sms.to}
            ],
        },
        is_named_by_us=True,
    ),
    "africastalking": Api(
        "POST",
        "/version1/messaging",
        lambda url: _at_base(url) | {"username": "baykoo", "api_key": "key"},
        lambda sent: (sent["to"], sent["message"], None, None),
        201,
        lambda sent_sms: {
            "SMSMessageData": {
                "Message": "Sent to 1/1",
                "Recipients": [{"statusCode": 101, "status": "Success", "messageId": sent_sms.reference}],
            }
        },
    ),
    "telerivet": Api(
        "POST",
        r"/v1/projects/[^/]+/messages/send",
        lambda url: _at_base(url) | {"api_key": "key", "project_id": "PJ0123456789abcdef"},
        lambda sent: (sent["to_number"], sent["content"], None, sent.get("status_url")),
        200,
        lambda sent_sms: {"id": sent_sms.reference, "status": "queued"},
    ),
    "kannel": Api(
        "GET",
        "/cgi-bin/sendsms",
        lambda url: {"send_url": f"{url}/cgi-bin/sendsms", "username": "u", "password": "p", "sender": "4455"},
        lambda sent: (
            sent["to"],
            sent["text"],
            _key_in(sent.get("dlr-url")),
            sent.get("dlr-url"),
        ),
        202,
        lambda sent_sms: "0: Accepted for delivery",
        is_named_by_us=True,
    ),
    "android-sms-gateway": Api(
        "POST",
        "(/3rdparty/v1|/phone)/messages",
        lambda url: {"base_url": f"{url}/phone", "username": "u", "password": "p"},
        lambda sent: (sent["phoneNumbers"][0], sent["textMessage"]["text"], sent["id"], None),
        202,
        lambda sent_sms: {"id": sent_sms.reference, "state": "Pending"},
        is_named_by_us=True,
        repeated=409,
    ),
    "generic": Api(
        "POST",
        "/send",
        lambda url: {"send_url": f"{url}/send"},
        lambda sent: (sent["to"], sent["text"], sent["id"], None),
        200,
        lambda sent_sms: {"id": sent_sms.reference},
        is_named_by_us=True,
        repeated=200,
    ),
}

SENDING = tuple(APIS)
"""The providers that have a send API."""
