"""Limit replies to one phone of the election: so many an hour.

An ordinary report is answered without being counted, which would cost every report a row: its own row tells how many
messages its observer has sent for it within the hour, and beyond FREE_PER_REPORT of them it is counted as the rest.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.store.budgets import spending, spent
from chalicelib.store.reports import StoredReport
from chalicelib.store.writes import Write

REPLIES_PER_PHONE_AND_HOUR = 40
FREE_PER_REPORT = 5
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ReplyBudget:
    """Whether a phone is answered once more, with what counts that.

    `is_first_beyond`: it is not, for the first time in its hour.
    """

    is_answered: bool
    is_first_beyond: bool = False
    writes: tuple[Write, ...] = ()


FREE = ReplyBudget(is_answered=True)


def phone_budget(election_id: str, phone: str, at: dt.datetime) -> ReplyBudget:
    """Return a phone's budget in an election's hour; raises StoreUnavailable."""
    subject = f"replies#{phone}"
    before = spent(election_id, subject, at)
    if before.get("replies", 0) < REPLIES_PER_PHONE_AND_HOUR:
        most = {"replies": REPLIES_PER_PHONE_AND_HOUR}
        return ReplyBudget(is_answered=True, writes=(spending(election_id, subject, at, {"replies": 1}, most),))
    if before.get("beyond", 0):
        return ReplyBudget(is_answered=False)
    counted = spending(election_id, subject, at, {"beyond": 1}, {"beyond": 1})
    return ReplyBudget(is_answered=False, is_first_beyond=True, writes=(counted,))


def is_ordinary(changed: Iterable[StoredReport], observer: str, at: dt.datetime) -> bool:
    """Tell whether an SMS changed reports, none of them many times.

    `changed`: the reports with the SMS in them; `at`: when it was received.
    """
    counts = [_messages_within_hour(stored, observer, at) for stored in changed]
    return bool(counts) and max(counts) <= FREE_PER_REPORT


def _messages_within_hour(stored: StoredReport, observer: str, at: dt.datetime) -> int:
    given = stored.report.given.get(observer)
    if given is None:
        return 0
    sources = {answer.source for code in given.answers for answer in given.history(code)}
    return sum(abs(at - source.received_at) < HOUR for source in sources)
