"""A self-test is taken by the webhook as the provider's own call would be, and brings nothing to be counted."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.providers.contract import CannotCheck, CannotSend, Provider
from chalicelib.providers.self_test import NOBODY, with_other_secrets
from chalicelib.providers.table import NAMES, provider
from chalicelib.providers.webhook import handle
from chalicelib.rehearsal.senders.table import SENDERS

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
ACCOUNT = dict.fromkeys(("account_sid", "auth_id", "api_key", "api_secret", "project_id", "username", "password"), "x")
OTHER_PROOFS: list[tuple[str, dict[str, Any]]] = [
    ("infobip", {"type": "TOKEN", "path_token": "token"}),
    ("kannel", {"query_token": "token"}),
    ("twilio", {"shared_key_secret": "shared"}),
    ("twilio", {"auth_token": ["token", "old"], "shared_key_secret": "shared"}),
    ("vonage-messages", {"path_token": "token"}),
    ("vonage-sms", {"path_token": "token"}),
]
"""Secrets that prove a call in another way than the simulated senders do."""


def never(url: str) -> bytes:
    raise AssertionError(url)


def settings_of(name: str) -> dict[str, Any]:
    """The sender's, or a secret for all that may prove a request."""
    if name in SENDERS:
        return dict(SENDERS[name].secrets)
    return dict.fromkeys(provider(name, {"secrets": "x"}, never).proven_by, "secret")


def has_own(name: str, method: str) -> bool:
    kind = type(provider(name, settings_of(name), never))
    return getattr(kind, method) is not getattr(Provider, method)


PROVEN = [(name, settings_of(name)) for name in NAMES if has_own(name, "self_test")] + OTHER_PROOFS


@pytest.mark.parametrize(("name", "settings"), PROVEN)
def test_it_is_authentic_and_brings_nothing(name: str, settings: Mapping[str, Any]) -> None:
    url = f"https://example.org/api/webhooks/{name}"
    chosen = provider(name, settings, never)
    heard = handle(name, chosen.self_test(url, AT), settings, never)
    assert (heard.authentic, heard.reason) == (True, "authentic")
    assert heard.answer == chosen.accepted
    senders = [(sms.sender, sms.recipient, sms.text) for sms in heard.delivery.messages]
    assert senders == ([(NOBODY, NOBODY, "TEST")] if name == "generic" else [])
    forged = provider(name, with_other_secrets(settings, chosen.proven_by), never).self_test(url, AT)
    assert handle(name, forged, settings, never).answer.status == 403


@pytest.mark.parametrize("name", [name for name in NAMES if not has_own(name, "self_test")])
def test_where_only_the_provider_can_sign_that_is_said(name: str) -> None:
    with pytest.raises(CannotCheck):
        provider(name, settings_of(name), never).self_test("https://example.org/", AT)


@pytest.mark.parametrize("name", NAMES)
def test_settings_that_prove_a_call_are_named(name: str) -> None:
    settings = settings_of(name)
    assert set(provider(name, settings, never).proven_by) & set(settings)


@pytest.mark.parametrize("name", NAMES)
def test_an_account_is_asked_for_without_changing_anything(name: str) -> None:
    settings = {**settings_of(name), **ACCOUNT, "base_url": "https://api.example.org"}
    chosen = provider(name, settings, never)
    if not has_own(name, "account_request"):
        with pytest.raises(CannotSend):
            chosen.account_request()
        return
    request = chosen.account_request()
    assert (request.method, request.body) == ("GET", b"")
    assert request.url.startswith("https://api.example.org/")
