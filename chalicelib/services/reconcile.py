"""Reconcile: a provider's own list of the SMS that came in, compared with what its webhook brought us."""

import datetime as dt
import time
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from chalicelib.providers.contract import CannotList, CannotSend, Listed, ListedSms, ListFailed, Provider
from chalicelib.services.provider_api import configured, exchange
from chalicelib.services.receive import OLDEST, take_in
from chalicelib.services.secrets import configured_providers
from chalicelib.store.providers import keep_reconciled, reconciled
from chalicelib.store.tables import StoreUnavailable

SETTLING = dt.timedelta(minutes=2)
"""What came in later than that may still be on its way to the webhook."""
OVERLAP = dt.timedelta(minutes=10)
FIRST_TIME = dt.timedelta(days=1)
WINDOW = dt.timedelta(hours=2)
"""What is listed at once, so that after a long outage each run gets further."""
PAGES_AT_MOST = 200
_STORE_ATTEMPTS = 4

logger = Logger()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many SMS the provider listed, and how many of them had never reached us; how many could not be read."""

    listed: int = 0
    taken_in: int = 0
    unreadable: int = 0

    @property
    def known(self) -> int:
        """Those that had come already."""
        return self.listed - self.taken_in

    def plus(self, other: "Reconciled") -> "Reconciled":
        """Both together."""
        return Reconciled(
            self.listed + other.listed, self.taken_in + other.taken_in, self.unreadable + other.unreadable
        )


def reconcile(name: str, now: dt.datetime, since: dt.datetime | None = None) -> Reconciled:
    """Take in what a provider lists and its webhook never brought, from where the last run ended, or from `since`.

    A run that fails has stored what it read, and the next one lists the same again. Raises CannotList, CannotSend,
    ListFailed, NotReached and AnswerLost of the provider's API, StoreUnavailable, and what `configured` raises.
    """
    provider = configured(name)
    version, done = reconciled(name)
    _leave_alone(done, now)
    begin = since or (dt.datetime.fromisoformat(done["until"]) - OVERLAP if "until" in done else now - FIRST_TIME)
    resume = None if since else done.get("resume")
    oldest = min(begin, now - OLDEST)
    total = Reconciled()
    while begin < now - SETTLING:
        until = min(begin + WINDOW, now - SETTLING)
        try:
            found, resume = _window(name, provider, (begin, until), resume, oldest, now)
        except ListFailed as failed:
            if failed.retry_after:
                not_before = (now + dt.timedelta(seconds=failed.retry_after)).isoformat()
                keep_reconciled(name, version, {**done, "not_before": not_before}, now)
            raise
        total, begin = total.plus(found), until
        if "until" not in done or until > dt.datetime.fromisoformat(done["until"]):
            done = {"until": until.isoformat(), "resume": resume}
            version += keep_reconciled(name, version, done, now)
    return total


def reconcile_all(now: dt.datetime) -> int:
    """Reconcile every provider that has settings and a list; how many SMS were taken in.

    One provider's failure is logged and holds up no other. Raises SecretsUnavailable.
    """
    taken_in = 0
    for name in configured_providers():
        try:
            provider = configured(name)
            if not provider.is_listed_unasked and provider.secrets.get("reconcile") is not True:
                continue
            found = reconcile(name, now)
        except (CannotList, CannotSend):
            continue
        except Exception:
            logger.exception("not reconciled", extra={"provider": name})
            continue
        taken_in += found.taken_in
        counts = {"listed": found.listed, "taken_in": found.taken_in, "unreadable": found.unreadable}
        logger.info("reconciled", extra={"provider": name, **counts})
    return taken_in


def _leave_alone(done: dict[str, str], now: dt.datetime) -> None:
    if "not_before" in done and now < dt.datetime.fromisoformat(done["not_before"]):
        wait = int((dt.datetime.fromisoformat(done["not_before"]) - now).total_seconds()) + 1
        raise ListFailed(f"the provider asked not to be called again for {wait} s", wait)


def _window(
    name: str,
    provider: Provider,
    window: tuple[dt.datetime, dt.datetime],
    resume: str | None,
    oldest: dt.datetime,
    now: dt.datetime,
) -> tuple[Reconciled, str | None]:
    """All pages of a window, each stored before the next is asked for; and where a list without times goes on."""
    total, page = Reconciled(), resume
    for _ in range(PAGES_AT_MOST):
        listed = provider.read_list(*exchange(provider.list_request(*window, page)))
        total = total.plus(_stored(name, listed, oldest, now))
        resume, page = listed.resume or resume, listed.next_page
        if page is None:
            return total, resume
    raise ListFailed(f"more than {PAGES_AT_MOST} pages between {window[0]} and {window[1]}")


def _stored(name: str, listed: Listed, oldest: dt.datetime, now: dt.datetime) -> Reconciled:
    """Store a page. A list without a window begins with what came in long ago, perhaps for another election."""
    recent = [one for one in listed.messages if one.sms.sent_at is None or one.sms.sent_at >= oldest]
    taken_in = sum(_take_in(name, one, now) for one in recent)
    return Reconciled(len(recent), taken_in, listed.unreadable)


def _take_in(name: str, listed: ListedSms, now: dt.datetime) -> bool:
    """Store a listed SMS, stubbornly: some providers list it only once."""
    for attempt in range(1, _STORE_ATTEMPTS):
        try:
            return take_in(name, listed.sms, listed.raw, now)
        except StoreUnavailable:
            time.sleep(0.2 * 2**attempt)
    return take_in(name, listed.sms, listed.raw, now)
