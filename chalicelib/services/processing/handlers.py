"""Try an SMS's handlers in turn; the first that fits decides.

An opt-out goes before a command, a command before a report: whoever wants no SMS is heard, and whoever coordinates is
obeyed, whatever else the text could mean.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.reading.reading import TOO_LONG
from chalicelib.observation.reports.entries import sms_name
from chalicelib.observation.reports.hold import held_as, without_proof
from chalicelib.observation.reports.resolve import Interpretation, interpret
from chalicelib.observation.sms.codes import CODE_REASONS
from chalicelib.observation.sms.phones import international
from chalicelib.observation.sms.states import Flag, MessageState, Reason
from chalicelib.services.codes.block_alert import alerts_of_blocked
from chalicelib.services.codes.proof import prove, readable_text
from chalicelib.services.coordinators.commands import outcome_of_command
from chalicelib.services.coordinators.incident_reports import outcome_of_coordinators_report
from chalicelib.services.incidents.alerts import left_out_of, opened_by
from chalicelib.services.incidents.limits import Limits
from chalicelib.services.incidents.opening import open_incidents
from chalicelib.services.incidents.withdrawn_entries import saying_again
from chalicelib.services.opt_outs.record import opt_out_of, outcome_of_opt_out
from chalicelib.services.processing.answer import Sms, answered_within_budget, reply_of
from chalicelib.services.replies.known_senders import is_ordinary
from chalicelib.services.reports.covered_stations import counted_or_held, is_held
from chalicelib.services.reports.merge import merge
from chalicelib.services.reports.tally_changes import cell_name, cell_of_message, changes_of_message
from chalicelib.store import elections
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message, attention_of
from chalicelib.store.outcome import Outcome
from chalicelib.store.writes import Changes


def outcome_of(loaded: LoadedElection, message: Message, now: dt.datetime, limits: Limits) -> Outcome:
    """Return an SMS's outcome.

    Rows that exist already are not made again. Raises StoreUnavailable, TooMuchAtOnce.
    """
    phone = international(message.sender or "", loaded.election.default_region)
    if message.is_entry:
        return _report(Sms(loaded, message, phone, None, now, limits))
    loaded = _known_sender(loaded, phone)
    sms = Sms(loaded, message, phone, opt_out_of(loaded, message, phone, now), now, limits)
    return next(outcome for handler in _HANDLERS if (outcome := handler(sms)) is not None)


def _known_sender(loaded: LoadedElection, phone: str) -> LoadedElection:
    """Return the election with a roster fresh enough to know the sender.

    It is asked for afresh before a sender is called unknown: the roster may have changed just now.
    """
    if phone in loaded.election.observers_by_phone or phone in loaded.election.coordinators_by_phone:
        return loaded
    return elections.current(loaded.election.id, fresh=True) or loaded


def senders_of(election: Election, message: Message, phone: str) -> tuple[Observer, ...]:
    """Return the observers who may have sent a message, the lead first.

    They are those of its phone, or the one of whom a person has said that it is theirs.
    """
    if message.on_behalf_of is None:
        return election.observers_by_phone.get(phone, ())
    named = election.observer_by_number.get(message.on_behalf_of)
    return (named,) if named is not None else ()


def _opt_out(sms: Sms) -> Outcome | None:
    """Handle an SMS that says nothing but STOP or START."""
    if sms.opt_out is None or not sms.opt_out.is_all:
        return None
    return outcome_of_opt_out(sms.loaded, sms.message, sms.phone, sms.opt_out, sms.now)


def _command(sms: Sms) -> Outcome | None:
    """Handle a coordinator's command."""
    outcome = outcome_of_command(sms.loaded, sms.message, sms.phone, sms.now, sms.limits)
    return answered_within_budget(sms, outcome)


def _coordinators_report(sms: Sms) -> Outcome | None:
    """Handle an incident that a coordinator reports."""
    if sms.limits.scope == "held":
        return None
    outcome = outcome_of_coordinators_report(sms.loaded, sms.message, sms.phone, sms.now, sms.limits)
    return answered_within_budget(sms, outcome)


def _report(sms: Sms) -> Outcome:
    """Anything else: an observer's report, or a text that nobody can read."""
    election, message, now, existing_keys = sms.loaded.election, sms.message, sms.now, sms.limits.existing_keys
    counted_at = sms.loaded.clock.at(message.received_at or message.stored_at)
    senders = senders_of(election, message, sms.phone)
    proof = prove(election.id, message, sms.phone, senders, counted_at, is_counted=sms.limits.counts_codes)
    interpretation = _interpreted(sms, senders, counted_at, proof.doubt)
    # A person who enters a report has named its station and observer: no forged number can have.
    reports, covered = (
        (interpretation.reports, ())
        if message.is_entry
        else counted_or_held(election, sms.phone, interpretation.reports)
    )
    is_strange = is_held(reports, interpretation.reports)
    interpretation = replace(interpretation, reports=reports)
    merged = merge(election, message.key, counted_at, interpretation.reports)
    reported_now = opened_by(election, message, interpretation.reports, counted_at)
    for incident in reported_now:
        incident.doubt = proof.doubt
    opened_now = [incident for incident in reported_now if incident.id not in existing_keys]
    repeated = [incident for incident in reported_now if incident.id in existing_keys]
    told_again, reopening = saying_again(sms.loaded, repeated, message.recipient, now)
    reporter = f"entered for {message.on_behalf_of}" if message.is_entry else proof.spender(sms.phone)
    reserved, merged_alerts = sms.limits.numbers, sms.limits.merge_alerts
    opening = open_incidents(
        sms.loaded, opened_now, reporter, message.recipient, now, reserved=reserved, merge_alerts=merged_alerts
    )
    interpretation = replace(
        interpretation, reports=left_out_of(election, message, interpretation.reports, opening.left_out)
    )
    changed = [change for change in merged.values() if change.changed]
    is_free = (
        interpretation.observer is not None
        and not opening.incidents
        and is_ordinary((change.after for change in changed), interpretation.observer.number, counted_at)
    )
    reply = reply_of(sms, interpretation, merged, is_free=is_free)
    blocking = [
        alert
        for alert in (alerts_of_blocked(election, message, senders, now) if proof.blocks else [])
        if alert.key not in existing_keys
    ]
    is_over_budget = reply.is_first_beyond or Reason.OVER_BUDGET in opening.left_out.values()
    held_for = Reason.OVER_BUDGET if is_over_budget else None
    if is_strange:
        held_for = Reason.REASSIGNED
    if interpretation.reading.held == TOO_LONG:
        held_for = Reason.TOO_LONG
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
        outgoing=(
            *opening.alerts,
            *told_again,
            *(row for row in blocking if row.key not in existing_keys),
            *reply.rows,
        ),
        writes=(
            *opening.writes,
            *reopening,
            *covered,
            *reply.writes,
            *proof.writes,
            *(sms.opt_out.writes if sms.opt_out else ()),
        ),
    )


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


_HANDLERS: Final[tuple[Callable[[Sms], Outcome | None], ...]] = (_opt_out, _command, _coordinators_report, _report)


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
