"""Process a stored SMS: read it and let it count once."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from aws_lambda_powertools import Logger

from chalicelib.observation.reading.reading import read
from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.providers.self_test import NOBODY
from chalicelib.services.clients.metrics import measure
from chalicelib.services.clients.retry import pause, until_uncontended
from chalicelib.services.incidents.alerts import opens_incident
from chalicelib.services.incidents.limits import Limits, WriteScope
from chalicelib.services.processing.deduplicate import dedup_guard, duplicate_of
from chalicelib.services.processing.handlers import outcome_of
from chalicelib.services.processing.multipart import join
from chalicelib.store import elections, message_queries, routes
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import NO_ELECTION, Message
from chalicelib.store.outcome import (
    AlreadyProcessed,
    AlreadyThere,
    BudgetChanged,
    IncidentChanged,
    OptOutChanged,
    Outcome,
    ReportChanged,
    commit,
)
from chalicelib.store.tables import Contended, StoreUnavailable, TooMuchAtOnce

logger = Logger()
COMMITS = 4
_NARROWER: Final[dict[WriteScope, WriteScope]] = {"full": "one_alert", "one_alert": "held", "held": "held"}


def process(
    message: Message, now: dt.datetime, note: Callable[[Outcome], object] = lambda _: None
) -> tuple[Message, ...]:
    """Give a received SMS its outcome. Idempotent.

    A part of a long SMS waits for the rest; the joined SMS arrives through the stream, or is processed here if it may
    be urgent. `now` is the real instant. `note` is told the outcome that is given here.

    Returns the alerts that were queued with it: they may be delivered at once, and will be by the stream if not.
    Raises StoreUnavailable: nothing is known then, and processing the message again does no harm.
    """
    if message.state != MessageState.RECEIVED:
        return ()
    loaded = _election_of(message)
    if message.part is not None:
        joined = join(message, loaded, now)
        return process(joined, now, note) if joined is not None and may_be_urgent(joined) else ()
    limits = Limits()
    try:
        outcome = until_uncontended(
            lambda: _write_outcome(loaded, message, now, limits),
            also=(ReportChanged, IncidentChanged, BudgetChanged, OptOutChanged, TooMuchAtOnce, AlreadyThere),
            what=message.key,
        )
    except AlreadyProcessed:
        logger.info("processed before")
        return ()
    counts = {"reports": len(outcome.reports), "incidents": len(outcome.incidents), "outgoing": len(outcome.outgoing)}
    logger.info("processed", extra=counts)
    note(outcome)
    if loaded is None and message.sender != NOBODY:
        measure(SmsWithoutElection=1)
    return tuple(row for row in outcome.outgoing if row.is_alert)


def _write_outcome(loaded: LoadedElection | None, message: Message, now: dt.datetime, limits: Limits) -> Outcome:
    """Write a message's outcome, as far as it fits.

    If it does not fit, the limits are narrower for the next attempt. Raises what `commit` raises.
    """
    try:
        outcome = _outcome_or_duplicate(loaded, message, now, limits) if loaded else _without_election(message, now)
        _commit(outcome)
    except TooMuchAtOnce:
        limits.scope = _NARROWER[limits.scope]
        raise
    except BudgetChanged:
        limits.counts_codes = True
        raise
    except AlreadyThere as exist:
        limits.existing_keys |= exist.keys
        raise
    return outcome


def _commit(outcome: Outcome) -> None:
    """Commit an outcome, again where other transactions hold its rows.

    It is guarded by what it rests on, so nothing needs to be read again for that.
    """
    for attempt in range(COMMITS - 1):
        try:
            return commit(outcome)
        except Contended:
            pause(attempt)
    return commit(outcome)


def may_be_urgent(message: Message) -> bool:
    """Tell whether an SMS reads as one that opens an incident.

    It must not wait behind others. False where that cannot be told now: its turn comes all the same.
    """
    try:
        loaded = _routed(message, fresh=False)
    except StoreUnavailable:
        return False
    return loaded is not None and opens_incident(loaded.election, read(message.text or "", loaded.election))


def is_processed(message: Message) -> bool:
    """Tell whether an SMS has its outcome, perhaps by the fast lane.

    One read, where processing it again would be all reads of an incident and a refused transaction. Raises
    StoreUnavailable.
    """
    return any(stored.state != MessageState.RECEIVED for stored in message_queries.get_many([message.key]))


def _election_of(message: Message) -> LoadedElection | None:
    """Return the election that the message's number leads to.

    An entry's is the one that it was made in. Before giving up, the store is asked afresh.
    """
    if message.is_entry:
        return elections.current(str(message.election)) or elections.current(str(message.election), fresh=True)
    return _routed(message, fresh=False) or _routed(message, fresh=True)


def _routed(message: Message, *, fresh: bool) -> LoadedElection | None:
    route = routes.route_to(message.recipient or "", fresh=fresh)
    if route is None:
        return None
    # As the election has it: replies come from this number, and some networks write it without its country.
    message.recipient = route.number
    return elections.current(route.election, fresh=fresh)


def _outcome_or_duplicate(loaded: LoadedElection, message: Message, now: dt.datetime, limits: Limits) -> Outcome:
    """Return a message's outcome with its deduplication row, or as duplicate."""
    if message.is_entry:  # its key is the action's, which is carried out once
        return outcome_of(loaded, message, now, limits)
    guard = dedup_guard(message, loaded.election.default_region)
    exists = guard.key in limits.existing_keys
    duplicate = duplicate_of(loaded, message, guard, now) if exists else None
    if duplicate is not None:
        return duplicate
    outcome = outcome_of(loaded, message, now, limits)
    return outcome if exists else replace(outcome, writes=(*outcome.writes, guard))


def _without_election(message: Message, now: dt.datetime) -> Outcome:
    changes = Message.finishing(MessageState.QUARANTINED, now, attention=NO_ELECTION, reason=Reason.NO_ELECTION)
    return Outcome(message, changes)
