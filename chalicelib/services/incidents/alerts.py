"""Incidents that a message opens, and their alerts."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from chalicelib.observation.coordinators.texts import alert_remarks
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.elections.values import Severity
from chalicelib.observation.incidents.lifecycle import Group, critical_answers, escalates_after
from chalicelib.observation.reading.model import CATEGORY, Reading, ReportReading
from chalicelib.observation.replies.incident_alerts import IncidentNotice, incident_alert_email, incident_alert_sms
from chalicelib.observation.reports.resolve import ResolvedReport
from chalicelib.observation.sms.codes import CODE_REASONS, without_code
from chalicelib.observation.sms.multipart import name_of
from chalicelib.observation.texts.catalogue import text as say
from chalicelib.services import outbox
from chalicelib.store import keys
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message

CRITICAL_ANSWER: Severity = "high"
UNKNOWN_CATEGORY: Severity = "high"
"""An incident whose category nobody could read may be the worst."""


@dataclass(frozen=True, slots=True)
class OpenedIncident:
    """An incident that a message opens, with the alerts of its coordinators."""

    incident: Incident
    alerts: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why coordinators are told of an incident besides its opening and escalation.

    `name` stands in the alerts' keys. `graver_than`: how grave they had been told that it is.
    """

    name: str
    graver_than: Severity | None = None


def opened_by(
    election: Election, message: Message, reports: Iterable[ResolvedReport], counted_at: dt.datetime
) -> list[Incident]:
    """Return the unnumbered incidents that a message's reports open.

    They come of incident forms, and of `critical_if` answers.
    """
    opened: dict[str, Incident] = {}
    resolved = list(reports)
    sources = incident_sources(
        message,
        [(opened_incident.reading.form, opened_incident.reading.answers.get(CATEGORY)) for opened_incident in resolved],
    )
    for report, source in zip(resolved, sources, strict=True):
        form = election.form_by_code.get(report.reading.form)
        if form is None:
            by = report.observer.number
            opened_incident = reported(election, message, report.reading, report.station, by, source, counted_at)
            opened[opened_incident.id] = opened_incident
        elif report.alarms:
            for answered in _answered(election, form, message, report, counted_at):
                opened.setdefault(answered.id, answered)
    return list(opened.values())


def opens_incident(election: Election, reading: Reading) -> bool:
    """Tell whether a text opens an incident, whoever sent it.

    It reports one, or gives an answer that opens one.
    """
    for report in reading.reports:
        form = election.form_by_code.get(report.form)
        if form is None or critical_answers(form, report.answers):
            return True
    return False


def reported(
    election: Election,
    message: Message,
    report: ReportReading,
    station: str,
    reporter: str,
    source: str,
    counted_at: dt.datetime,
) -> Incident:
    """Return the unnumbered incident that an incident form reports.

    `reporter`: an observer's number, or a name.
    """
    number = report.answers.get(CATEGORY)
    category = election.incidents.categories.get(number) if election.incidents and isinstance(number, int) else None
    return Incident(
        election.id,
        incident_id(station, source),
        severity=category.severity if category else UNKNOWN_CATEGORY,
        category=number if category else None,
        region=election.region_of(station),
        station=station,
        observer=reporter,
        message=message.key,
        text=report.comment or _words(message),
        opened_at=counted_at,
    )


def _answered(
    election: Election, form: Form, message: Message, report: ResolvedReport, counted_at: dt.datetime
) -> list[Incident]:
    return [
        Incident(
            election.id,
            answered_id(report.station, form.code, report.round, code, report.observer.number, report.flags),
            severity=CRITICAL_ANSWER,
            region=election.region_of(report.station),
            station=report.station,
            observer=report.observer.number,
            message=message.key,
            report=f"{form.code}#{report.round}#{code}",
            text=report.reading.comment or _words(message),
            opened_at=counted_at,
        )
        for code in report.critical
    ]


def _words(message: Message) -> str | None:
    """Return an SMS's words as an alert quotes them: without codes."""
    return without_code(message.text_as_sent) if message.text_as_sent else None


def left_out_of(
    election: Election, message: Message, reports: Sequence[ResolvedReport], left_out: Mapping[str, str]
) -> tuple[ResolvedReport, ...]:
    """Hold and flag the reports whose incidents do not open.

    `left_out`: reasons by id.
    """
    sources = incident_sources(
        message, [(report.reading.form, report.reading.answers.get(CATEGORY)) for report in reports]
    )
    return tuple(_left_out(election, report, source, left_out) for report, source in zip(reports, sources, strict=True))


