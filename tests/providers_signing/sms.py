"""What every simulated provider is given, and what it makes of it."""

import datetime as dt
from dataclasses import dataclass, replace

from chalicelib.providers.contract import WebhookRequest
from chalicelib.rehearsal.senders import Sms

__all__ = ["Signed", "Sms"]


@dataclass(frozen=True)
class Signed:
    """The HTTP request that a provider makes of an SMS."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    def arriving(self, at: dt.datetime, source_ip: str | None = None) -> WebhookRequest:
        return WebhookRequest(self.method, self.url, self.headers, self.body, at, source_ip)

    def but(self, **changes: object) -> "Signed":
        return replace(self, **changes)
