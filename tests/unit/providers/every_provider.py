"""Every provider's sender, secrets and a signed SMS."""

import datetime as dt

from chalicelib.providers.table import provider
from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.rehearsal.senders.table import SENDERS

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SENT = dt.datetime.fromisoformat("2017-10-15T10:00:00+06:00")
SMS = Sms("m-0123456789", "+996700123456", "+996555000111", "OP 1234 A1 B0730 # рахмат", SENT)


def unreachable(url: str) -> bytes:
    raise OSError(f"{url} cannot be read")


def secret_of(name: str) -> str:
    """The setting that the sender's requests are proven by."""
    secrets = SENDERS[name].secrets
    return next(value for value in provider(name, secrets, unreachable).proven_by if value in secrets)


SECRET_OF = {name: secret_of(name) for name in SENDERS}


def url_of(name: str) -> str:
    return f"https://abc123.execute-api.eu-central-1.amazonaws.com/api/webhooks/{name}"


def signed_by(name: str, sms: Sms = SMS, at: dt.datetime = AT) -> SignedRequest:
    return SENDERS[name].sign(sms, url_of(name), at)


def heard(name: str, signed: SignedRequest, secrets: object = None, at: dt.datetime = AT) -> WebhookResult:
    return handle(name, signed.arriving(at), SENDERS[name].secrets if secrets is None else secrets, unreachable)
