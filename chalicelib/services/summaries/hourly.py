"""The hourly summary to an election's coordinators."""

import datetime as dt
import os
from typing import Any

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.schedule import hours_of
from chalicelib.observation.summaries.hourly import Hour
from chalicelib.observation.summaries.summary import summarise
from chalicelib.services import outbox
from chalicelib.services.isolation import NO_DEADLINE, for_each, shares_of
from chalicelib.services.summaries.final_report_email import send_report
from chalicelib.services.summaries.open_issues import failed_checks, held_back, open_incidents
from chalicelib.services.summaries.published_root import published_root
from chalicelib.services.summaries.summary_email import summary_email
from chalicelib.services.summaries.summary_sms import summary_sms
from chalicelib.store import elections, keys, progress, summaries, tables
from chalicelib.store.elections import LoadedElection, is_under_way
from chalicelib.store.messages import Message
from chalicelib.store.tallies import read_cells

TASK = "summarize"
REPORTED_WITHIN = dt.timedelta(days=1)
"""How long after an election's hours its final report is still sent by itself."""
MISSED_AFTER = dt.timedelta(minutes=5)
"""When an hour's summary has not been sent by then, the schedule has missed it."""


def queue_summaries(loaded: LoadedElection, now: dt.datetime, until: float = NO_DEADLINE) -> int:
    """Queue this hour's summary; return how many messages.

    It goes to every coordinator who has not got it. The hour is the election clock's, in its zone. However often it is
    asked for, an hour has one snapshot, and every coordinator gets it once by each channel. What has changed is told
    since the last hour that was sent to all, however long ago: so one summary follows an outage. One coordinator's
    failure keeps it from nobody else, and the hour is done when all have theirs. Raises StoreUnavailable.
    """
    election = loaded.election
    hour = hour_of(loaded, now)
    version, done = progress.read(election.id, TASK)
    since = done["hour"] if done and done["hour"] < hour else None
    snapshot = _snapshot(loaded, hour, since, now)

    def queue(coordinator: Coordinator) -> int:
        return sum(tables.put_new(row) for row in _rows(election, coordinator, hour, snapshot, now))

    queued = for_each("summary", election.coordinators, queue, until=until, name=lambda coordinator: coordinator.id)
    if queued.is_whole and (done is None or done["hour"] < hour):
        progress.advance(election.id, TASK, version, {"hour": hour}, now)
    return sum(queued.results)


def queue_summaries_due(now: dt.datetime, *, catching_up: bool = False, until: float = NO_DEADLINE) -> int:
    """Queue the summaries and final reports due; return how many messages.

    Summaries of all elections that are under way and have not sent this hour's, and the final report of those whose
    hours are over. Nothing is begun after `until` (time.monotonic).

    `catching_up`: only where the hourly schedule does not do: for rehearsals, whose hours pass faster, and for an hour
    that it has missed since a summary was last sent.
    """
    names = elections.list_elections()
    shares = dict(zip(names, shares_of(until, len(names)), strict=True))

    def queue_one(election_id: str) -> int:
        loaded = elections.current(election_id)
        if loaded is None:
            return 0
        if is_under_way(loaded, now) and _is_due(loaded, now, catching_up=catching_up):
            return queue_summaries(loaded, now, shares[election_id])
        if _is_just_over(loaded, now):
            return send_report(loaded, now)
        return 0

    return sum(for_each("election to summarise", names, queue_one).results)


def hour_of(loaded: LoadedElection, now: dt.datetime) -> str:
    """Return the election clock's local hour, `2017-10-15T10`.

    One that a change of the clocks repeats is another, `…T02b`.
    """
    local = loaded.clock.at(now).astimezone(loaded.election.zone)
    return f"{local:%Y-%m-%dT%H}{'b' if local.fold else ''}"


def _is_just_over(loaded: LoadedElection, now: dt.datetime) -> bool:
    """Tell whether the election was held not long ago.

    An old one that is loaded now, or never was looked after, was not.
    """
    hours = hours_of(loaded.election)
    if hours is None or not hours[1] < loaded.clock.at(now) <= hours[1] + REPORTED_WITHIN:
        return False
    return progress.read(loaded.election.id, TASK)[1] is not None


def _is_due(loaded: LoadedElection, now: dt.datetime, *, catching_up: bool) -> bool:
    _, done = progress.read(loaded.election.id, TASK)
    if done is not None and done["hour"] >= hour_of(loaded, now):
        return False
    if not catching_up or loaded.clock.factor > 1:
        return True
    return done is not None and hour_of(loaded, now) == hour_of(loaded, now - MISSED_AFTER)


def _snapshot(loaded: LoadedElection, hour: str, since: str | None, now: dt.datetime) -> Hour:
    """Return the hour's snapshot as it was first kept.

    It comes with the one that it is compared with.
    """
    kept = summaries.get(loaded.election.id, hour)
    if kept is None:
        kept = summaries.keep_first(loaded.election.id, hour, _document(loaded, since, now), now)
    before = summaries.get(loaded.election.id, kept["since"]) if kept.get("since") else None
    return Hour.from_documents(kept, before)


def _document(loaded: LoadedElection, since: str | None, now: dt.datetime) -> dict[str, Any]:
    election, at = loaded.election, loaded.clock.at(now)
    cells = read_cells(election)
    return {
        **summarise(election, cells, at).document(),
        "since": since,
        "open_incidents": open_incidents(election, at),
        "failed_checks": failed_checks(election, cells, at),
        "held_back": held_back(election, cells),
        "published": published_root(election.id),
    }


def _rows(election: Election, coordinator: Coordinator, hour: str, snapshot: Hour, now: dt.datetime) -> list[Message]:
    dashboard = os.environ.get("BAYKOO_DASHBOARD", "")
    return outbox.to_coordinator(
        coordinator,
        keys.summary(election.id, hour, coordinator.id),
        outbox.Origin(election.id, f"summary#{hour}", now),
        sms=summary_sms(election, coordinator, snapshot.summary, snapshot.published)
        if "sms" in coordinator.alerts
        else None,
        email=summary_email(election, coordinator, snapshot, dashboard) if coordinator.email else None,
    )
