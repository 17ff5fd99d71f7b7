"""Calls without a signature that are answered 503 on purpose, and how the log tells of them."""

import datetime as dt

from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.webhook import handle
from chalicelib.services.intake.receive import _why_refused

NOW = dt.datetime(2017, 10, 15, 10, tzinfo=dt.UTC)


def no_fetch(url: str) -> bytes:
    raise AssertionError(url)


def test_b8_an_unsigned_call_is_logged_as_the_alarm_leaves_it_out() -> None:
    """The template's UndecidedWebhooks counts no log line whose reason begins with `unsigned`."""
    request = WebhookRequest("POST", "https://x/webhooks/vonage-messages", {}, b"{}", NOW, None)
    result = handle("vonage-messages", request, {"signature_secret": "s" * 32}, no_fetch)
    assert result.answer.status == 503
    logged = _why_refused(result)
    assert logged["status"] == 503
    assert str(logged["reason"]).startswith("unsigned")
