"""Count an observer's report, or hold a text that nobody can read."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.reading.reading import TOO_LONG
from chalicelib.observation.reports.entries import sms_name
from chalicelib.observation.reports.hold import held_as, without_proof
from chalicelib.observation.reports.resolve import Interpretation, interpret
from chalicelib.observation.sms.codes import CODE_REASONS
from chalicelib.observation.sms.states import Flag, MessageState, Reason
from chalicelib.services.codes.block_alert import alerts_of_blocked
from chalicelib.services.codes.proof import Proof, prove, readable_text
from chalicelib.services.incidents.alerts import left_out_of, opened_by
from chalicelib.services.incidents.sms_incidents import SmsIncidents, open_incidents_of
from chalicelib.services.processing.answer import Sms, reply_of
from chalicelib.services.replies.known_senders import is_ordinary
from chalicelib.services.reports.covered_stations import counted_or_held, is_held
from chalicelib.services.reports.merge import MergedReport, merge
from chalicelib.services.reports.tally_changes import cell_name, cell_of_message, changes_of_message
from chalicelib.store.messages import Message, attention_of
from chalicelib.store.outcome import Outcome
from chalicelib.store.writes import Changes, Write


def outcome_of_report(sms: Sms) -> Outcome:
    """Return the outcome of an SMS that no other handler takes.

    It is an observer's report, or a text that nobody can read. Raises StoreUnavailable, TooMuchAtOnce.
    """
    election, message = sms.loaded.election, sms.message
    counted_at = sms.loaded.clock.at(message.received_at or message.stored_at)
    senders = senders_of(election, message, sms.phone)
    proof = prove(election.id, message, sms.phone, senders, counted_at, is_counted=sms.limits.counts_codes)
    as_read = _interpreted(sms, senders, counted_at, proof.doubt)
    interpretation, covered = _hold_strange(sms, as_read)
    is_strange = is_held(interpretation.reports, as_read.reports)
    merged = merge(election, message.key, counted_at, interpretation.reports)
    incidents = _open(sms, interpretation, counted_at, proof)
    opening = incidents.opening
    counted = left_out_of(election, message, interpretation.reports, opening.left_out)
    interpretation = replace(interpretation, reports=counted)
    changed = [change for change in merged.values() if change.changed]
    is_free = not opening.incidents and _is_ordinary(interpretation, changed, counted_at)
    reply = reply_of(sms, interpretation, merged, is_free=is_free)
    is_over_budget = reply.is_first_beyond or Reason.OVER_BUDGET in opening.left_out.values()
    held_for = _held_for(interpretation, is_strange=is_strange, is_over_budget=is_over_budget)
    return Outcome(
        message=message,
        changes=_as_read(sms, interpretation, counted_at, held_for=held_for),
        election=election,
        reports=tuple(change.after for change in changed),
        cells=changes_of_message(
            election,
            interpretation,
            changed,
            opening.incidents,
            counted_in=cell_of_message(election, interpretation, sms.phone),
            is_entry=message.is_entry,
        ),
        incidents=opening.incidents,
        outgoing=(*incidents.outgoing, *(_blocking(sms, senders) if proof.blocks else ()), *reply.rows),
        writes=(
            *incidents.writes,
            *covered,
            *reply.writes,
            *proof.writes,
            *(sms.opt_out.writes if sms.opt_out else ()),
        ),
    )


def senders_of(election: Election, message: Message, phone: str) -> tuple[Observer, ...]:
    """Return the observers who may have sent a message, the lead first.

    They are those of its phone, or the one of whom a person has said that it is theirs.
    """
    if message.on_behalf_of is None:
        return election.observers_by_phone.get(phone, ())
    named = election.observer_by_number.get(message.on_behalf_of)
    return (named,) if named is not None else ()


def _interpreted(
    sms: Sms, senders: tuple[Observer, ...], counted_at: dt.datetime, doubt: Reason | None
) -> Interpretation:
    """Read an SMS; nothing counts where its sender is in doubt."""
    election, message, name = sms.loaded.election, sms.message, sms_name(sms.message.key)
    is_incomplete = message.flag == Flag.INCOMPLETE
    # A coordinator's code is none of an observer's SMS, and must not be quoted from it either.
    has_code = any(observer.code for observer in senders)
    text = readable_text(message, senders if has_code else election.coordinators_by_phone.get(sms.phone, ()))
    interpretation = interpret(election, senders, text, counted_at, sms=name, is_incomplete=is_incomplete)
    if doubt is not None:
        interpretation = without_proof(election, interpretation, doubt)
    return held_as(interpretation, TOO_LONG) if sms.limits.scope == "held" else interpretation


def _hold_strange(sms: Sms, interpretation: Interpretation) -> tuple[Interpretation, tuple[Write, ...]]:
    """Hold what strangers report; return what remembers it too.

    A person who enters a report has named its station and observer: no forged number can have.
    """
    if sms.message.is_entry:
        return interpretation, ()
    reports, covered = counted_or_held(sms.loaded.election, sms.phone, interpretation.reports)
    return replace(interpretation, reports=reports), covered


def _open(sms: Sms, interpretation: Interpretation, counted_at: dt.datetime, proof: Proof) -> SmsIncidents:
    message = sms.message
    reported = opened_by(sms.loaded.election, message, interpretation.reports, counted_at)
    spender = f"entered for {message.on_behalf_of}" if message.is_entry else proof.spender(sms.phone)
    return open_incidents_of(sms.loaded, message, reported, spender, sms.now, sms.limits, doubt=proof.doubt)


def _is_ordinary(interpretation: Interpretation, changed: Iterable[MergedReport], counted_at: dt.datetime) -> bool:
    """Whether an SMS is a known observer's, as their day brings them."""
    observer = interpretation.observer
    return observer is not None and is_ordinary((change.after for change in changed), observer.number, counted_at)


