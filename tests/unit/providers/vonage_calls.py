"""Calls of Vonage's APIs as tests make and hear them."""

import datetime as dt

from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SMS = Sms("020000001B0FE827", "+996700123456", "+996555000111", "OP 1234 A1 B0730", AT)
URL = "https://example.org/webhooks/vonage"


def never(url: str) -> bytes:
    raise AssertionError(url)


def heard(name: str, signed: SignedRequest, secrets: dict[str, object], at: dt.datetime = AT) -> WebhookResult:
    return handle(name, signed.arriving(at), secrets, never)
