"""Incidents, messages, the audit trail and the roster as tables."""

import json
from collections.abc import Iterator
from typing import Any

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


def incident_tables(scope: Scope) -> Iterator[Table]:
    """Yield the table of incidents, a row each."""
    people = ("observer", "text") if scope.wanted.people else ()
    yield Table("incidents", (*_INCIDENT, *_INCIDENT_MORE, *people), _incidents(scope))


def _incidents(scope: Scope) -> Iterator[Row]:
    for one in incidents_of(scope.loaded.election.id):
        if one.region in scope.regions and scope.operator.sees_reports_of(one.observer):
            people = (one.observer, one.text) if scope.wanted.people else ()
            yield (*_incident(scope, one), *people)


def _incident(scope: Scope, one: Incident) -> tuple[Cell, ...]:
    return (
        *(one.number, one.state, one.severity, one.category, one.report, one.region, one.station),
        *scope.moments(one.opened_at),
        *(one.stage, " ".join(map(str, one.may_be_same_as)), one.message),
    )


def message_tables(scope: Scope) -> Iterator[Table]:
    """Yield the table of SMS and emails, in and out.

    A row each.
    """
    people = ("from", "to", "text") if scope.wanted.people else ()
    yield Table("messages", (*_MESSAGE, *_MESSAGE_TIMES, *_MESSAGE_MORE, *people), _messages(scope))


def _messages(scope: Scope) -> Iterator[Row]:
    for one in messages_of(scope.loaded.election.id):
        is_seen = one.region in scope.regions if one.region is not None else scope.sees_all
        if is_seen and scope.operator.sees_reports_of(one.reporter) and not keys.is_sign_in(one.key):
            people: tuple[Cell, ...] = (one.sender, one.recipient, one.text) if scope.wanted.people else ()
            if people and not scope.sees_people_of(one.reporter):
                people = (None, None, None)
            yield (*_message(scope, one), *people)


def _message(scope: Scope, one: Message) -> tuple[Cell, ...]:
    resolution = (one.resolution or {}).get("how")
    return (
        *(one.key, one.direction, one.channel, one.state, one.reason, one.region, one.observer, one.provider),
        *(one.flag, one.about, *scope.moments(one.received_at), *scope.moments(one.stored_at)),
        *(scope.moments(one.sent_at)[0], one.carrier, one.receipt, one.segments, one.cost, one.currency, resolution),
    )


def audit_tables(scope: Scope) -> Iterator[Table]:
    """Yield the audit trail.

    Who did what, on what, why, with what before and after.
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

    As the election file has them.
    """
    election = scope.loaded.election
    stations = [one for one in election.stations if one.region in scope.regions and scope.operator.sees_station(one)]
    yield Table(
        "stations",
        ("station", "region", "district", "name", "registered", "latitude", "longitude"),
        (
            (
                station.number,
                station.region,
                station.district,
                station.name,
                station.registered,
                station.latitude,
                station.longitude,
            )
            for station in stations
        ),
    )
    if not scope.wanted.people:
        return
    numbers = {one.number for one in stations}
    observers = (one for one in election.observers if one.station in numbers and scope.sees_people_of(one.number))
    yield Table(
        "observers",
        ("observer", "name", "phone", "language", "station", "organisation"),
        (
            (one.number, one.name, ";".join(one.phones), one.language, one.station, one.organisation)
            for one in observers
        ),
    )
    yield Table(
        "coordinators",
        ("name", "email", "phone", "language", "regions", "alerts", "sms_from", "level"),
        (
            (
                one.name,
                one.email,
                one.phone,
                one.language,
                ";".join(one.regions),
                ";".join(one.alerts),
                one.sms_from,
                one.level,
            )
            for one in election.coordinators
            if scope.sees_all or not {*one.regions}.isdisjoint(scope.regions)
        ),
    )
