"""When each provider was last heard, and which are silent.

In an election's hours; and whose clock is off.
"""

import datetime as dt
import time
from typing import Any

from aws_lambda_powertools import Logger

from chalicelib.observation.elections.schedule import hours_of
from chalicelib.observation.sms.states import Flag
from chalicelib.providers.contract import Secrets
from chalicelib.providers.self_test import NOBODY
from chalicelib.services.clients.provider_settings import SecretsUnavailable, configured_providers, provider_secrets
from chalicelib.services.intake.provider_clock import FEWEST_SAMPLES, described_clock, kept_samples, note_lag
from chalicelib.services.isolation import for_each
from chalicelib.store import elections, providers
from chalicelib.store.elections import is_under_way
from chalicelib.store.messages import Message
from chalicelib.store.tables import StoreUnavailable

SILENT_MINUTES = 30
NOTED_EACH_SECONDS = 20.0
"""How often one worker notes that it hears a provider: a burst must not become a burst of writes to one row."""

logger = Logger()
_noted: dict[str, float] = {}


def record_arrival(message: Message) -> None:
    """Note that a provider's webhook brought an SMS.

    Never raises: the SMS itself matters more.
    """
    name = message.provider
    if not name or message.flag == Flag.RECONCILED or message.sender == NOBODY:
        return
    lags = note_lag(message)
    noted = _noted.get(name)
    if noted is not None and time.monotonic() - noted < NOTED_EACH_SECONDS:
        return
    _noted[name] = time.monotonic()
    try:
        providers.record_arrival(name, message.stored_at, lags)
    except StoreUnavailable:
        _noted.pop(name, None)  # the next SMS notes it
        logger.warning("not noted as heard", extra={"provider": name})


def measure_providers(now: dt.datetime) -> dict[str, int]:
    """Measure every watched provider; return counts by metric.

    How many are silent and lagging. Kept for the API. Raises SecretsUnavailable, StoreUnavailable.
    """
    began = hours_began(now)
    kept = providers.silence()
    before = {provider["name"]: provider for provider in kept[1].get("providers", [])} if kept else {}
    described = for_each(
        "provider to measure", configured_providers(), lambda name: _measured(name, before.get(name), began, now)
    ).results
    providers.keep_silence({"providers": list(described)}, now)
    silent, lagging = (sum(provider[state] for provider in described) for state in ("silent", "lagging"))
    return {"ProvidersSilent": silent, "ProvidersLagging": lagging}


def describe(now: dt.datetime) -> dict[str, Any]:
    """Return what was last measured, for operators; raises StoreUnavailable."""
    kept = providers.silence()
    if kept is None:
        return {"measured_at": None, "providers": []}
    at, document = kept
    shown = [
        {key: value for key, value in provider.items() if key != "lags"} for provider in document.get("providers", [])
    ]
    return {"measured_at": at.isoformat(), "now": now.isoformat(), "providers": shown}


def last_measured(name: str) -> dict[str, Any] | None:
    """Return what was last measured of one provider, or None.

    Raises StoreUnavailable.
    """
    kept = providers.silence()
    described = kept[1].get("providers", []) if kept else []
    return next((dict(provider) for provider in described if provider["name"] == name), None)


def hours_began(now: dt.datetime) -> dt.datetime | None:
    """Since when some election is under way, None where none is.

    A rehearsal whose clock runs faster does not count: it uses one provider, and the others have no reason to speak.
    """
    done = for_each("election whose hours are asked", elections.list_elections(), lambda name: _began(name, now))
    return min((begin for begin in done.results if begin is not None), default=None)


def _began(election_id: str, now: dt.datetime) -> dt.datetime | None:
    loaded = elections.current(election_id)
    if loaded is None or loaded.clock.factor != 1 or not is_under_way(loaded, now):
        return None
    hours = hours_of(loaded.election)
    return max(loaded.clock.real(hours[0]), loaded.clock.origin) if hours is not None else None


def _measured(name: str, before: dict[str, Any] | None, began: dt.datetime | None, now: dt.datetime) -> dict[str, Any]:
    last_heard, lags = providers.heard_with_lags(name) or (None, [])
    settings = _settings(name)
    minutes = _silent_minutes(settings)
    is_new = last_heard is not None and last_heard.isoformat() != (before or {}).get("last_heard")
    samples = lags if len(lags) >= FEWEST_SAMPLES else kept_samples(before, lags, is_new=is_new)
    since = None if began is None else max(began, last_heard) if last_heard is not None else began
    silent = minutes > 0 and since is not None and now - since >= dt.timedelta(minutes=minutes)
    return {
        "name": name,
        "silent_minutes": minutes,
        "last_heard": last_heard.isoformat() if last_heard else None,
        "silent": silent,
        "silent_since": since.isoformat() if silent and since else None,
        "minutes": int((now - since).total_seconds() // 60) if since else None,
        **described_clock(samples, settings),
    }


def _settings(name: str) -> Secrets:
    """Return a provider's settings.

    It is None where they cannot be read, so that it is watched as usual.
    """
    try:
        return provider_secrets(name)
    except (SecretsUnavailable, LookupError):
        return {}


def _silent_minutes(settings: Secrets) -> int:
    """Return the setting `silent_minutes`; 0 is not watched."""
    chosen = settings.get("silent_minutes", SILENT_MINUTES)
    return chosen if isinstance(chosen, int) and not isinstance(chosen, bool) and chosen >= 0 else SILENT_MINUTES
