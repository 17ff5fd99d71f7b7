"""Reconcile: compare a provider's list of incoming SMS with its webhook."""

import datetime as dt
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from aws_lambda_powertools import Logger

from chalicelib.observation.sms.arrival import OLDEST
from chalicelib.providers.contract import CannotSend
from chalicelib.providers.listed_sms import CannotList, ListFailed, ListPage
from chalicelib.services.clients.provider_api import configured, exchange
from chalicelib.services.clients.provider_settings import configured_providers
from chalicelib.services.intake.receive import hold, take_in
from chalicelib.services.isolation import for_each
from chalicelib.store.providers import keep_reconciled, reconciled
from chalicelib.store.tables import StoreUnavailable

SETTLING = dt.timedelta(minutes=2)
"""What came in later than that may still be on its way to the webhook."""
OVERLAP = dt.timedelta(minutes=10)
FIRST_TIME = dt.timedelta(days=1)
WINDOW = dt.timedelta(hours=2)
"""What is listed at once."""
SHORTEST_WINDOW = dt.timedelta(minutes=2)
RUN_SECONDS = 240.0
"""How long the schedule's run begins new pages, of all providers together; its function has 300 seconds."""
_STORE_ATTEMPTS = 4
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)

logger = Logger()


@dataclass(frozen=True, slots=True)
class ReconcileResult:
    """How many SMS were listed, and how many were new.

    `unreadable`: how many entries could not be read, and are held now for a person.
    """

    listed: int = 0
    taken_in: int = 0
    unreadable: int = 0

    @property
    def known(self) -> int:
        """Those that had come already."""
        return self.listed - self.taken_in

    def plus(self, other: "ReconcileResult") -> "ReconcileResult":
        """Both together."""
        return ReconcileResult(
            self.listed + other.listed, self.taken_in + other.taken_in, self.unreadable + other.unreadable
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """What is listed next.

    It is a `page` of the SMS between two moments, the first one if None. `resume`: where a list without times goes on
    once it has no more pages.
    """

    begin: dt.datetime
    until: dt.datetime
    page: str | None = None
    resume: str | None = None

    @classmethod
    def first(cls, done: dict[str, Any], now: dt.datetime, since: dt.datetime | None) -> Self:
        """Return where a run begins.

        It is `since`, where the last run was, or a day ago.
        """
        if since is None and "window" in done:
            begin, until = map(dt.datetime.fromisoformat, done["window"])
            return cls(begin, until, done.get("page"), done.get("resume"))
        before = dt.datetime.fromisoformat(done["until"]) - OVERLAP if "until" in done else now - FIRST_TIME
        begin = since or before
        return cls(begin, min(begin + WINDOW, now - SETTLING), resume=None if since else done.get("resume"))

    def after(self, listed: ListPage, now: dt.datetime) -> Self:
        """Return the next page, or the window after the last."""
        resume = listed.resume or self.resume
        if listed.next_page is not None:
            return replace(self, page=listed.next_page, resume=resume)
        return replace(self, begin=self.until, until=min(self.until + WINDOW, now - SETTLING), page=None, resume=resume)

    def shorter(self) -> Self:
        """Return half of the window, from its first page.

        It is for a list that refuses to be read on.
        """
        half = max((self.until - self.begin) / 2, SHORTEST_WINDOW)
        return replace(self, until=min(self.until, self.begin + half), page=None)


@dataclass(slots=True)
class _Progress:
    """How far a provider's list was compared.

    As it is kept for every run at a version. `done`: `until`, before which all was compared; `window` and `page`, where
    a run stopped within what comes next; `resume`; `not_before`, when the provider may be asked again. What another run
    has kept meanwhile stays.
    """

    name: str
    version: int
    done: dict[str, Any]
    is_joined: bool = True
    """Whether this run began at or before `until`, so that it leaves nothing out."""

    def keep(self, place: _Place, now: dt.datetime) -> None:
        """Keep where the run is, unless all of it was compared before."""
        if self._is_new(place):
            until = max(place.begin, self._until).isoformat()
            within = {**_window(place), "page": place.page} if place.page else {}
            self._put({"until": until, "resume": place.resume, **within}, now)

    def record_failure(self, place: _Place, failed: ListFailed, now: dt.datetime) -> None:
        """Keep until when the provider wants to be left alone.

        It is asked for less if it refuses to be read on.
        """
        kept = dict(self.done)
        if failed.is_refused and place.page is not None and self._is_new(place):
            kept |= {**_window(place.shorter()), "page": None}
        if failed.retry_after:
            kept["not_before"] = (now + dt.timedelta(seconds=failed.retry_after)).isoformat()
        if kept != self.done:
            self._put(kept, now)

    def _is_new(self, place: _Place) -> bool:
        return self.is_joined and place.until > self._until

    @property
    def _until(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.done["until"]) if "until" in self.done else _NEVER

    def _put(self, done: dict[str, Any], now: dt.datetime) -> None:
        if keep_reconciled(self.name, self.version, done, now):
            self.version, self.done = self.version + 1, done


def reconcile(
    name: str, now: dt.datetime, since: dt.datetime | None = None, *, seconds: float = math.inf
) -> ReconcileResult:
    """Take in what a provider lists and its webhook never brought.

    It goes on from where the last run ended, or from `since`. Each page is stored before the next is asked for, and
    then the place is kept: whenever a run ends, at its time (no page is begun after `seconds`) or by a fault, the next
    one goes on from there. Raises CannotList, CannotSend, ListFailed, NotReached and AnswerLost of the provider's API,
    StoreUnavailable, and what `configured` raises.
    """
    end = time.monotonic() + seconds
    provider = configured(name)
    version, done = reconciled(name)
    _leave_alone(done, now)
    place = _Place.first(done, now, since)
    is_joined = "until" not in done or place.begin <= dt.datetime.fromisoformat(done["until"])
    progress = _Progress(name, version, done, is_joined)
    oldest = min(place.begin, now - OLDEST)
    total = ReconcileResult()
    while place.begin < now - SETTLING:
        try:
            request = provider.list_request(place.begin, place.until, place.page or place.resume)
            listed = provider.read_list(*exchange(request))
        except ListFailed as failed:
            progress.record_failure(place, failed, now)
            raise
        total = total.plus(_stored(name, listed, oldest, now))
        place = place.after(listed, now)
        progress.keep(place, now)
        if time.monotonic() >= end:
            break
    return total


def reconcile_all(now: dt.datetime) -> ReconcileResult:
    """Reconcile every provider that has settings and a list.

    Each for its share of the time; returns what they brought together. One provider's failure is logged and holds up no
    other. Raises SecretsUnavailable.
    """
    names = configured_providers()
    done = for_each(
        "provider to reconcile", names, lambda name: _reconciled_in_turn(name, now, RUN_SECONDS / len(names))
    )
    total = ReconcileResult()
    for result in done.results:
        total = total.plus(result)
    return total


def _reconciled_in_turn(name: str, now: dt.datetime, seconds: float) -> ReconcileResult:
    try:
        provider = configured(name)
        if not provider.is_listed_unasked and provider.secrets.get("reconcile") is not True:
            return ReconcileResult()
        result = reconcile(name, now, seconds=seconds)
    except (CannotList, CannotSend):
        return ReconcileResult()
    counts = {"listed": result.listed, "taken_in": result.taken_in, "unreadable": result.unreadable}
    logger.info("reconciled", extra={"provider": name, **counts})
    return result


def _window(place: _Place) -> dict[str, Any]:
    return {"window": [place.begin.isoformat(), place.until.isoformat()]}


def _leave_alone(done: dict[str, str], now: dt.datetime) -> None:
    if "not_before" in done and now < dt.datetime.fromisoformat(done["not_before"]):
        wait = int((dt.datetime.fromisoformat(done["not_before"]) - now).total_seconds()) + 1
        raise ListFailed(f"the provider asked not to be called again for {wait} s", wait)


def _stored(name: str, listed: ListPage, oldest: dt.datetime, now: dt.datetime) -> ReconcileResult:
    """Store a page.

    A list without a window begins with what came in long ago, perhaps for another election.
    """
    recent = [entry for entry in listed.messages if entry.sms.sent_at is None or entry.sms.sent_at >= oldest]
    taken_in = sum(_store_with_retry(lambda entry=entry: take_in(name, entry.sms, entry.raw, now)) for entry in recent)  # type: ignore[misc]
    held = sum(_store_with_retry(lambda entry=entry: hold(name, entry, now)) for entry in listed.unreadable)  # type: ignore[misc]
    return ReconcileResult(len(recent), taken_in, held)


def _store_with_retry(store: Callable[[], bool]) -> bool:
    """Store what some providers list only once."""
    for attempt in range(1, _STORE_ATTEMPTS):
        try:
            return store()
        except StoreUnavailable:
            time.sleep(0.2 * 2**attempt)
    return store()
