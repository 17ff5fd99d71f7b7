"""Process a stored SMS: read it, find whose it is, and let it count, once."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pynamodb.expressions.update import Action

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading import read
from chalicelib.observation.reading.reading import TOO_LONG
from chalicelib.observation.reports.resolve import Interpretation, held_as, interpret
from chalicelib.observation.sms.phones import international
from chalicelib.observation.sms.states import Flag, MessageState, Reason
from chalicelib.providers.self_test import NOBODY
from chalicelib.services.clients.metrics import measure
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.coordinators.commands import outcome_of_command
from chalicelib.services.coordinators.incident_reports import outcome_of_coordinators_report
from chalicelib.services.incidents.alerts import left_out_of, opened_by, opens_incident
from chalicelib.services.incidents.opening import open_incidents
from chalicelib.services.opt_outs.record import opt_out_of, outcome_of_opt_out
from chalicelib.services.processing.deduplicate import dedup_guard, duplicate_of
from chalicelib.services.processing.multipart import join
from chalicelib.services.replies.reply import reply_to
from chalicelib.services.reports.merge import merge
from chalicelib.services.reports.tally_changes import cell_name, cell_of_message, changes_of_message
from chalicelib.store import elections, routes
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message, finishing, holding
from chalicelib.store.outcome import (
    AlreadyProcessed,
    AlreadyThere,
    IncidentChanged,
    OptOutChanged,
    Outcome,
    ReportChanged,
    TooMuchAtOnce,
    commit,
)
from chalicelib.store.tables import StoreUnavailable

WriteScope = Literal["full", "one_alert", "held"]
"""How much of a message is written: all of it; all, but of its incidents only one with alerts of its own and the others
in a digest; or nothing but that a person has to look at it."""

_NARROWER: Final[dict[WriteScope, WriteScope]] = {"full": "one_alert", "one_alert": "held", "held": "held"}


def process(message: Message, now: dt.datetime) -> tuple[Message, ...]:
    """Give a received SMS its outcome; does nothing if it has one, and lets a part of a long SMS wait for the others.

    What the parts are read as is processed by the stream, like every SMS; at once if it may be urgent. `now` is the
    real instant.

    Returns the alerts that were queued with it: they may be delivered at once, and will be by the stream if not.
    Raises StoreUnavailable: nothing is known then, and processing the message again does no harm.
    """
    if message.state != MessageState.RECEIVED:
        return ()
    loaded = _election_of(message)
    if message.part is not None:
        whole = join(message, loaded, now)
        return process(whole, now) if whole is not None and may_be_urgent(whole) else ()
    limits = _Limits()
    try:
        outcome = until_uncontended(
            lambda: _write_outcome(loaded, message, now, limits),
            also=(ReportChanged, IncidentChanged, OptOutChanged, TooMuchAtOnce, AlreadyThere),
            what=message.key,
        )
    except AlreadyProcessed:
        return ()
    if loaded is None and message.sender != NOBODY:
        measure(SmsWithoutElection=1)
    return tuple(row for row in outcome.outgoing if row.is_alert)


@dataclass(slots=True)
class _Limits:
    """What attempts have found out: rows that exist already, and how much of the message can be written."""

    existing_keys: frozenset[str] = frozenset()
    scope: WriteScope = "full"


def _write_outcome(loaded: LoadedElection | None, message: Message, now: dt.datetime, limits: _Limits) -> Outcome:
    """Write what a message comes to. Where it does not fit, the limits are narrower for the next attempt.

    Raises what `commit` raises.
    """
    try:
        outcome = _outcome_or_duplicate(loaded, message, now, limits) if loaded else _without_election(message, now)
        commit(outcome)
    except TooMuchAtOnce:
        limits.scope = _NARROWER[limits.scope]
        raise
    except AlreadyThere as exist:
        limits.existing_keys |= exist.keys
        raise
    return outcome


def may_be_urgent(message: Message) -> bool:
    """Whether an SMS reads as one that opens an incident, so that it must not wait behind others.

    False where that cannot be told now: its turn comes all the same.
    """
    try:
        loaded = _routed(message, fresh=False)
    except StoreUnavailable:
        return False
    return loaded is not None and opens_incident(loaded.election, read(message.text or "", loaded.election))


def _election_of(message: Message) -> LoadedElection | None:
    """The election that the message's number leads to; before giving up, the store is asked afresh."""
    return _routed(message, fresh=False) or _routed(message, fresh=True)


