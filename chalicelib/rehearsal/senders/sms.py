"""A simulated provider's SMS, and the request made of it."""

import datetime as dt
from dataclasses import dataclass, replace

from chalicelib.providers.contract import WebhookRequest


class CannotSign(ValueError):
    """The settings lack what the provider signs with."""


@dataclass(frozen=True, slots=True)
class Sms:
    """An SMS that an observer sends; numbers in E.164.

    `sent_at` (aware) is when the provider received it.
    """

    id: str
    sender: str
    recipient: str
    text: str
    sent_at: dt.datetime


@dataclass(frozen=True)
class SignedRequest:
    """The HTTP request that a provider makes of an SMS."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    def arriving(self, at: dt.datetime, source_ip: str | None = None) -> WebhookRequest:
        """Return the request as the webhook gets it."""
        return WebhookRequest(self.method, self.url, self.headers, self.body, at, source_ip)

    def but(self, **changes: object) -> "SignedRequest":
        """Return the request with some fields otherwise."""
        return replace(self, **changes)  # type: ignore[arg-type]
