"""Who may be asked to carry an SMS now.

As all workers know it: a circuit breaker, Retry-After and a rate limit. While all is well this costs one read per
carrier, worker and moment, and no write. Where the table cannot be reached, the carrier is asked: what protects it must
not keep a message from being sent.
"""

import datetime as dt
import math
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools import Logger

from chalicelib.services.delivery.faults import CircuitOpen, NotAsked, RateUsedUp
from chalicelib.store import carriers
from chalicelib.store.carriers import CarrierHealth
from chalicelib.store.tables import StoreUnavailable
from chalicelib.store.ttl_cache import TtlCache

MOST_FAILURES = 5
"""After so many in a row, whoever counted them, a carrier rests."""
FIRST_REST_SECONDS = 30.0
LONGEST_REST_SECONDS = 300.0
PROBE_SECONDS = 15.0
"""How long one worker has to try a carrier whose rest is over: longer than any time-out."""
KNOWN_FOR_SECONDS = 1.5
PATIENCE_SECONDS = 5.0
"""How long a message waits for a place within the rate."""

logger = Logger()
_known: TtlCache[str, CarrierHealth] = TtlCache(KNOWN_FOR_SECONDS)


def require_closed_circuit(name: str, now: dt.datetime) -> None:
    """Require that a carrier may be asked now.

    Raises NotAsked while it has asked to be left alone, CircuitOpen while its circuit is open. Half-open, one worker
    may try it; the others wait for what comes of that.
    """
    stands, moment = _standing(name), now.timestamp()
    if stands.wait_until > moment:
        raise NotAsked(f"{name}: asked to be left alone", math.ceil(stands.wait_until - moment))
    if not stands.rest_until:
        return
    if stands.rest_until > moment:
        raise CircuitOpen(f"{name}: failed too often, rests", math.ceil(stands.rest_until - moment))
    with _unless_unreachable():
        if not carriers.take_probe(name, stands.rest_until, moment + PROBE_SECONDS):
            _known.forget(name)
            raise CircuitOpen(f"{name}: another worker is trying it", math.ceil(PROBE_SECONDS))


def record_success(name: str) -> None:
    """Close the circuit after a success, if it was open."""
    stands = _standing(name)
    if stands.failures or stands.trips:
        with _unless_unreachable():
            carriers.close_circuit(name, stands.trips)
        _known.forget(name)


def record_failure(name: str, now: dt.datetime, wait: int) -> None:
    """Count a failure, or back off for `wait` seconds, for all workers."""
    seen = _standing(name).trips
    with _unless_unreachable():
        if wait:
            carriers.back_off_until(name, now.timestamp() + wait)
        if carriers.count_failure(name).failures >= MOST_FAILURES:
            rest = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2.0**seen)
            carriers.open_circuit(name, now.timestamp() + rest, seen)
    _known.forget(name)


def acquire_slot(name: str, per_second: float, *, urgent: bool) -> None:
    """Wait for a slot within a carrier's rate.

    As all workers share it. Raises RateUsedUp where none comes free soon. What is urgent waits for nothing, and takes a
    slot all the same where there is one.
    """
    seconds, most = (1, int(per_second)) if per_second >= 1 else (math.ceil(1 / per_second), 1)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _took_place(name, int(time.time()) // seconds * seconds, most) and not urgent:
        next_second = seconds - time.time() % seconds
        pause = next_second + random.uniform(0, 0.2)  # noqa: S311
        if time.monotonic() + pause > deadline:
            raise RateUsedUp(f"{name}: its rate of {per_second:g} a second is used up", seconds)
        time.sleep(pause)


@contextmanager
def _unless_unreachable() -> Iterator[None]:
    try:
        yield
    except StoreUnavailable:
        logger.warning("what is known of carriers cannot be reached", exc_info=True)


def _took_place(name: str, second: int, most: int) -> bool:
    with _unless_unreachable():
        return carriers.acquire_slot(name, second, most)
    return True


def _standing(name: str) -> CarrierHealth:
    """How a carrier stands, not older than a moment."""
    return _known.get(name, lambda: _read_standing(name))


def _read_standing(name: str) -> CarrierHealth:
    with _unless_unreachable():
        return carriers.standing(name)
    return _known.last(name) or CarrierHealth()
