"""Requests of providers that sign nothing, as intake handles them."""

import datetime as dt

from chalicelib.providers.contract import OutboundSms
from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SENT = dt.datetime.fromisoformat("2017-10-15T10:00:00+06:00")
SMS = Sms("m-1", "+996700123456", "+996555000111", "OP 1234 A1", SENT)
URL = "https://example.org/webhooks/here"
OUT = OutboundSms("message#1", "+996700123456", "Рахмат", AT, receipt_url="https://example.org/r?x=1")


def never(url: str) -> bytes:
    raise AssertionError(url)


def handled(
    name: str, signed: SignedRequest, secrets: dict[str, object], source_ip: str | None = None
) -> WebhookResult:
    return handle(name, signed.arriving(AT, source_ip), secrets, never)


# Infobip
