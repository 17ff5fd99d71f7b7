"""The work of a stack, by its tables and settings.

Messages, sweep, providers, elections, clocks.
"""

import datetime as dt
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import urllib3

from chalicelib.services.clients.provider_settings import (
    NotConfigured,
    SecretsUnavailable,
    configured_providers,
    provider_secrets,
)
from chalicelib.services.doctor.finding import Finding
from chalicelib.store import elections, providers, routes
from chalicelib.store.message_queries import unfinished
from chalicelib.store.queues import QUEUES

STUCK_AFTER = dt.timedelta(minutes=5)
SWEPT_WITHIN = dt.timedelta(minutes=3)
SKEW_AT_MOST = dt.timedelta(seconds=30)
COUNTED = 100


def messages(now: dt.datetime) -> Iterator[Finding]:
    """Whether anything waits that should be done."""
    for queue in QUEUES:
        waiting = len(list(unfinished(queue, now - STUCK_AFTER, COUNTED))[:COUNTED])
        if waiting:
            many = f"{waiting} or more" if waiting == COUNTED else str(waiting)
            text = f"{many} overdue for more than 5 minutes"
            yield Finding(f"queue {queue}", "problem", text, "docs/runbook.md#messagesstuck")
        else:
            yield Finding(f"queue {queue}", "good", "nothing is overdue")
    held = len(list(unfinished("held", None, COUNTED)))
    if held:
        text = f"{held} wait for a person"
        yield Finding("held messages", "warning", text, "./baykoo messages held")


def sweeping(now: dt.datetime) -> Iterator[Finding]:
    """Check that sweep ran within the last minutes.

    It leaves its mark in each run.
    """
    kept = providers.silence()
    if kept is not None and now - kept[0] <= SWEPT_WITHIN:
        yield Finding("sweep", "good", f"it ran {(now - kept[0]).total_seconds():.0f} s ago")
        return
    text = f"it has not run since {kept[0]:%Y-%m-%d %H:%M} UTC" if kept else "it has never run"
    yield Finding("sweep", "problem", text, "read the logs of Sweep; docs/runbook.md#messagesstuck")


def settings(carriers: str) -> Iterator[Finding]:
    """Check that every provider's settings can be read.

    Those that carry SMS must be there.
    """
    names = configured_providers()
    if not names:
        advice = "put the settings of your SMS provider into Parameter Store: docs/providers/README.md"
        yield Finding("providers", "problem", "none has settings: every webhook is refused", advice)
    listed = [name for name in carriers.split(",") if name and name != "sns"]
    for name in sorted({*names, *listed}):
        try:
            provider_secrets(name)
            yield Finding(f"provider {name}", "good", "its settings can be read")
        except NotConfigured:
            text = "it carries SMS (SmsProviders) and has no settings"
            yield Finding(f"provider {name}", "problem", text, f"docs/providers/{name}.md")
        except SecretsUnavailable as fault:
            advice = f"put them right, then: ./baykoo provider check {name}"
            yield Finding(f"provider {name}", "problem", f"its settings cannot be read: {fault}", advice)


def routing() -> Iterator[Finding]:
    """Whether every election has a number, and every number an election."""
    elections_stored = elections.list_elections()
    if not elections_stored:
        yield Finding("elections", "warning", "none is loaded", "./baykoo election load FILE --number NUMBER")
    for election_id in elections_stored:
        numbers = routes.numbers_of(election_id)
        if numbers:
            yield Finding(f"election {election_id}", "good", f"by SMS to {', '.join(numbers)}")
        else:
            advice = f"./baykoo election route NUMBER {election_id}"
            yield Finding(f"election {election_id}", "warning", "no number leads to it", advice)
        yield from _countries(election_id)
    for number, election_id in routes.list_routes():
        if election_id not in elections_stored:
            advice = f"./baykoo election route {number} ID"
            yield Finding(f"number {number}", "problem", f"it leads to {election_id}, which is not loaded", advice)


def _countries(election_id: str) -> Iterator[Finding]:
    """Whether an election's numbers know its country.

    Those that an earlier version stored do not.
    """
    loaded = elections.current(election_id)
    if loaded is None or loaded.election.default_region is None:
        return
    unknowing = routes.numbers_without_region(election_id)
    if unknowing:
        detail = (
            f"{', '.join(unknowing)} was routed by an earlier version: what is sent to it, written nationally, waits"
        )
        advice = f"load its file again: ./baykoo election load FILE --id {election_id}"
        yield Finding(f"country of {election_id}", "warning", detail, advice)


def clocks(api_url: str, now: dt.datetime) -> Iterator[Finding]:
    """Check that the API answers, and compare clocks.

    This machine's with its own.
    """
    try:
        answer = urllib3.PoolManager().request("GET", f"{api_url}/health", timeout=10, retries=False)
    except urllib3.exceptions.HTTPError as fault:
        yield Finding("API", "problem", f"{api_url} cannot be reached: {fault}", "see the domain and the stack")
        return
    if answer.status != 200:
        advice = "docs/runbook.md#apifailures"
        yield Finding("API", "problem", f"{api_url}/health answers {answer.status}", advice)
    else:
        yield Finding("API", "good", f"{api_url} answers")
    theirs = answer.headers.get("date")
    if theirs is None:
        return
    skew = parsedate_to_datetime(theirs) - now
    text = f"this machine's is {-skew.total_seconds():+.0f} s from AWS's"
    if abs(skew) > SKEW_AT_MOST:
        yield Finding("clock", "warning", text, "set this machine's clock: what it signs is refused as stale")
    else:
        yield Finding("clock", "good", text)