def _left_out(election: Election, report: ResolvedReport, source: str, left_out: Mapping[str, str]) -> ResolvedReport:
    form = election.form_by_code.get(report.reading.form)
    if form is None:
        reason = left_out.get(incident_id(report.station, source))
        return report if reason is None else replace(report, counts=False, flags=(*report.flags, reason))
    ids = {
        code: answered_id(report.station, form.code, report.round, code, report.observer.number, report.flags)
        for code in report.critical
    }
    kept = tuple(code for code in report.critical if ids[code] not in left_out)
    reasons = dict.fromkeys(left_out[ids[code]] for code in report.critical if code not in kept)
    return replace(report, critical=kept, flags=(*report.flags, *reasons)) if reasons else report


def incident_sources(message: Message, forms: Sequence[tuple[str, object]]) -> list[str]:
    """Return what the incident of each form is told by.

    `said`: of each its form and category. It is the form's place. In a long SMS, which may be read again once more
    parts have come, places move: there it is what is said, and how often it was said before.
    """
    if message.parts is None:
        return [f"{message.key}#{place}" for place in range(len(forms))]
    name = name_of(message.key)
    return [f"{name}#{form}#{forms[:place].count(form)}" for place, form in enumerate(forms)]


def answered_id(station: str, form: str, round_name: str, code: str, observer: str, flags: Iterable[str] = ()) -> str:
    """Return the id of the incident that an answer opens.

    One however often the observer sends it for a form and round; `flags` of a report that was not proven make it
    another, so that whoever forges a number cannot keep the observer's own from being told.
    """
    unproven = "" if CODE_REASONS.isdisjoint(flags) else "#unproven"
    return incident_id(station, f"{station}#{form}#{round_name}#{code}#{observer}{unproven}")


def incident_id(station: str, source: str) -> str:
    """Return an incident's key: the station, and 40 bits of SHA-256.

    It is the same whenever its source is processed again.
    """
    return f"{station}#{hashlib.sha256(source.encode()).hexdigest()[:10].upper()}"


def describe(election: Election, incident: Incident, language: str) -> str:
    """Say in words what an incident is, or "".

    It is its category, or the question whose answer opened it.
    """
    if incident.report is not None:
        form_code, _, code = incident.report.split("#")
        label = election.text(election.form_by_code[form_code].by_code[code].label, language)
        return f"{form_code} {code}: {label}"
    if incident.category is None or election.incidents is None:
        return ""
    return election.text(election.incidents.categories[incident.category].name, language)


def alerts_of(
    election: Election,
    incident: Incident,
    group: Group,
    muted: Iterable[str],
    now: dt.datetime,
    sender: str | None,
    occasion: Occasion | None = None,
) -> tuple[Message, ...]:
    """Make the alerts that tell coordinators of an incident.

    They are made at its stage of escalation, or on another occasion. Phones that are muted get no SMS, unless the
    incident is critical; email disturbs nobody and always goes. `sender`: the number that SMS come from, so that the
    answers lead to the election.
    """
    silent = frozenset[str]() if incident.severity == "critical" else frozenset(muted)
    origin = outbox.Origin(election.id, incident.id, now, "alert", incident.message)
    named = occasion or Occasion(str(incident.stage))
    rows: list[Message] = []
    for place in group:
        coordinator = election.coordinators[place]
        notice = _notice(election, coordinator.language, incident, occasion)
        key = keys.alert(incident.election, incident.id, named.name, coordinator.id)
        rows += _alerts_to(election, coordinator, key, notice, silent, origin, sender)
    return tuple(rows)


def is_told_at_once(incident: Incident, alert_key: str) -> bool:
    """Tell whether an alert was queued when its incident opened.

    Later ones come of an escalation.
    """
    return keys.is_alert_of(alert_key, incident.election, incident.id, 0)


def _alerts_to(
    election: Election,
    coordinator: Coordinator,
    key: str,
    notice: IncidentNotice,
    silent: frozenset[str],
    origin: outbox.Origin,
    sender: str | None,
) -> list[Message]:
    language = coordinator.language
    wants_sms = coordinator.wants_sms(notice["severity"]) and coordinator.phone not in silent
    return outbox.to_coordinator(
        coordinator,
        key,
        origin,
        sms=incident_alert_sms(election, language, **notice) if wants_sms else None,
        email=outbox.Email(*incident_alert_email(election, language, **notice))
        if "email" in coordinator.alerts
        else None,
        sender=sender,
    )


def _notice(election: Election, language: str, incident: Incident, occasion: Occasion | None) -> IncidentNotice:
    severity = incident.severity
    waited = escalates_after(election, severity) if incident.stage and occasion is None else None
    graver_than = occasion.graver_than if occasion is not None else None
    same, more = incident.may_be_same_as, incident.more or 0
    return {
        "severity": severity,
        "category": describe(election, incident, language),
        "station": election.station_by_number[incident.station],
        "region": incident.region,
        "number_or_id": str(incident.number),
        "text": incident.text or "",
        "doubt": say(election, language, f"alert_{incident.doubt}") if incident.doubt else "",
        "remarks": alert_remarks(election, language, same, waited, more, graver_than),
    }
