"""Observers: whom to call, when each was heard, how they report."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.elections.schedule import is_late
from chalicelib.observation.sms.states import MessageState
from chalicelib.services.access.seen_reports import reports_at
from chalicelib.services.views.reader import Reader
from chalicelib.services.views.station import described_observer
from chalicelib.store import keys
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_queries import get_many, newest_with

WORKERS = 8
MOST_FIGURED: Final = 100
"""Messages with each of an observer's phones that their figures count, the newest."""


def list_observers(
    loaded: LoadedElection,
    reader: Reader,
    criteria: tuple[str | None, str | None, str | None, str | None],
    now: dt.datetime,
    after: str | None,
    limit: int,
) -> dict[str, Any]:
    """Return a page of the observers whom the reader sees, by number.

    They come with all phones and when each was heard.

    `criteria`: of a region, a station, an organisation, and a text in the number or name. Raises StoreUnavailable.
    """
    election, (region, station, organisation, text) = loaded.election, criteria
    following = [
        observer
        for observer in sorted(election.observers, key=lambda observer: observer.number)
        if _is_asked(election, reader, observer, region, station)
        and organisation in (None, observer.organisation)
        and (text is None or any(text.casefold() in word.casefold() for word in (observer.number, observer.name)))
        and (after is None or observer.number > after)
    ]
    page = following[:limit]
    with ThreadPoolExecutor(WORKERS) as workers:
        described = list(workers.map(lambda observer: described_observer(loaded, reader, observer), page))
    return _headed(loaded, now) | {
        "observers": described,
        "next": page[-1].number if len(following) > limit else None,
    }


def describe_observer(loaded: LoadedElection, reader: Reader, number: str, now: dt.datetime) -> dict[str, Any] | None:
    """Describe an observer with their figures.

    None if there is none in the reader's regions.

    Raises StoreUnavailable.
    """
    election = loaded.election
    observer = election.observer_by_number.get(number)
    if observer is None or not _is_asked(election, reader, observer, None, None):
        return None
    return _headed(loaded, now) | {
        "observer": described_observer(loaded, reader, observer),
        "figures": _messages(observer) | _reports(election, reader, observer),
    }


def _headed(loaded: LoadedElection, now: dt.datetime) -> dict[str, Any]:
    election = loaded.election
    as_of = local_time(loaded.clock.at(now), election.zone)
    return {"election": election.id, "as_of": as_of}


def _is_asked(election: Election, reader: Reader, observer: Observer, region: str | None, station: str | None) -> bool:
    region_observed = election.region_of(observer.station)
    return (
        reader.operator.sees_station(election.station_by_number[observer.station])
        and region in (None, region_observed)
        and station in (None, observer.station)
    )


def _messages(observer: Observer) -> dict[str, int]:
    """Count an observer's newest SMS: received, read whole, asked again."""
    exchanged = {key for phone in observer.phones for key, _ in newest_with(phone, MOST_FIGURED)}
    rows = [row for row in get_many(key for key in exchanged if keys.is_from_phone(key)) if row.direction == "in"]
    states = (MessageState.PARTLY_ACCEPTED, MessageState.UNRECOGNISED)
    return {
        "sms": len(rows),
        "accepted": sum(row.state == MessageState.ACCEPTED for row in rows),
        "asked_again": sum(row.state in states for row in rows),
    }


def _reports(election: Election, reader: Reader, observer: Observer) -> dict[str, int]:
    """Count an observer's reports of their station, and those in time."""
    given = [
        (row.report, answers)
        for row in reports_at(election, reader.operator, observer.station)
        if (answers := row.report.observers.get(observer.number)) is not None
    ]
    late = sum(
        is_late(election, election.form_by_code[report.form], report.round, answers.first_at)
        for report, answers in given
    )
    return {"reports": len(given), "in_time": len(given) - late}
