"""Summarize: the election's state as the API tells it, and the hourly summary to its coordinators."""

import datetime as dt
from collections.abc import Collection

from chalicelib.observation.coverage import instant, round_due
from chalicelib.observation.election import Coordinator, Election
from chalicelib.observation.summary import Summary, summarise
from chalicelib.services import outbox
from chalicelib.store import elections, messages, summaries
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message
from chalicelib.store.tallies import read_cells

AFTER_THE_LAST = dt.timedelta(hours=3)
"""How long summaries go on after the last form is due: counts come in late."""


def current_summary(loaded: LoadedElection, now: dt.datetime, regions: Collection[str] | None = None) -> Summary:
    """The summary as of a real instant, of the nation or of some regions. Reads tallies alone, a query a shard."""
    region = next(iter(regions)) if regions is not None and len(regions) == 1 else None
    cells = read_cells(loaded.election, region)
    return summarise(loaded.election, cells, loaded.clock.at(now), regions)


def summarize(loaded: LoadedElection, now: dt.datetime) -> int:
    """Queue this hour's summary to every coordinator who has not got it; returns how many messages were queued.

    The hour is the election clock's, in its zone. However often it is asked for, an hour has one snapshot, and every
    coordinator gets it once by each channel. Raises StoreUnavailable.
    """
    election = loaded.election
    hour = loaded.clock.at(now).astimezone(election.zone).strftime("%Y-%m-%dT%H")
    kept = summaries.keep_first(election.id, hour, current_summary(loaded, now).document(), now)
    summary = Summary.from_document(kept)
    rows = [
        row
        for place, one in enumerate(election.coordinators)
        for row in _rows(election, one, place, hour, summary, now)
    ]
    return sum(messages.put_new(row) for row in rows)


def summarize_due(now: dt.datetime, *, rehearsals_only: bool = False) -> int:
    """The scheduled summaries of all elections that are under way; returns how many messages were queued.

    A rehearsal's hours pass faster than the hourly schedule comes, so they are looked after every minute.
    """
    queued = 0
    for election_id in elections.list_elections():
        loaded = elections.current(election_id)
        if loaded is None or (rehearsals_only and loaded.clock.factor <= 1):
            continue
        if is_under_way(loaded, now):
            queued += summarize(loaded, now)
    return queued


def is_under_way(loaded: LoadedElection, now: dt.datetime) -> bool:
    """Whether the election is between the beginning of its first form and some hours after its last is due."""
    election = loaded.election
    dues = [
        due
        for form in election.forms
        for name in form.round_names
        if (due := round_due(election, form, name)) is not None
    ]
    begins = [instant(election, form.due.from_) for form in election.forms if form.due and form.due.from_]
    if not dues:
        return False
    return min([*dues, *begins]) <= loaded.clock.at(now) <= max(dues) + AFTER_THE_LAST


def _rows(
    election: Election, coordinator: Coordinator, place: int, hour: str, summary: Summary, now: dt.datetime
) -> list[Message]:
    from chalicelib.services.summary_message import summary_email, summary_sms  # noqa: PLC0415 - loads jinja2

    key = f"summary#{election.id}#{hour}#{place}"
    origin = outbox.Origin(election.id, f"summary#{hour}", now)
    rows = []
    if coordinator.email:
        email = summary_email(election, coordinator, summary)
        rows.append(
            outbox.email(f"{key}#email", coordinator.email, email.text, origin, subject=email.subject, html=email.html)
        )
    if coordinator.phone and "sms" in coordinator.alerts:
        rows.append(outbox.sms(f"{key}#sms", coordinator.phone, summary_sms(election, coordinator, summary), origin))
    return rows
