"""Log what a call came to, in one transaction.

It writes the contact, the station's row, and the answers taken.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib.observation.calls.outcomes import (
    LONGEST_SNOOZE,
    OUTCOMES,
    REACHED,
    Outcome,
    Person,
    phone_state,
)
from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.services.access.operators import NotOwn, Operator
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.calls.call_requests import answered_by, asking
from chalicelib.services.calls.lease import row_of, station_of
from chalicelib.services.calls.listing import sees_phone
from chalicelib.services.calls.refusals import LeaseLost, OutcomeInvalid
from chalicelib.services.desk.message import OTHERS_AT_WORK
from chalicelib.store.calls import NO_LEASE, CallRow, changing
from chalicelib.store.contacts import ContactRow, contact_id, counting, logging, station_key
from chalicelib.store.elections import LoadedElection
from chalicelib.store.outcome import WorkChanged
from chalicelib.store.writes import Write

MOST_PHONES: Final = 40
"""Phones of a station of which it is kept what calls have told."""


@dataclass(frozen=True, slots=True)
class CallReport:
    """What an operator says of a call.

    `person`, `name`, `phone`: who was called, on which phone. `will_send_at`: when they promised to send, on the
    election's clock. `stays`: the next phone is tried, so the station stays leased.
    `reminds`: an SMS reminds them at that time if nothing has come.
    """

    outcome: Outcome
    person: Person = "observer"
    name: str | None = None
    phone: str | None = None
    will_send_at: dt.datetime | None = None
    note: str = ""
    stays: bool = False
    reminds: bool = False


@dataclass(frozen=True, slots=True)
class PhoneEntry:
    """Answers taken by phone: their entry's key and writes."""

    key: str
    writes: tuple[Write, ...]


def log_call(
    loaded: LoadedElection, action: Action, station: str, call: CallReport, phone_entry: PhoneEntry | None = None
) -> dict[str, Any]:
    """Log a call, end its lease, and return what is offered next.

    `phone_entry` is written in the same transaction. Raises StationUnknown, OutcomeInvalid, LeaseLost where somebody
    else has the station, and what `perform` raises.
    """
    election, at = loaded.election, loaded.clock.at(action.now)
    station_of(election, action.operator, station)
    check(election, station, call, at, has_answers=phone_entry is not None)

    noted = replace(action, note=call.note)

    def attempt() -> Change:
        row, _ = row_of(loaded, action.operator, station)
        _require_own(row, action, call)
        waiting = asking(election, station) if call.outcome in REACHED else []
        contact = _contact(loaded, action, row, call, phone_entry)
        contact.ended = [message.key for message in waiting] or None
        writes = (
            logging(contact),
            changing(row, _changes(election, row, call, contact, action.now)),
            counting(election.id, hour_of(loaded, action.now), action.who, amounts_of(call.outcome)),
            *(phone_entry.writes if phone_entry else ()),
            *answered_by(waiting, noted, contact.id),
        )
        document = {
            "contact": contact.id,
            "station": station,
            "outcome": call.outcome,
            "entered": phone_entry.key if phone_entry else None,
            "offer": offer(election, action.operator, call, row, station),
            "version": row.seen + 1,
        }
        after = {
            "outcome": call.outcome,
            "snoozed_until": local_time(call.will_send_at, election.zone),
            "reminds": call.reminds,
        }
        return Change(document, writes, f"call logged: {call.outcome}", f"call {station}", row.last, after)

    return perform(noted, attempt, also=(WorkChanged, *OTHERS_AT_WORK))


def _require_own(row: CallRow, action: Action, call: CallReport) -> None:
    """Raise NotOwn or LeaseLost where phone or station is another's."""
    if not sees_phone(action.operator, call.phone):
        raise NotOwn("it is a phone of another organisation's observer")
    if row.is_held(action.now) and row.holder != action.who:
        raise LeaseLost(f"{row.holder} has station {row.station} now: your words are kept, take it over to log them")


def check(election: Election, station: str, call: CallReport, at: dt.datetime, *, has_answers: bool) -> None:
    """Raise OutcomeInvalid where what is said does not fit the outcome."""
    if call.outcome not in OUTCOMES:
        raise OutcomeInvalid("/outcome", f"use one of {', '.join(OUTCOMES)}")
    if call.outcome == "answered" and not has_answers:
        raise OutcomeInvalid("/answers", "answers were taken: enter them")
    if call.outcome != "answered" and has_answers:
        raise OutcomeInvalid("/answers", "answers come with the outcome answered alone")
    _check_promise(election, station, call, at)
    if call.stays and call.outcome in REACHED:
        raise OutcomeInvalid("/stays", "the station stays yours only while nobody is reached")
    if call.phone is not None and call.phone not in phones_of(election, station):
        raise OutcomeInvalid("/phone", "it is no phone of this station's observers or coordinators")


def _check_promise(election: Election, station: str, call: CallReport, at: dt.datetime) -> None:
    if call.will_send_at is not None:
        if call.outcome != "will_send":
            raise OutcomeInvalid("/will_send_at", "a time comes with the outcome will_send alone")
        if not at < call.will_send_at <= at + LONGEST_SNOOZE:
            raise OutcomeInvalid("/will_send_at", "the time is past, or more than 12 hours ahead")
    elif call.outcome == "will_send":
        raise OutcomeInvalid("/will_send_at", "say until when to wait")
    if call.reminds and call.will_send_at is None:
        raise OutcomeInvalid("/remind", "a reminder comes with the outcome will_send alone")
    if call.reminds and holder_of(election, station, call.phone) is None:
        raise OutcomeInvalid("/phone", "name the observer's phone that is to be reminded")


