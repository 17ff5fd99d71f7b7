"""Calls of a gateway that a `format` describes, for tests."""

import datetime as dt

from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.webhook import WebhookResult, handle

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
URL = "https://example.org/webhooks/generic-local/a-token"
NAMES = {"id": "id", "from": "from", "to": "to", "text": "text"}


def never(url: str) -> bytes:
    raise AssertionError(url)


def heard(body: bytes, described: dict[str, object], kind: str = "", **settings: object) -> WebhookResult:
    request = WebhookRequest("POST", URL, {"Content-Type": kind} if kind else {}, body, AT)
    settings = settings if "secret" in settings else {"path_token": "a-token", **settings}
    return handle("generic-local", request, {"format": {"fields": NAMES, **described}, **settings}, never)
