"""The call list: stations in calling order, why, and who has each."""

import datetime as dt
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.calls.priority import CallReason, Need, is_snoozed, overdue, points, reasons
from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import NO_ROUND, Election
from chalicelib.observation.elections.schedule import Place, round_due
from chalicelib.services.access.leases import lease_of
from chalicelib.services.access.operators import Operator
from chalicelib.store.calls import CallRow, calls_of
from chalicelib.store.elections import LoadedElection

MOST_LISTED: Final = 1_000
"""Stations of a list; the most urgent are shown, and `is_cut` says that there are more."""
WORKERS = 8


@dataclass(frozen=True, slots=True)
class Call:
    """A station that is to be called, with why and since when."""

    row: CallRow
    region: str
    need: Need
    why: tuple[CallReason, ...]
    is_snoozed: bool

    @property
    def order(self) -> tuple[bool, int, str]:
        """The order of calling: what is put off last, then by points."""
        return self.is_snoozed, -points(self.why), self.row.station


def calls_in_order(
    loaded: LoadedElection, regions: Sequence[str], now: dt.datetime, *, consistent: bool = False
) -> list[Call]:
    """Return the calls of some regions in the order of calling.

    There is a query per region. Raises StoreUnavailable.
    """
    election, at = loaded.election, loaded.clock.at(now)

    def read(region: str) -> list[Call]:
        return [
            call
            for row in calls_of(election.id, region, consistent=consistent)
            if row.station in election.station_by_number
            if (call := call_of_row(election, row, region, at)) is not None
        ]

    if len(regions) == 1:
        return sorted(read(regions[0]), key=lambda call: call.order)
    with ThreadPoolExecutor(WORKERS) as workers:
        listed = [call for calls in workers.map(read, regions) for call in calls]
    return sorted(listed, key=lambda call: call.order)


def call_of_row(election: Election, row: CallRow, region: str, at: dt.datetime) -> Call | None:
    """Return a row's call, None where nothing is to be called for."""
    need = row.needed
    if not need:
        return None
    return Call(row, region, need, reasons(election, need, row.tried, at), is_snoozed(row.tried, at))


def own_calls(operator: Operator, calls: Iterable[Call]) -> list[Call]:
    """Return the calls to stations where an operator's organisation observes."""
    sight = operator.sight
    return [call for call in calls if sight is None or sight.owns_part_of(call.row.station)]


def owing(calls: Iterable[Call], form: str | None) -> list[Call]:
    """Return calls to stations that owe a form; None: all."""
    return [call for call in calls if form is None or any(owed == form for owed, _ in call.need.owed)]


def regions_asked(election: Election, operator: Operator, regions: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the regions that an operator sees and asks for."""
    return tuple(region for region in election.regions if operator.sees(region) and (not regions or region in regions))


def list_calls(
    loaded: LoadedElection, operator: Operator, named_regions: Sequence[str], now: dt.datetime, form: str | None = None
) -> dict[str, Any]:
    """Return the call list of some regions.

    `form`: only stations that owe it. Raises StoreUnavailable.
    """
    election, at = loaded.election, loaded.clock.at(now)
    regions = regions_asked(election, operator, named_regions)
    calls = owing(own_calls(operator, calls_in_order(loaded, regions, now)), form)
    return {
        "election": election.id,
        "as_of": local_time(at, election.zone),
        "calls": [describe(election, operator, call, now, at) for call in calls[:MOST_LISTED]],
        "due": sum(not call.is_snoozed for call in calls),
        "is_cut": len(calls) > MOST_LISTED,
        "next_due": None if calls else next_due(election, at),
    }


def describe(election: Election, operator: Operator, call: Call, now: dt.datetime, at: dt.datetime) -> dict[str, Any]:
    """Return a call as lists show it."""
    row, station = call.row, election.station_by_number[call.row.station]
    observers = election.observers_by_station.get(station.number, ())
    return {
        "station": station.number,
        "name": station.name,
        "region": call.region,
        "district": station.district,
        "owed": [place_name(place) for place in call.need.owed],
        "overdue_minutes": max(int(overdue(election, call.need, at).total_seconds()) // 60, 0),
        "silent": call.need.is_silent,
        "heard": local_time(call.need.heard, election.zone),
        "incident": call.need.incident,
        "reminded": call.need.reminded,
        "asked": call.need.asked,
        "by_hand": by_hand_of(row),
        "points": points(call.why),
        "why": [reason.document() for reason in call.why],
        "observers": [
            {"number": observer.number, "name": observer.name, "phones": list(observer.phones)}
            for observer in observers
        ],
        "last": last_of(operator, row),
        "tries": row.tries or 0,
        "snoozed_until": local_time(row.snoozed_until, election.zone) if call.is_snoozed else None,
        "lease": lease_of(operator, row, now),
        "version": row.seen,
    }


def by_hand_of(row: CallRow) -> dict[str, Any] | None:
    """Return who has put a station on the list, if somebody has."""
    return {name: row.by_hand.get(name) for name in ("who", "at", "why")} if row.by_hand else None


def last_of(operator: Operator, row: CallRow) -> dict[str, Any] | None:
    """Return a station's last call, without another organisation's phone."""
    if row.last is None:
        return None
    last = dict(row.last)
    return last if sees_phone(operator, last.get("phone")) else last | {"phone": None}


def sees_phone(operator: Operator, phone: str | None) -> bool:
    """Whether an operator sees a phone: a coordinator's, or visible observers'."""
    sight = operator.sight
    if sight is None or phone is None or phone in sight.election.coordinators_by_phone:
        return True
    return any(sight.sees_people_of(observer.number) for observer in sight.election.observers_by_phone.get(phone, ()))


def place_name(place: Place) -> str:
    """Name a form and round: `TU 12:00`, `OP`."""
    form, name = place
    return form if name == NO_ROUND else f"{form} {name}"


def next_due(election: Election, at: dt.datetime) -> dict[str, Any] | None:
    """Return which report is due next, with its time.

    It is None where none is.
    """
    ahead = [
        (due, form.code, name)
        for form in election.forms
        for name in form.round_names
        if (due := round_due(election, form, name)) is not None and at < due
    ]
    if not ahead:
        return None
    due, form, name = min(ahead)
    return {"report": place_name((form, name)), "due": local_time(due, election.zone)}