def phones_of(election: Election, station: str) -> frozenset[str]:
    """Return the phones that may be called about a station."""
    region = election.region_of(station)
    observers = election.observers_by_station.get(station, ())
    coordinators = [
        coordinator.phone for coordinator in election.coordinators if coordinator.covers(region) and coordinator.phone
    ]
    return frozenset([*(phone for observer in observers for phone in observer.phones), *coordinators])


def holder_of(election: Election, station: str, phone: str | None) -> Observer | None:
    """Return which of a station's observers has a phone, or None."""
    return next(
        (observer for observer in election.observers_by_station.get(station, ()) if phone in observer.phones), None
    )


def hour_of(loaded: LoadedElection, now: dt.datetime) -> str:
    """Return the election clock's local hour of a real instant."""
    return f"{loaded.clock.at(now).astimezone(loaded.election.zone):%Y-%m-%dT%H}"


def offer(
    election: Election, operator: Operator, call: CallReport, row: CallRow, station: str
) -> dict[str, Any] | None:
    """Return the offer after an outcome: incident, headquarters or next phones."""
    match call.outcome:
        case "not_open":
            return {"what": "incident", "says": "Open an incident: the station is not open.", "next_phones": []}
        case "refuses":
            return {"what": "headquarters", "says": "Tell headquarters: the observer is afraid.", "next_phones": []}
        case "no_answer" | "unreachable" | "wrong_number":
            return {
                "what": "next_phone",
                "says": "Try the next phone, then the other observer, then the coordinator.",
                "next_phones": next_phones(election, operator, station, call, row.phones or {}),
            }
        case _:
            return None


def next_phones(
    election: Election, operator: Operator, station: str, call: CallReport, known: Mapping[str, Any]
) -> list[str]:
    """Return the phones to try next: the observers', then the coordinators'.

    The order is NDI's.

    Without wrong ones, those called just now, and the one called.
    """
    region = election.region_of(station)
    shown = [
        observer
        for observer in election.observers_by_station.get(station, ())
        if operator.toward(observer.number) is operator
    ]
    observers = [phone for observer in shown for phone in observer.phones]
    covering = sorted(
        (coordinator for coordinator in election.coordinators if coordinator.covers(region)),
        key=lambda coordinator: coordinator.told_in,
    )
    coordinators = [coordinator.phone for coordinator in covering if coordinator.phone]
    tried = {phone for phone, state in known.items() if state.get("state") in ("wrong", "off", "no_answer")}
    return [phone for phone in dict.fromkeys([*observers, *coordinators]) if phone not in {*tried, call.phone}]


def _contact(
    loaded: LoadedElection, action: Action, row: CallRow, call: CallReport, phone_entry: PhoneEntry | None
) -> ContactRow:
    return ContactRow(
        station_key(loaded.election.id, row.station),
        contact_id(action.now, action.key),
        at=loaded.clock.at(action.now),
        who=action.who,
        operator=action.operator.name,
        outcome=call.outcome,
        person=call.person,
        name=call.name,
        phone=call.phone,
        note=call.note.strip() or None,
        owed=[list(place) for place in row.needed.owed] or None,
        snoozed_until=call.will_send_at,
        entered=phone_entry.key if phone_entry else None,
        before=before_of(row),
    )


def before_of(row: CallRow) -> dict[str, Any]:
    """Return what of a row a call replaces, as JSON's values."""
    return {
        "last": row.last,
        "tries": row.tries or 0,
        "reached_at": row.reached_at.isoformat() if row.reached_at else None,
        "snoozed_until": row.snoozed_until.isoformat() if row.snoozed_until else None,
        "phones": row.phones or {},
        "promise": row.promise,
        "by_hand": row.by_hand,
    }


def _changes(
    election: Election, row: CallRow, call: CallReport, contact: ContactRow, now: dt.datetime
) -> dict[str, Any]:
    """Return what a call changes of its station's row, by attribute."""
    last = {
        "at": contact.at.isoformat(timespec="seconds"),
        "outcome": call.outcome,
        "person": call.person,
        "phone": call.phone,
        "who": contact.who,
        "contact": contact.id,
    }
    return {
        **({} if call.stays else NO_LEASE),
        "last": last,
        "tries": (row.tries or 0) + 1,
        "snoozed_until": call.will_send_at,
        "promise": _promise(election, row, call, contact),
        **({"reached_at": contact.at, "by_hand": None} if call.outcome in REACHED else {}),
        **({"phones": _phones(row, call, contact.at, now)} if call.phone is not None else {}),
    }


def _promise(election: Election, row: CallRow, call: CallReport, contact: ContactRow) -> dict[str, Any] | None:
    """Return until when an observer will have sent, to be reminded."""
    observer = holder_of(election, row.station, call.phone)
    if not call.reminds or observer is None or call.will_send_at is None:
        return None
    at = call.will_send_at.isoformat()
    return {"at": at, "phone": call.phone, "observer": observer.number, "contact": contact.id}


def _phones(row: CallRow, call: CallReport, at: dt.datetime, now: dt.datetime) -> dict[str, Any]:
    state = {"state": phone_state(call.outcome), "at": at.isoformat(timespec="seconds"), "real": now.isoformat()}
    phones = {**(row.phones or {}), str(call.phone): state}
    return dict(sorted(phones.items(), key=lambda known: known[1]["real"], reverse=True)[:MOST_PHONES])


def amounts_of(outcome: Outcome, sign: int = 1) -> dict[str, int]:
    """Return what a call adds to its operator's figures.

    With sign -1 it is taken back.
    """
    amounts = {"attempts": sign, outcome: sign}
    return amounts | ({"reached": sign} if outcome in REACHED else {})
