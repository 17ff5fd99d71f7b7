"""A self-test is taken by the webhook as the provider's own call would be, and brings nothing to be counted."""

import datetime as dt

import pytest
from providers_signing.table import SENDERS

from chalicelib.providers.contract import CannotCheck, CannotSend, OutboundRequest
from chalicelib.providers.self_test import NOBODY, with_other_secrets
from chalicelib.providers.table import NAMES, provider
from chalicelib.providers.webhook import hear

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
ACCOUNT = dict.fromkeys(("account_sid", "auth_id", "api_key", "api_secret", "project_id", "username", "password"), "x")
WITHOUT_ACCOUNT = {"aws-sns", "generic", "kannel"}


def never(url: str) -> bytes:
    raise AssertionError(url)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"aws-sns"}))
def test_it_is_authentic_and_brings_nothing(name: str) -> None:
    settings = SENDERS[name].secrets
    url = f"https://example.org/api/webhooks/{name}"
    heard = hear(name, provider(name, settings, never).self_test(url, AT), settings, never)
    assert (heard.authentic, heard.reason) == (True, "authentic")
    assert heard.answer == provider(name, settings, never).accepted
    senders = [(sms.sender, sms.recipient, sms.text) for sms in heard.delivery.messages]
    assert senders == ([(NOBODY, NOBODY, "TEST")] if name == "generic" else [])
    forged = provider(name, with_other_secrets(settings), never).self_test(url, AT)
    assert hear(name, forged, settings, never).answer.status == 403


def test_only_sns_signs_for_sns() -> None:
    with pytest.raises(CannotCheck):
        provider("aws-sns", SENDERS["aws-sns"].secrets, never).self_test("https://example.org/", AT)


@pytest.mark.parametrize("name", NAMES)
def test_an_account_is_asked_for_without_changing_anything(name: str) -> None:
    settings = {**SENDERS[name].secrets, **ACCOUNT, "base_url": "https://api.example.org"}
    try:
        asked: OutboundRequest | None = provider(name, settings, never).account_request()
    except CannotSend:
        asked = None
    assert (asked is None) == (name in WITHOUT_ACCOUNT)
    if asked is not None:
        assert (asked.method, asked.body) == ("GET", b"")
        assert asked.url.startswith("https://api.example.org/")
