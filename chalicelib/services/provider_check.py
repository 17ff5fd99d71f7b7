"""Check a provider from end to end: its settings, the deployed webhook, both clocks, the account for sending."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from chalicelib.providers.contract import (
    CannotCheck,
    CannotSend,
    OutboundRequest,
    Provider,
    WebhookRefused,
    WebhookRequest,
)
from chalicelib.providers.self_test import with_other_secrets
from chalicelib.providers.table import provider
from chalicelib.services.fetching import fetch
from chalicelib.services.provider_api import AnswerLost, NotReached, exchange
from chalicelib.services.secrets import NotConfigured, SecretsUnavailable, provider_secrets

SKEW_AT_MOST = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and what was found; `is_good` None where it could not be looked at. `advice`: what to do."""

    what: str
    is_good: bool | None
    said: str
    advice: str = ""


def check(name: str, url: str, now: dt.datetime) -> Iterator[Finding]:
    """Everything that can be known of a provider from here; `url` is the webhook's address."""
    try:
        settings = provider_secrets(name, fresh=True)
        chosen = provider(name, settings, fetch)
    except (NotConfigured, SecretsUnavailable, WebhookRefused) as fault:
        yield Finding(
            "settings", False, str(fault), "put the provider's settings into Parameter Store: docs/providers.md"
        )
        return
    yield Finding("settings", True, f"there: {', '.join(sorted(settings))}")
    yield from _webhook(chosen, provider(name, with_other_secrets(settings), fetch), url, now)
    yield _account(chosen)


def _webhook(chosen: Provider, forger: Provider, url: str, now: dt.datetime) -> Iterator[Finding]:
    try:
        genuine, forged = chosen.self_test(url, now), forger.self_test(url, now)
    except (CannotCheck, WebhookRefused) as reason:
        is_good = None if isinstance(reason, CannotCheck) else False
        advice = "send an SMS to the number and look for it" if is_good is None else "complete the settings"
        yield Finding("webhook takes a genuine call", is_good, str(reason), advice)
        return
    try:
        status, headers, body = _call(genuine)
        taken = status == chosen.accepted.status and body.decode(errors="replace") == chosen.accepted.body
        advice = "403: secret or public_url differ; 404: no settings there; 503: see the logs of Intake"
        yield Finding("webhook takes a genuine call", taken, f"answered {status}", "" if taken else advice)
        yield _clocks(headers, now)
        for what, request in (("a forged", forged), ("an unsigned", _unsigned(url, now))):
            status, _, _ = _call(request)
            refused = not 200 <= status < 300
            advice = "" if refused else "anybody can send reports: is this Baykoo's address?"
            yield Finding(f"webhook refuses {what} call", refused, f"answered {status}", advice)
    except (NotReached, AnswerLost) as fault:
        yield Finding("webhook", False, str(fault), "check the address, --url, and that the stack is up")


def _clocks(headers: dict[str, str], now: dt.datetime) -> Finding:
    """How far this machine's clock is from the API's, whose answers tell theirs in whole seconds."""
    try:
        theirs = parsedate_to_datetime({name.lower(): value for name, value in headers.items()}["date"])
    except (KeyError, ValueError):
        return Finding("clocks", None, "the API's answer tells no time")
    skew = theirs - now
    is_good = abs(skew) <= SKEW_AT_MOST
    advice = "" if is_good else "set this machine's clock; a provider's that is as wrong is refused as stale"
    return Finding("clocks", is_good, f"the API's is {skew.total_seconds():+.0f} s from this machine's", advice)


def _account(chosen: Provider) -> Finding:
    what = "account for sending"
    try:
        status, _, _ = exchange(chosen.account_request())
    except CannotSend as reason:
        return Finding(what, None, str(reason), "complete the settings if you send by this provider")
    except (NotReached, AnswerLost) as fault:
        return Finding(what, False, str(fault), "is the provider's API up, and base_url right?")
    is_good = 200 <= status < 300
    advice = "" if is_good else "401 or 403: the credentials for sending are wrong; else ask the provider"
    return Finding(what, is_good, f"answered {status}", advice)


def _unsigned(url: str, now: dt.datetime) -> WebhookRequest:
    return WebhookRequest("POST", url, {"Content-Type": "application/json"}, b"{}", now)


def _call(request: WebhookRequest) -> tuple[int, dict[str, str], bytes]:
    return exchange(OutboundRequest(request.method, request.url, request.headers, request.body))
