"""Check a provider: settings, deployed webhook, clocks, and the sending account."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from chalicelib.providers.contract import CannotCheck, CannotSend, OutboundRequest, Provider, WebhookRequest
from chalicelib.providers.refusals import WebhookRefused
from chalicelib.providers.self_test import with_other_secrets
from chalicelib.providers.send_api import answer_json, value_in
from chalicelib.providers.signatures import secret_values
from chalicelib.providers.table import provider
from chalicelib.services.clients.http import fetch
from chalicelib.services.clients.provider_api import AnswerLost, NotReached, exchange
from chalicelib.services.clients.provider_settings import NotConfigured, SecretsUnavailable, provider_secrets
from chalicelib.services.intake.silence import last_measured
from chalicelib.store.tables import StoreUnavailable

_REFUSALS = frozenset({400, 401, 403})
SKEW_AT_MOST = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and what was seen.

    `is_good` None where it could not be looked at. `advice`: what to do.
    """

    what: str
    is_good: bool | None
    text: str
    advice: str = ""


def check(name: str, url: str, now: dt.datetime) -> Iterator[Finding]:
    """Check everything that can be known of a provider from here.

    `url` is the webhook's address.
    """
    try:
        settings = provider_secrets(name, fresh=True)
        chosen = provider(name, settings, fetch)
    except (NotConfigured, SecretsUnavailable, WebhookRefused) as fault:
        yield Finding(
            "settings", False, str(fault), "put the provider's settings into Parameter Store: docs/providers/"
        )
        return
    yield Finding("settings", True, f"there: {', '.join(sorted(settings))}")
    yield _proof(chosen)
    yield _own_clock(name)
    try:
        status, headers, body = _call(_unsigned(url, now))
        yield _clocks(headers, now)
        yield _refusal("an unsigned", status, body)
        yield from _self_tests(chosen, provider(name, with_other_secrets(settings, chosen.proven_by), fetch), url, now)
    except (NotReached, AnswerLost) as fault:
        yield Finding("webhook", False, str(fault), "check the address, --url, and that the stack is up")
    yield _account(chosen)


def _proof(chosen: Provider) -> Finding:
    """Check that a secret is set that proves the provider's calls."""
    what, names = "secret of the webhook", " or ".join(chosen.proven_by)
    try:
        secret_values(chosen.secrets, *chosen.proven_by)
    except WebhookRefused:
        return Finding(what, False, f"there is no {names}: nothing can be verified", "complete the settings")
    return Finding(what, True, f"there is {names}")


def _self_tests(chosen: Provider, forger: Provider, url: str, now: dt.datetime) -> Iterator[Finding]:
    """Call as the provider does, and under other secrets.

    Raises NotReached, AnswerLost.
    """
    what = "webhook takes a genuine call"
    try:
        genuine, forged = chosen.self_test(url, now), forger.self_test(url, now)
    except CannotCheck as reason:
        yield Finding(what, None, str(reason), "send an SMS to the number and look for it")
        return
    except WebhookRefused as reason:
        yield Finding(what, False, str(reason), "complete the settings")
        return
    status, _, body = _call(genuine)
    is_accepted = status == chosen.accepted.status and body.decode(errors="replace") == chosen.accepted.body
    advice = "403: secret or public_url differ; 404: no settings there; 503: see the logs of Intake"
    yield Finding(what, is_accepted, f"answered {status}", "" if is_accepted else advice)
    status, _, body = _call(forged)
    yield _refusal("a forged", status, body)


def _refusal(what: str, status: int, body: bytes) -> Finding:
    """Check that a call was refused by Baykoo.

    A 404 or a fault tells nothing of its webhook.
    """
    is_good = status in _REFUSALS or value_in(answer_json(body), "code") == "unsigned"
    advice = "404: no settings there, or not Baykoo's address; 503: see the logs of Intake"
    if 200 <= status < 300:
        advice = "anybody can send reports: is this Baykoo's address?"
    return Finding(f"webhook refuses {what} call", is_good, f"answered {status}", "" if is_good else advice)


def _clocks(headers: dict[str, str], now: dt.datetime) -> Finding:
    """Compare this machine's clock with the API's.

    Its answers tell their time in whole seconds.
    """
    try:
        theirs = parsedate_to_datetime({name.lower(): value for name, value in headers.items()}["date"])
    except (KeyError, ValueError):
        return Finding("clocks", None, "the API's answer tells no time")
    skew = theirs - now
    is_good = abs(skew) <= SKEW_AT_MOST
    advice = "" if is_good else "set this machine's clock; a provider's that is as wrong is refused as stale"
    return Finding("clocks", is_good, f"the API's is {skew.total_seconds():+.0f} s from this machine's", advice)


def _own_clock(name: str) -> Finding:
    """Report how far the provider's times last lay from arrivals."""
    what = "clock of the provider"
    try:
        measured = last_measured(name) or {}
    except StoreUnavailable as fault:
        return Finding(what, None, str(fault))
    lag = measured.get("lag_seconds")
    if lag is None:
        return Finding(what, None, "not measured: it tells no time, or too few SMS came")
    lag_text = f"its time is {int(lag):+d} s behind the arrival (median)"
    if measured.get("arrival_counts"):
        return Finding(what, True, f"{lag_text}; the arrival counts")
    is_good = not measured.get("lagging")
    advice = (
        "" if is_good else 'have its clock or zone set right; until then put "arrival_counts": true into the settings'
    )
    return Finding(what, is_good, lag_text, advice)


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