def _routed(message: Message, *, fresh: bool) -> LoadedElection | None:
    route = routes.route_to(message.recipient or "", fresh=fresh)
    if route is None:
        return None
    # As the election has it: replies come from this number, and some networks write it without its country.
    message.recipient = route.number
    return elections.current(route.election, fresh=fresh)


def _known_sender(loaded: LoadedElection, phone: str) -> LoadedElection:
    """The election, asked for afresh before a sender is called unknown: the roster may have changed just now."""
    if phone in loaded.election.observers_by_phone or phone in loaded.election.coordinators_by_phone:
        return loaded
    return elections.current(loaded.election.id, fresh=True) or loaded


def _outcome_or_duplicate(loaded: LoadedElection, message: Message, now: dt.datetime, limits: _Limits) -> Outcome:
    """What a message comes to, with the row by which another one of the same SMS is known; or that it is that one."""
    guard = dedup_guard(message, loaded.election.default_region)
    exists = guard.key in limits.existing_keys
    duplicate = duplicate_of(loaded, message, guard, now) if exists else None
    if duplicate is not None:
        return duplicate
    outcome = _outcome(loaded, message, now, limits)
    return outcome if exists else replace(outcome, writes=(*outcome.writes, guard))


def _outcome(loaded: LoadedElection, message: Message, now: dt.datetime, limits: _Limits) -> Outcome:
    """What a message comes to; rows that exist already are not made again."""
    existing_keys, scope = limits.existing_keys, limits.scope
    phone = international(message.sender or "", loaded.election.default_region)
    loaded = _known_sender(loaded, phone)
    opting = opt_out_of(loaded, message, phone, now)
    if opting is not None and opting.is_all:
        return outcome_of_opt_out(loaded, message, phone, opting, now)
    command = outcome_of_command(loaded, message, phone, now, existing_keys)
    if command is not None:
        return command
    merge_alerts = scope == "one_alert"
    if scope != "held":
        reported = outcome_of_coordinators_report(loaded, message, phone, now, existing_keys, merge_alerts=merge_alerts)
        if reported is not None:
            return reported
    election = loaded.election
    counted_at = loaded.clock.at(message.received_at or message.stored_at)
    said = interpret(election, phone, message.text or "", counted_at, is_incomplete=message.flag == Flag.INCOMPLETE)
    if scope == "held":
        said = held_as(said, TOO_LONG)
    merged = merge(election, message.key, counted_at, said.reports)
    found = [one for one in opened_by(election, message, said.reports, counted_at) if one.id not in existing_keys]
    opening = open_incidents(loaded, found, phone, message.recipient, now, merge_alerts=merge_alerts)
    said = replace(said, reports=left_out_of(election, message, said.reports, opening.left_out))
    reply = reply_to(election, message, phone, said, merged, now)
    replies = [reply] if reply is not None and reply.key not in existing_keys else []
    changed = [one for one in merged.values() if one.changed]
    held_for = Reason.OVER_BUDGET if Reason.OVER_BUDGET in opening.left_out.values() else None
    if said.reading.held == TOO_LONG:
        held_for = Reason.TOO_LONG
    return Outcome(
        message=message,
        changes=_as_read(election, message, said, counted_at, now, held_for=held_for),
        election=election,
        reports=tuple(one.after for one in changed),
        cells=changes_of_message(election, said, changed, opening.incidents),
        incidents=opening.incidents,
        outgoing=(*opening.alerts, *replies),
        writes=(*opening.writes, *(opting.writes if opting else ())),
    )


def _without_election(message: Message, now: dt.datetime) -> Outcome:
    return Outcome(message, finishing(MessageState.QUARANTINED, now, reason=Reason.NO_ELECTION))


def _as_read(
    election: Election,
    message: Message,
    said: Interpretation,
    counted_at: dt.datetime,
    now: dt.datetime,
    *,
    held_for: Reason | None,
) -> list[Action]:
    """How a message ends that was read; `held_for`: why a person has to look at it."""
    cell = cell_of_message(election, said)
    known: dict[str, Any] = {
        "election": election.id,
        "counted_in": cell_name(cell),
        "counted_at": counted_at,
        "reading": said.document(),
    }
    if said.observer is None:
        known["reason"] = Reason.UNKNOWN_SENDER
    else:
        _, (region, _, _) = cell
        known |= {"observer": said.observer.number, "region": region}
    if held_for is not None and said.observer is not None:
        return holding(message.key, said.state, now, **(known | {"reason": held_for}))
    return finishing(said.state, now, **known)
