"""`provider check` against the deployed webhook: every provider's self-test is taken, a forged one is not."""

import datetime as dt
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from functions import start_anew
from loopback import served

from chalicelib.providers.contract import Provider
from chalicelib.providers.table import provider
from chalicelib.rehearsal.senders.table import SENDERS
from chalicelib.services.clients import provider_settings
from chalicelib.services.intake import provider_check
from chalicelib.services.intake.provider_check import check
from chalicelib.store.messages import Message
from infra.stack import Stack

ACCOUNT = {
    "account_sid": "AC1",
    "auth_id": "MA1",
    "api_key": "key",
    "api_secret": "secret",
    "project_id": "PJ1",
    "username": "user",
    "password": "password",
}
DEAD = "http://127.0.0.1:9"


def has_own(name: str, method: str) -> bool:
    kind = type(provider(name, SENDERS[name].secrets, lambda url: b""))
    return getattr(kind, method) is not getattr(Provider, method)


SELF_TESTED = sorted(name for name in SENDERS if has_own(name, "self_test"))


@pytest.fixture(scope="module")
def account_api() -> Iterator[str]:
    """A provider's API on this machine that knows every account."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = "Authorization" in self.headers or "apiKey" in self.headers or "api_secret=" in self.path
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with served(Handler) as url:
        yield url


@pytest.fixture(scope="module")
def configured(services: Stack, account_api: str) -> Iterator[Stack]:
    """The stack with settings for every provider."""
    given = [name for name in SENDERS if name != "generic"]
    for name in given:
        settings = {**ACCOUNT, **SENDERS[name].secrets, "base_url": account_api}
        if SENDERS[name].signs_url:  # the emulator's API is reached under another path than the function is told
            settings["public_url"] = f"{services.api_url}/webhooks/{name}"
        put_settings(services, name, settings)
    yield services
    for name in given:
        put_settings(services, name, services.webhook_secrets[name])


def put_settings(stack: Stack, name: str, settings: Any) -> None:
    parameter = f"{stack.outputs['Parameters']}/providers/{name}"
    value = json.dumps(settings)
    stack.client("ssm").put_parameter(Name=parameter, Value=value, Type="SecureString", Overwrite=True)
    provider_settings.forget()


def looked_at(stack: Stack, name: str) -> dict[str, tuple[bool | None, str]]:
    found = check(name, f"{stack.api_url}/webhooks/{name}", dt.datetime.now(dt.UTC))
    return {message.what: (message.is_good, message.text) for message in found}


@pytest.mark.parametrize("name", sorted(SENDERS))
def test_a_provider_that_works_is_said_to_work(name: str, configured: Stack) -> None:
    before = {row.key for row in Message.scan()}
    found = looked_at(configured, name)
    expected = True if name in SELF_TESTED else None
    assert found["webhook takes a genuine call"][0] is expected, found
    assert found.get("webhook refuses a forged call", (None,))[0] is expected, found
    for always in ("settings", "secret of the webhook", "clocks", "webhook refuses an unsigned call"):
        assert found[always][0] is True, found
    assert found["account for sending"][0] is (True if has_own(name, "account_request") else None), found
    new = [row for row in Message.scan() if row.key not in before]
    assert [(row.text, row.sender) for row in new] == ([("TEST", "self-test")] if name == "generic" else [])


@pytest.mark.parametrize("name", SELF_TESTED)
def test_another_secret_than_the_deployed_one_is_found(
    name: str, configured: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(_: str, *, fresh: bool) -> dict[str, Any]:
        assert fresh
        settings = provider_settings.provider_secrets(name)
        return provider_check.with_other_secrets(settings, provider(name, settings, lambda url: b"").proven_by)

    monkeypatch.setattr(provider_check, "provider_secrets", other)
    good, detail = looked_at(configured, name)["webhook takes a genuine call"]
    assert (good, detail) == (False, "answered 403")


def test_one_without_settings_is_told_what_to_do(services: Stack) -> None:
    [only] = check("generic-nowhere", f"{services.api_url}/webhooks/generic-nowhere", dt.datetime.now(dt.UTC))
    assert (only.is_good, only.what) == (False, "settings")
    assert "Parameter Store" in only.advice


def test_a_stack_that_is_not_there_is_a_failure(services: Stack) -> None:
    found = list(check("generic", f"{DEAD}/webhooks/generic", dt.datetime.now(dt.UTC)))
    assert [(problem.what, problem.is_good) for problem in found if problem.is_good is False] == [("webhook", False)]


UNCHECKABLE: dict[str, dict[str, Any]] = {
    "aws-sns": {"silent_minutes": 30},
    "generic-described": {
        "path_token": "token",
        "format": {"fields": {"id": "i", "from": "f", "to": "t", "text": "x"}, "body": "form"},
    },
    "infobip": {"type": "HMAC", "secret": "s"},
}


@pytest.mark.parametrize("name", UNCHECKABLE)
def test_who_cannot_be_tested_is_looked_at_all_the_same(
    name: str, services: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_check, "provider_secrets", lambda name, fresh: UNCHECKABLE[name])
    found = {finding.what: finding for finding in check(name, f"{DEAD}/webhooks/{name}", dt.datetime.now(dt.UTC))}
    assert found["webhook"].is_good is False
    assert found["secret of the webhook"].is_good is (name != "aws-sns")
    elsewhere = f"{services.api_url}/webhooks/generic-nowhere"
    found = {finding.what: finding for finding in check(name, elsewhere, dt.datetime.now(dt.UTC))}
    assert (found["webhook refuses an unsigned call"].is_good, found["clocks"].is_good) == (False, True)
    assert "404: no settings there" in found["webhook refuses an unsigned call"].advice
    assert found["webhook takes a genuine call"].is_good is None


@pytest.mark.parametrize(
    ("name", "settings"), [("twilio", {"shared_key_secret": "shared"}), ("vonage-sms", {"path_token": "token"})]
)
def test_whichever_secret_is_set_is_used(name: str, settings: dict[str, Any], configured: Stack) -> None:
    before = provider_settings.provider_secrets(name, fresh=True)
    public = {"public_url": f"{configured.api_url}/webhooks/{name}"} if SENDERS[name].signs_url else {}
    put_settings(configured, name, settings | public)
    start_anew(configured, "Intake")  # it may have read the former settings just now
    try:
        found = looked_at(configured, name)
    finally:
        put_settings(configured, name, before)
    assert found["webhook takes a genuine call"][0] is found["webhook refuses a forged call"][0] is True, found


def test_a_wrong_clock_is_found(services: Stack) -> None:
    wrong = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=4)
    found = {finding.what: finding for finding in check("generic", f"{services.api_url}/webhooks/generic", wrong)}
    assert found["clocks"].is_good is False
    assert found["webhook takes a genuine call"].is_good is True, "4 minutes are within what is allowed"
