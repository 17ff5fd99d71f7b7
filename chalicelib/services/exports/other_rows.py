"""Incidents, messages, the audit trail and the roster as tables."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Observer, Station
from chalicelib.services.exports.table import Cell, Row, Scope, Table
from chalicelib.store import keys
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.message_queries import messages_of
from chalicelib.store.messages import Message
from chalicelib.store.operators import AuditRow, audit_of

_INCIDENT = ("number", "state", "severity", "category", "report", "region", "station", "opened_at_utc")
_INCIDENT_MORE = ("opened_at_local", "escalated", "may_be_same_as", "message")
_MESSAGE = ("key", "direction", "channel", "state", "reason", "region", "observer", "provider", "flag", "about")
_MESSAGE_TIMES = ("received_at_utc", "received_at_local", "stored_at_utc", "stored_at_local", "sent_at_utc")
_MESSAGE_MORE = ("carrier", "receipt", "segments", "cost", "currency", "resolution")
_STATION: Final = {
    "station": "number",
    "region": "region",
    "district": "district",
    "name": "name",
    "registered": "registered",
    "latitude": "latitude",
    "longitude": "longitude",
}
_OBSERVER: Final = {
    "observer": "number",
    "name": "name",
    "phone": "phones",
    "language": "language",
    "station": "station",
    "organisation": "organisation",
}
_COORDINATOR: Final = {
    name: name for name in ("name", "email", "phone", "language", "regions", "alerts", "sms_from", "level")
}
"""Columns of the roster's tables, each with the attribute that it shows."""


def incident_tables(scope: Scope) -> Iterator[Table]:
    """Yield the table of incidents, a row each."""
    people = ("observer", "text") if scope.wanted.people else ()
    yield Table("incidents", (*_INCIDENT, *_INCIDENT_MORE, *people), _incidents(scope))


def _incidents(scope: Scope) -> Iterator[Row]:
    for incident in incidents_of(scope.loaded.election.id):
        is_wanted = incident.region in scope.regions and scope.wants(incident.station)
        if is_wanted and scope.operator.sees_reports_of(incident.observer):
            people = (incident.observer, incident.text) if scope.wanted.people else ()
            yield (*_incident(scope, incident), *people)


def _incident(scope: Scope, incident: Incident) -> tuple[Cell, ...]:
    return (
        *(
            incident.number,
            incident.state,
            incident.severity,
            incident.category,
            incident.report,
            incident.region,
            incident.station,
        ),
        *scope.moments(incident.opened_at),
        *(incident.stage, " ".join(map(str, incident.may_be_same_as)), incident.message),
    )


def message_tables(scope: Scope) -> Iterator[Table]:
    """Yield the table of SMS and emails, in and out.

    Each has a row.
    """
    people = ("from", "to", "text") if scope.wanted.people else ()
    yield Table("messages", (*_MESSAGE, *_MESSAGE_TIMES, *_MESSAGE_MORE, *people), _messages(scope))


def _messages(scope: Scope) -> Iterator[Row]:
    for message in messages_of(scope.loaded.election.id):
        is_seen = message.region in scope.regions if message.region is not None else scope.sees_all
        is_seen = is_seen and scope.wants(_station_of(scope, message))
        if is_seen and scope.operator.sees_reports_of(message.reporter) and not keys.is_sign_in(message.key):
            people: tuple[Cell, ...] = (message.sender, message.recipient, message.text) if scope.wanted.people else ()
            if people and not scope.sees_people_of(message.reporter):
                people = (None, None, None)
            yield (*_message(scope, message), *people)


def _station_of(scope: Scope, message: Message) -> str | None:
    observer = scope.loaded.election.observer_by_number.get(message.reporter or "")
    return observer.station if observer is not None else None


def _message(scope: Scope, message: Message) -> tuple[Cell, ...]:
    resolution = (message.resolution or {}).get("how")
    return (
        *(
            message.key,
            message.direction,
            message.channel,
            message.state,
            message.reason,
            message.region,
            message.observer,
            message.provider,
        ),
        *(message.flag, message.about, *scope.moments(message.received_at), *scope.moments(message.stored_at)),
        *(
            scope.moments(message.sent_at)[0],
            message.carrier,
            message.receipt,
            message.segments,
            message.cost,
            message.currency,
            resolution,
        ),
    )


def audit_tables(scope: Scope) -> Iterator[Table]:
    """Yield the audit trail: who did what, on what, why.

    What was before and after is there too.
    """
    columns = ("at_utc", "at_local", "who", "action", "subject", "note", "before", "after")
    yield Table("audit", columns, (_audit(scope, row) for row in audit_of(scope.loaded.election.id)))


def _audit(scope: Scope, row: AuditRow) -> Row:
    changed = (_json(row.before), _json(row.after)) if scope.wanted.people else (None, None)
    return (*scope.moments(row.instant), row.who, row.action, row.subject, row.note, *changed)


def _json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value is not None else None


def roster_tables(scope: Scope) -> Iterator[Table]:
    """Yield stations and, where people are asked for, observers and coordinators.

    They are as the election file has them.
    """
    stations = [
        station
        for station in scope.loaded.election.stations
        if station.region in scope.regions and scope.wants(station.number) and scope.operator.sees_station(station)
    ]
    yield _table("stations", _STATION, stations)
    if not scope.wanted.people:
        return
    numbers = {station.number for station in stations}
    observers = (
        observer
        for observer in scope.loaded.election.observers
        if observer.station in numbers and scope.sees_people_of(observer.number)
    )
    yield _table("observers", _OBSERVER, observers)
    coordinators = (
        coordinator
        for coordinator in scope.loaded.election.coordinators
        if scope.sees_all or not {*coordinator.regions}.isdisjoint(scope.regions)
    )
    yield _table("coordinators", _COORDINATOR, coordinators)


def _table(name: str, columns: Mapping[str, str], rows: Iterable[Station | Observer | Coordinator]) -> Table:
    return Table(name, tuple(columns), (tuple(_cell(getattr(row, key)) for key in columns.values()) for row in rows))


def _cell(value: Any) -> Cell:
    cell: Cell = ";".join(value) if isinstance(value, tuple) else value
    return cell