def _blocking(sms: Sms, senders: tuple[Observer, ...]) -> list[Message]:
    """Return the alerts that the sender's phone is blocked from now on."""
    alerts = alerts_of_blocked(sms.loaded.election, sms.message, senders, sms.now)
    return [alert for alert in alerts if alert.key not in sms.limits.existing_keys]


def _held_for(interpretation: Interpretation, *, is_strange: bool, is_over_budget: bool) -> Reason | None:
    """Return why a person has to look at an SMS, or None."""
    if interpretation.reading.held == TOO_LONG:
        return Reason.TOO_LONG
    if is_strange:
        return Reason.REASSIGNED
    return Reason.OVER_BUDGET if is_over_budget else None


def _as_read(sms: Sms, interpretation: Interpretation, counted_at: dt.datetime, *, held_for: Reason | None) -> Changes:
    """Return how a message ends that was read.

    `held_for`: why a person has to look at it.
    """
    election, message, now = sms.loaded.election, sms.message, sms.now
    cell = cell_of_message(election, interpretation, sms.phone)
    attributes: dict[str, Any] = {
        "election": election.id,
        "counted_in": cell_name(cell),
        "counted_at": counted_at,
        "reading": interpretation.document(),
    }
    is_nobodys = interpretation.observer is None and sms.phone in sms.loaded.nobodys
    if interpretation.observer is None:
        attributes["reason"] = Reason.NOBODYS_NUMBER if is_nobodys else Reason.UNKNOWN_SENDER
        if (region := _region_named(election, interpretation)) is not None:
            attributes["region"] = region
    else:
        if interpretation.reading.held in CODE_REASONS:
            attributes["reason"] = interpretation.reading.held
        _, (region, _, _) = cell
        attributes |= {"observer": interpretation.observer.number, "region": region}
    is_done = interpretation.state in (MessageState.ACCEPTED, MessageState.PRACTICE) and held_for is None
    if not is_done and not is_nobodys:
        attributes["attention"] = attention_of(election.id, attributes.get("region"))
    if held_for is not None and interpretation.observer is not None:
        return Message.holding(message.key, interpretation.state, now, **(attributes | {"reason": held_for}))
    return Message.finishing(interpretation.state, now, **attributes)


def _region_named(election: Election, interpretation: Interpretation) -> str | None:
    """Return the region of the stations that an unknown number names.

    Its operators find the SMS by that. None where it names none, or several regions'.
    """
    named = {report.station for report in interpretation.reading.reports if report.station is not None}
    regions = {election.region_of(station) for station in named if station in election.station_by_number}
    return regions.pop() if len(regions) == 1 else None
