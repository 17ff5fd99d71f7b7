"""The card of a station that is called.

What is owed as of now, whom to call, what to say.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.calls.script import fields, script
from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.elections.schedule import Place, round_due
from chalicelib.observation.incidents.lifecycle import OPEN
from chalicelib.observation.reports.reminders import overdue_rounds
from chalicelib.observation.reports.report import Report
from chalicelib.services.access.leases import lease_of
from chalicelib.services.access.operators import Operator
from chalicelib.services.access.seen_reports import reports_at
from chalicelib.services.calls.call_requests import asking
from chalicelib.services.calls.call_requests import describe as describe_requests
from chalicelib.services.calls.contacts import contact_document
from chalicelib.services.calls.lease import row_of
from chalicelib.services.calls.listing import by_hand_of, call_of_row, last_of, place_name, sees_phone
from chalicelib.services.incidents.alerts import describe
from chalicelib.services.outreach.gaps import owes
from chalicelib.services.rehearsals.ring import can_ring
from chalicelib.store import keys
from chalicelib.store.calls import CallRow
from chalicelib.store.contacts import contacts_of
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident
from chalicelib.store.message_queries import get_many, newest_with
from chalicelib.store.messages import Message
from chalicelib.store.moved_incidents import incidents_of_station
from chalicelib.store.opt_outs import wish_of

CONTACTS: Final = 10
MOST_EXCHANGED: Final = 40
"""Messages of a phone that are looked through for its last sign of life and its reminders."""
MOST_REMINDERS: Final = 6


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone: when it was last heard, and how its reminders fared."""

    number: str
    heard_at: dt.datetime | None
    reminders: tuple[tuple[dt.datetime, str], ...]
    is_opted_out: bool


def show_card(loaded: LoadedElection, operator: Operator, station: str, now: dt.datetime) -> dict[str, Any]:
    """Return a station's card, its reports read as of now.

    A query each of its reports, contacts and incidents, and one for each phone. `can_ring`: simulated observers answer,
    as in a rehearsal for operators in training. Raises StationUnknown,
    StoreUnavailable.
    """
    election, at = loaded.election, loaded.clock.at(now)
    row, region = row_of(loaded, operator, station)
    reports = {(row.report.form, row.report.round): row.report for row in reports_at(election, operator, station)}
    owed = _owed(election, station, reports, at)
    observers = election.observers_by_station.get(station, ())
    phones = _phones(loaded, observers)
    call = call_of_row(election, row, region, at)
    known = election.station_by_number[station]
    return {
        "election": election.id,
        "as_of": local_time(at, election.zone),
        "station": station,
        "name": known.name,
        "district": known.district,
        "region": region,
        "registered": known.registered,
        "owed": [_owed_document(election, place) for place in owed],
        "came": _received(election, row, reports, owed),
        "why": [reason.document() for reason in call.why] if call else [],
        "observers": [_observer(election, observer, row, phones, owed) for observer in observers],
        **_coordinators(election, region),
        "fields": fields(election, owed, observers[0].language if observers else election.languages[0]),
        "contacts": _contacts(election, operator, station),
        "asked": _requests(election, operator, station),
        "incidents": _incidents(election, operator, station),
        "by_hand": by_hand_of(row),
        "last": last_of(operator, row),
        "snoozed_until": local_time(row.snoozed_until, election.zone),
        "lease": lease_of(operator, row, now),
        "can_ring": can_ring(loaded, station),
        "version": row.seen,
    }


def _owed(election: Election, station: str, reports: Mapping[Place, Report], at: dt.datetime) -> list[Place]:
    """Return what a station owes now: the count form, then the newest."""
    return [
        place
        for place in reversed(overdue_rounds(election, at))
        if owes(election, reports.get(place) or Report(station, *place))
    ]


def _owed_document(election: Election, place: Place) -> dict[str, Any]:
    form = election.form_by_code[place[0]]
    return {"report": place_name(place), "due": local_time(round_due(election, form, place[1]), election.zone)}


def _received(
    election: Election, row: CallRow, reports: Mapping[Place, Report], owed: Sequence[Place]
) -> list[dict[str, Any]]:
    """Return what was called for and has come meanwhile, with its time."""
    received = [place for place in row.needed.owed if place not in owed and place in reports]
    return [
        {"report": place_name(place), "at": local_time(_first_at(reports[place]), election.zone)}
        for place in received
        if reports[place].observers
    ]


def _first_at(report: Report) -> dt.datetime:
    return max(answers.first_at for answers in report.observers.values())


