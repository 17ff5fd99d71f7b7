"""Critical incidents: which a message opens, and who is told at once."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TypedDict, cast

from chalicelib.observation.election import Coordinator, Election, Form, Severity, Station
from chalicelib.observation.reading.model import CATEGORY, Value
from chalicelib.observation.replies import incident_alert_email, incident_alert_sms
from chalicelib.services import outbox
from chalicelib.services.interpret import ResolvedReport
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message

CRITICAL_ANSWER: Severity = "high"
UNKNOWN_CATEGORY: Severity = "high"
"""An incident whose category nobody could read may be the worst."""


class _Told(TypedDict):
    severity: Severity
    category: str
    station: Station
    region: str
    number_or_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident that a message opens, with the alerts of its coordinators."""

    incident: Incident
    alerts: tuple[Message, ...]

    @property
    def keys(self) -> frozenset[str]:
        """Keys that may exist only once."""
        return frozenset({self.incident.id, *(alert.key for alert in self.alerts)})


def opened_by(
    election: Election, message: Message, reports: tuple[ResolvedReport, ...], counted_at: dt.datetime, now: dt.datetime
) -> list[Opened]:
    """The incidents that a message's reports open, each once: incident forms, and `critical_if` answers."""
    opened: list[Incident] = []
    for place, report in enumerate(reports):
        form = election.form_by_code.get(report.reading.form)
        if form is None:
            opened.append(_reported(election, message, report, place, counted_at))
        elif report.counts:
            opened.extend(_answered(election, form, message, report, counted_at))
    once = {incident.id: incident for incident in reversed(opened)}
    return [Opened(incident, _alerts(election, incident, now)) for incident in once.values()]


def is_critical(form: Form, code: str, value: Value) -> bool:
    """Whether an answer is the one that opens an incident."""
    critical = form.by_code[code].critical_if
    if critical is None:
        return False
    if isinstance(value, tuple):
        return critical in value
    return isinstance(value, bool) == isinstance(critical, bool) and value == critical


def _reported(
    election: Election, message: Message, report: ResolvedReport, place: int, counted_at: dt.datetime
) -> Incident:
    number = report.reading.answers.get(CATEGORY)
    category = election.incidents.categories.get(number) if election.incidents and isinstance(number, int) else None
    return Incident(
        election.id,
        reported_id(message.key, place),
        severity=category.severity if category else UNKNOWN_CATEGORY,
        category=number if category else None,
        region=election.station_by_number[report.station].region,
        station=report.station,
        observer=report.observer.number,
        message=message.key,
        text=report.reading.comment,
        opened_at=counted_at,
    )


def _answered(
    election: Election, form: Form, message: Message, report: ResolvedReport, counted_at: dt.datetime
) -> list[Incident]:
    return [
        Incident(
            election.id,
            answered_id(report.station, form.code, code),
            severity=CRITICAL_ANSWER,
            region=election.station_by_number[report.station].region,
            station=report.station,
            observer=report.observer.number,
            message=message.key,
            report=f"{form.code}#{report.round}#{code}",
            text=report.reading.comment,
            opened_at=counted_at,
        )
        for code, value in report.reading.answers.items()
        if is_critical(form, code, value)
    ]


def reported_id(message_key: str, place: int) -> str:
    """The id of the incident that a message reports as such, at a place among its forms."""
    return _short_id(f"{message_key}#{place}")


def answered_id(station: str, form: str, code: str) -> str:
    """The id of the incident that an answer opens: once a station and question, whoever answers and in what round."""
    return _short_id(f"{station}#{form}#{code}")


def _short_id(source: str) -> str:
    """A short name for an incident, the same whenever its source is processed again: 40 bits of SHA-256."""
    return hashlib.sha256(source.encode()).hexdigest()[:10].upper()


def describe(election: Election, incident: Incident, language: str) -> str:
    """What an incident is, in words: its category, or the question whose answer opened it; else empty."""
    if incident.report is not None:
        form_code, _, code = incident.report.split("#")
        label = election.text(election.form_by_code[form_code].by_code[code].label, language)
        return f"{form_code} {code}: {label}"
    if incident.category is None or election.incidents is None:
        return ""
    return election.text(election.incidents.categories[int(incident.category)].name, language)


def _alerts(election: Election, incident: Incident, now: dt.datetime) -> tuple[Message, ...]:
    rows: list[Message] = []
    for place, coordinator in enumerate(election.coordinators):
        if coordinator.covers(incident.region):
            rows += _alerts_to(election, coordinator, f"alert#{election.id}#{incident.id}#{place}", incident, now)
    return tuple(rows)


def _alerts_to(
    election: Election, coordinator: Coordinator, key: str, incident: Incident, now: dt.datetime
) -> list[Message]:
    rows: list[Message] = []
    told: _Told = {
        "severity": cast(Severity, incident.severity),
        "category": describe(election, incident, coordinator.language),
        "station": election.station_by_number[incident.station],
        "region": incident.region,
        "number_or_id": incident.id,
        "text": incident.text or "",
    }
    origin = outbox.Origin(election.id, incident.id, now, "alert")
    if "sms" in coordinator.alerts and coordinator.phone:
        text = incident_alert_sms(election, coordinator.language, **told)
        rows.append(outbox.sms(f"{key}#sms", coordinator.phone, text, origin))
    if "email" in coordinator.alerts and coordinator.email:
        subject, text = incident_alert_email(election, coordinator.language, **told)
        rows.append(outbox.email(f"{key}#email", coordinator.email, text, origin, subject=subject))
    return rows
