"""The log of messages.

What came and went, by state, region, provider and time; search in texts; what was done.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from chalicelib.observation.elections.election import Election
from chalicelib.services.access.operators import Operator
from chalicelib.services.desk.conversation import has_written_since
from chalicelib.services.desk.message import sees
from chalicelib.services.desk.queue import describe, reads_words
from chalicelib.store.elections import LoadedElection
from chalicelib.store.feed import BUCKET, Line, begin_of, lines_of
from chalicelib.store.keys import is_sign_in
from chalicelib.store.message_queries import get_many
from chalicelib.store.messages import Message
from chalicelib.store.operators import AuditRow, actions_before

MOST_BUCKETS: Final = 72
"""Times of ten minutes that one page looks at: twelve hours; `next` continues."""
MOST_SEARCHED: Final = 300
"""Messages whose texts one page reads for a search; `next` continues."""
MOST_ACTIONS: Final = 300
"""Lines of the audit trail that one page of what was done looks at; `next` continues."""
MOST_AWAITED: Final = 40
"""Answered SMS of a page, each of which asks for the newest of its sender's phones."""
WORKERS: Final = 8
ANSWERED: Final = "message answered"
"""An answer's line of the audit trail, as `decisions.answer` writes it."""
_OF_MESSAGE: Final = "message "


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Of the log what is wanted; None limits nothing.

    `since` and `until` are real instants. `text` is looked for in texts, whatever their case. `after`: instant and key
    of the last message of the page before. `station`: of its observers.
    """

    since: dt.datetime
    until: dt.datetime
    state: str | None = None
    region: str | None = None
    provider: str | None = None
    direction: str | None = None
    observer: str | None = None
    station: str | None = None
    text: str | None = None
    after: tuple[str, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ActedFilter:
    """Of what was done what is wanted; None limits nothing.

    `before`: where the page before ended.
    """

    region: str | None = None
    before: str | None = None
    limit: int = 50


def log(
    loaded: LoadedElection, operator: Operator, criteria: LogFilter, withheld: Collection[str], now: dt.datetime
) -> dict[str, Any]:
    """Return a page of the log, the newest first.

    `looked_at`: messages that the page has read. Raises StoreUnavailable.
    """
    election = loaded.election
    budget = MOST_SEARCHED if criteria.text else criteria.limit
    reader = _Reader(election.id, criteria)
    observers = _observers(election, criteria)
    lines = list(
        islice((line for line in reader.lines() if _is_line_of(operator, line, criteria, observers)), budget + 1)
    )
    page, more = lines[:budget], lines[budget:]
    rows = {row.key: row for row in get_many(line.key for line in page)}
    shown: list[dict[str, Any]] = []
    following = [more[-1].at, more[-1].key] if more else None
    for place, line in enumerate(page):
        row = rows.get(line.key)
        if row is not None and _is_wanted(operator, election.id, row, criteria):
            shown.append(describe(election, operator, row, withheld))
        if len(shown) == criteria.limit and place + 1 < len(lines):
            following = [line.at, line.key]
            break
    else:
        following = [page[-1].at, page[-1].key] if more else reader.following
    return _headed(loaded, now) | {"messages": shown, "looked_at": len(page), "next": following}


def done(
    loaded: LoadedElection, operator: Operator, criteria: ActedFilter, withheld: Collection[str], now: dt.datetime
) -> dict[str, Any]:
    """Return a page of what was done about messages, the newest first.

    Each line tells by whom, when, how and why; words and notes only where they tell nothing of `withheld` forms.

    Raises StoreUnavailable.
    """
    page, following = _actions(loaded, operator, criteria)
    return _headed(loaded, now) | {"done": _lines(loaded, operator, page, withheld), "next": following}


def awaiting(
    loaded: LoadedElection, operator: Operator, criteria: ActedFilter, withheld: Collection[str], now: dt.datetime
) -> dict[str, Any]:
    """Return a page of SMS whose answers wait for one.

    They were answered, their senders have not written since; as `done` has them. Raises StoreUnavailable.
    """
    few = replace(criteria, limit=min(criteria.limit, MOST_AWAITED))
    page, following = _actions(loaded, operator, few, ANSWERED)
    answered = [pair for pair in page if _is_last_decision(*pair)]
    with ThreadPoolExecutor(WORKERS) as workers:
        written = workers.map(lambda pair: has_written_since(loaded.election, pair[1], pair[0].instant), answered)
        silent = [pair for pair, has_written in zip(answered, written, strict=True) if not has_written]
    return _headed(loaded, now) | {"done": _lines(loaded, operator, silent, withheld), "next": following}


def _is_last_decision(line: AuditRow, row: Message) -> bool:
    resolution = row.resolution or {}
    return resolution.get("how") == "answered" and resolution.get("at") == line.instant.isoformat(timespec="seconds")


def _actions(
    loaded: LoadedElection, operator: Operator, criteria: ActedFilter, action: str | None = None
) -> tuple[list[tuple[AuditRow, Message]], str | None]:
    """Return a page of actions with their messages, and where it continues.

    `action`: those alone.
    """
    election_id, limit = loaded.election.id, criteria.limit
    lines = actions_before(election_id, criteria.before, MOST_ACTIONS)
    named = [
        (line, key) for line in lines if action in (None, line.action) and (key := _key_in(line.subject)) is not None
    ]
    page = named[:limit]
    rows = {row.key: row for row in get_many(dict.fromkeys(key for _, key in page))}
    shown = [
        (line, rows[key])
        for line, key in page
        if key in rows
        and rows[key].election == election_id
        and criteria.region in (None, rows[key].region)
        and sees(operator, rows[key])
    ]
    is_more = len(named) > limit or len(lines) == MOST_ACTIONS
    last = page[-1][0].at if len(named) > limit else lines[-1].at if lines else None
    return shown, last if is_more else None


def _lines(
    loaded: LoadedElection, operator: Operator, page: Iterable[tuple[AuditRow, Message]], withheld: Collection[str]
) -> list[dict[str, Any]]:
    return [
        {
            "at": line.at.partition("#")[0],
            "who": line.who,
            "action": line.action,
            "note": line.note if reads_words(operator, row, withheld) else None,
            "message": describe(loaded.election, operator, row, withheld),
        }
        for line, row in page
    ]


def _headed(loaded: LoadedElection, now: dt.datetime) -> dict[str, Any]:
    return {"election": loaded.election.id, "as_of": now.isoformat(timespec="seconds")}


class _Reader:
    """Reads the feed backwards.

    `following`: where the next page begins, None at the end.
    """

    def __init__(self, election_id: str, criteria: LogFilter) -> None:
        self._election_id = election_id
        self._wanted = criteria
        self.following: list[str] | None = None

    def lines(self) -> Iterator[Line]:
        criteria = self._wanted
        at = begin_of(criteria.until if criteria.after is None else dt.datetime.fromisoformat(criteria.after[0]))
        for _ in range(MOST_BUCKETS):
            if at < begin_of(criteria.since):
                return
            yield from (line for line in lines_of(self._election_id, at) if self._is_within(line))
            at -= BUCKET
        self.following = [(at + BUCKET).isoformat(timespec="seconds"), ""] if at >= begin_of(criteria.since) else None

    def _is_within(self, line: Line) -> bool:
        at = dt.datetime.fromisoformat(line.at)
        is_after = self._wanted.after is None or (line.at, line.key) < self._wanted.after
        return is_after and self._wanted.since <= at <= self._wanted.until


def _observers(election: Election, criteria: LogFilter) -> Collection[str] | None:
    """Return whose messages are wanted, by their numbers; None: everybody's."""
    if criteria.station is None:
        return None if criteria.observer is None else {criteria.observer}
    numbers = {observer.number for observer in election.observers_by_station.get(criteria.station, ())}
    return numbers if criteria.observer is None else numbers & {criteria.observer}


def _is_line_of(operator: Operator, line: Line, criteria: LogFilter, observers: Collection[str] | None) -> bool:
    """Whether a message may be wanted.

    What the feed tells of it decides.
    """
    is_asked = criteria.provider in (None, line.provider) and criteria.direction in (None, line.direction)
    is_asked = is_asked and (observers is None or line.observer in observers)
    of_region = operator.sees_all() if line.region is None else operator.sees(line.region)
    return is_asked and of_region and (line.observer is None or operator.sees_reports_of(line.observer))


def _is_wanted(operator: Operator, election_id: str, row: Message, criteria: LogFilter) -> bool:
    """Whether a message is wanted, as it is now."""
    if row.election != election_id or not sees(operator, row) or is_sign_in(row.key):
        return False
    if criteria.state not in (None, row.state) or criteria.region not in (None, row.region):
        return False
    is_found = criteria.text is None or criteria.text.casefold() in (row.text or "").casefold()
    return is_found and (criteria.text is None or operator.toward(row.reporter).sees_phones())


def _key_in(subject: str) -> str | None:
    """Return the key of the message that an action was about.

    It is None where it was about something else.
    """
    _, is_message, key = subject.partition(_OF_MESSAGE)
    return key if is_message else None