def _phones(loaded: LoadedElection, observers: Sequence[Observer]) -> dict[str, Phone]:
    """Return what is known of the observers' phones, by number."""
    numbers = list(dict.fromkeys(phone for observer in observers for phone in observer.phones))

    def read(number: str) -> Phone:
        exchanged = newest_with(number, MOST_EXCHANGED)
        heard = next((at for key, at in exchanged if not keys.is_outgoing(key)), None)
        reminders = [key for key, _ in exchanged if keys.is_reminder(key)][:MOST_REMINDERS]
        rows = sorted(get_many(reminders), key=lambda reminder: reminder.stored_at, reverse=True) if reminders else []
        wish = wish_of(loaded.election.id, number)
        fates = tuple((reminder.stored_at, _fate(reminder)) for reminder in rows)
        return Phone(number, heard, fates, wish is not None and wish.wish == "out")

    if not numbers:
        return {}
    with ThreadPoolExecutor(len(numbers)) as workers:
        return {phone.number: phone for phone in workers.map(read, numbers)}


def _fate(message: Message) -> str:
    """Say what became of an SMS.

    Its carrier's last word, or its state.
    """
    return " ".join(filter(None, (message.receipt or message.state, message.receipt_detail)))


def _observer(
    election: Election, observer: Observer, row: CallRow, phones: Mapping[str, Phone], owed: Sequence[Place]
) -> dict[str, Any]:
    known = row.phones or {}
    in_order = sorted(observer.phones, key=lambda number: _order(number, known, phones, observer))
    return {
        "number": observer.number,
        "name": observer.name,
        "language": observer.language,
        "phones": [_phone(election, phones[number], known.get(number)) for number in in_order],
        "script": script(election, observer, owed),
    }


def _order(
    number: str, known: Mapping[str, Any], phones: Mapping[str, Phone], observer: Observer
) -> tuple[bool, float, int]:
    """Order phones by when they were last heard, wrong ones last."""
    state = known.get(number) or {}
    heard = phones[number].heard_at
    answered = dt.datetime.fromisoformat(state["real"]) if state.get("state") == "answers" and "real" in state else None
    newest = max([at for at in (heard, answered) if at is not None], default=None)
    return state.get("state") == "wrong", -newest.timestamp() if newest else 0.0, observer.phones.index(number)


def _phone(election: Election, phone: Phone, state: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "phone": phone.number,
        "heard_at": phone.heard_at.isoformat(timespec="seconds") if phone.heard_at else None,
        "reminders": [{"at": at.isoformat(timespec="seconds"), "fate": fate} for at, fate in phone.reminders],
        "opted_out": phone.is_opted_out,
        "shared_with": [observer.number for observer in election.observers_by_phone.get(phone.number, ())[1:]],
        "state": (state or {}).get("state"),
        "told_at": (state or {}).get("at"),
    }


def _coordinators(election: Election, region: str) -> dict[str, Any]:
    """Return whom to call when no observer answers.

    They are the region's own, and who comes after them.
    """
    covering = sorted(
        (coordinator for coordinator in election.coordinators if coordinator.covers(region)),
        key=lambda coordinator: coordinator.told_in,
    )
    first = covering[0].told_in if covering else None
    nearest = [_coordinator(coordinator) for coordinator in covering if coordinator.told_in == first]
    return {
        "coordinators": nearest,
        "back_up": [_coordinator(coordinator) for coordinator in covering if coordinator.told_in != first],
    }


def _coordinator(coordinator: Coordinator) -> dict[str, Any]:
    return {"name": coordinator.name, "phone": coordinator.phone, "language": coordinator.language}


def _contacts(election: Election, operator: Operator, station: str) -> list[dict[str, Any]]:
    return [
        contact_document(operator, election, contact)
        for contact in contacts_of(election.id, station, CONTACTS)
        if sees_phone(operator, contact.phone)
    ]


def _requests(election: Election, operator: Operator, station: str) -> list[dict[str, Any]]:
    return describe_requests(
        [message for message in asking(election, station) if operator.sees_reports_of(message.reporter)]
    )


def _incidents(election: Election, operator: Operator, station: str) -> list[dict[str, Any]]:
    return [
        _incident(election, incident)
        for incident in incidents_of_station(election.id, station)
        if operator.sees_reports_of(incident.observer)
    ]


def _incident(election: Election, incident: Incident) -> dict[str, Any]:
    return {
        "number": incident.number,
        "state": incident.state,
        "severity": incident.severity,
        "description": describe(election, incident, "en"),
        "opened_at": local_time(incident.opened_at, election.zone),
        "is_open": incident.state in OPEN,
    }
