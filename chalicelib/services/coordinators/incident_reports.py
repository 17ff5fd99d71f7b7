"""Open an incident that a coordinator reports.

Like an observer's, at the station that they name. A coordinator who is no observer has no station of their own, and
gives no answers that count: only an incident form with a station is acted upon. Whatever else reads as a form waits for
an operator.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import NO_ROUND, Election
from chalicelib.observation.reading.incomplete import read_incomplete
from chalicelib.observation.reading.model import CATEGORY, ReportReading
from chalicelib.observation.reading.reading import read
from chalicelib.observation.sms.states import Flag, Reason
from chalicelib.services.codes.block_alert import alerts_of_blocked
from chalicelib.services.codes.proof import Proof, prove, readable_text
from chalicelib.services.coordinators.commands import finished
from chalicelib.services.coordinators.speaker import Speaker
from chalicelib.services.incidents.alerts import incident_sources, reported
from chalicelib.services.incidents.limits import Limits
from chalicelib.services.incidents.sms_incidents import SmsIncidents, open_incidents_of
from chalicelib.services.reports.tally_changes import changes_of_incidents, total
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message
from chalicelib.store.outcome import Outcome
from chalicelib.store.routes import is_own_number


def outcome_of_coordinators_report(
    loaded: LoadedElection,
    message: Message,
    phone: str,
    now: dt.datetime,
    limits: Limits,
) -> Outcome | None:
    """Return the outcome of a coordinator's SMS with incidents, or None.

    It is None where it names none with a station of the election. Raises StoreUnavailable, TooMuchAtOnce.
    """
    election = loaded.election
    rows = election.coordinators_by_phone.get(phone, ())
    if not rows or phone in election.observers_by_phone:
        return None
    forms = _forms(election, message, rows)
    named = _at_a_station(election, forms)
    if not named:
        return None
    speaker = Speaker(loaded, phone, rows, now)
    proof = prove(election.id, message, phone, rows, loaded.clock.at(now), is_counted=limits.counts_codes)
    incidents = open_incidents_of(
        loaded, message, _reported(speaker, message, named), proof.spender(phone), now, limits, doubt=proof.doubt
    )
    opening = incidents.opening
    blocking = alerts_of_blocked(election, message, rows, now) if proof.blocks else []
    is_held = Reason.OVER_BUDGET in opening.left_out.values()
    forms_left = Reason.FORMS_LEFT if len(named) < len(forms) else None
    return Outcome(
        message=message,
        changes=finished(
            speaker,
            message,
            {"command": {"coordinator": speaker.who}, "reports": _documents(speaker.who, named, incidents)},
            reason=Reason.OVER_BUDGET if is_held else proof.doubt or forms_left,
            region=incidents.reported[0].region,
            is_held=is_held,
        ),
        election=election,
        cells=total(changes_of_incidents(election, opening.incidents)),
        incidents=opening.incidents,
        outgoing=(*incidents.outgoing, *blocking, *_replies(speaker, message, opening.incidents, proof, limits)),
        writes=(*incidents.writes, *proof.writes),
    )


def _at_a_station(election: Election, forms: Iterable[ReportReading]) -> list[tuple[ReportReading, str]]:
    """Return the incidents among forms, each with its station of the election."""
    return [
        (form, form.station)
        for form in forms
        if form.station and form.station in election.station_by_number and form.form not in election.form_by_code
    ]


def _reported(speaker: Speaker, message: Message, named: Sequence[tuple[ReportReading, str]]) -> list[Incident]:
    """Return the unnumbered incidents that a coordinator reports."""
    loaded = speaker.loaded
    counted_at = loaded.clock.at(message.received_at or message.stored_at)
    sources = incident_sources(message, [(report.form, report.answers.get(CATEGORY)) for report, _ in named])
    return [
        reported(loaded.election, message, report, station, speaker.who, source, counted_at)
        for (report, station), source in zip(named, sources, strict=True)
    ]


def _forms(election: Election, message: Message, rows: Sequence[Coordinator]) -> tuple[ReportReading, ...]:
    reads = read_incomplete if message.flag == Flag.INCOMPLETE else read
    return tuple(reads(readable_text(message, rows), election).reports)


def _replies(
    speaker: Speaker, message: Message, opened: Collection[Incident], proof: Proof, limits: Limits
) -> list[Message]:
    """Return the reply, unless it exists or would answer our own number."""
    unproven = [speaker.say(f"reply_{proof.doubt}")] if proof.doubt is not None else []
    reply = speaker.reply(message, [*_opened_sentences(speaker, opened), *unproven])
    return [] if is_own_number(speaker.phone) or reply.key in limits.existing_keys else [reply]


def _opened_sentences(speaker: Speaker, opened: Collection[Incident]) -> list[str]:
    if not opened:
        return [speaker.say("reply_incident")]
    return [speaker.say("command_opened", number=str(incident.number), station=incident.station) for incident in opened]


def _documents(
    who: str, named: Iterable[tuple[ReportReading, str]], incidents: SmsIncidents
) -> list[dict[str, object]]:
    return [
        _form_document(who, report, station) | ({"held": True} if incident.id in incidents.opening.left_out else {})
        for (report, station), incident in zip(named, incidents.reported, strict=True)
    ]


def _form_document(who: str, report: ReportReading, station: str) -> dict[str, object]:
    """Return the incident form as kept with its message, like an observer's."""
    answers = {code: value for code, value in report.answers.items() if code == CATEGORY}
    return {"form": report.form, "station": station, "round": NO_ROUND, "observer": who, "answers": answers}
