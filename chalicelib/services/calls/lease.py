"""Lease a station for ten minutes, so that nobody else calls it.

A lease has a name, ends by itself, and can be taken over by anybody, which the audit trail tells. It is a condition on
the row's version: of two who ask at once, one gets it.
"""

import datetime as dt
import zlib
from collections.abc import Callable, Iterable
from typing import Any, Final

from chalicelib.observation.elections.election import Election, Station
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.calls.listing import Call, calls_in_order, owing, own_calls, regions_asked
from chalicelib.services.calls.refusals import LeaseLost, NothingToDo, StationUnknown, TaskLeased
from chalicelib.store.calls import NO_LEASE, CallRow, call_of, changing, lease_by
from chalicelib.store.elections import LoadedElection
from chalicelib.store.outcome import WorkChanged

LEASED_FOR: Final = dt.timedelta(minutes=10)


def lease_next(
    loaded: LoadedElection,
    action: Action,
    named_regions: Iterable[str] = (),
    passed: Iterable[str] = (),
    form: str | None = None,
) -> dict[str, Any]:
    """Lease the most urgent station that nobody has, and return its lease.

    What an operator holds already comes first, so that a reload loses nothing. `passed`: stations that they have just
    passed on, which come once nothing else is left. `form`: only stations that owe it. Raises NothingToDo, and what
    `perform` raises.
    """
    attempts = 0
    passed = frozenset(passed)

    def attempt() -> Change:
        nonlocal attempts
        regions = regions_asked(loaded.election, action.operator, tuple(named_regions))
        calls = own_calls(action.operator, calls_in_order(loaded, regions, action.now, consistent=True))
        mine = [call for call in calls if call.row.is_held(action.now) and call.row.holder == action.who]
        free = [call for call in owing(calls, form) if not call.is_snoozed and not call.row.is_held(action.now)]
        free = [call for call in free if call.row.station not in passed] or free
        if not mine and not free:
            raise NothingToDo("no station is to be called that nobody has")
        chosen = mine[0] if mine else free[among_first(action, attempts, len(free))]
        attempts += 1
        return taking(action, chosen.row, chosen.region, "call leased")

    return perform(action, attempt, also=(WorkChanged,))


def among_first(action: Action, attempts: int, count: int) -> int:
    """Choose one of the most urgent at random, so that collisions part.

    The first is chosen at the first attempt; then one of as many as collisions tell that ask at once.
    """
    return zlib.crc32(f"{action.who}#{action.key}#{attempts}".encode()) % min(1 << attempts, count)


def lease(loaded: LoadedElection, action: Action, station: str) -> dict[str, Any]:
    """Lease a station, or lengthen one's own lease.

    Raises Leased where somebody else has it, StationUnknown, and what `perform` raises.
    """

    def attempt(row: CallRow) -> str:
        if row.is_held(action.now) and row.holder != action.who:
            raise TaskLeased(f"{row.holder} has station {station} until {_until(row)}")
        return "call leased"

    return _change(loaded, action, station, attempt)


def renew(loaded: LoadedElection, action: Action, station: str) -> dict[str, Any]:
    """Lengthen one's own lease.

    Raises LeaseLost where it has ended, and what `perform` raises.
    """

    def attempt(row: CallRow) -> str:
        require_held(row, action.operator, action.now)
        return "call lease renewed"

    return _change(loaded, action, station, attempt)


def take_over(loaded: LoadedElection, action: Action, station: str) -> dict[str, Any]:
    """Take a station from whoever has it; raises what `perform` raises."""
    return _change(loaded, action, station, lambda _: "call taken over")


def release(loaded: LoadedElection, action: Action, station: str) -> dict[str, Any]:
    """End one's own lease.

    Raises LeaseLost where it has ended, and what `perform` raises.
    """

    def attempt() -> Change:
        row, _ = row_of(loaded, action.operator, station)
        require_held(row, action.operator, action.now)
        document = {"station": station, "lease": None, "version": row.seen + 1}
        before = {"holder": row.holder}
        return Change(document, (changing(row, NO_LEASE),), "call released", _subject(station), before, None)

    return perform(action, attempt, also=(WorkChanged,))


def require_held(row: CallRow, operator: Operator, now: dt.datetime) -> None:
    """Raise LeaseLost unless an operator has a row now."""
    if row.is_held(now) and row.holder == operator.signature:
        return
    if row.is_held(now):
        raise LeaseLost(f"{row.holder} has taken station {row.station} over until {_until(row)}")
    raise LeaseLost(f"your lease of station {row.station} has ended: take it again")


def row_of(loaded: LoadedElection, operator: Operator, station: str) -> tuple[CallRow, str]:
    """Return a station's row as of now, and its region.

    Raises StationUnknown, StoreUnavailable.
    """
    region = station_of(loaded.election, operator, station).region
    return call_of(loaded.election.id, region, station), region


def station_of(election: Election, operator: Operator, number: str) -> Station:
    """Return a station that an operator may call; raises StationUnknown."""
    station = election.station_by_number.get(number)
    if station is None or not operator.sees_station(station):
        raise StationUnknown(f"there is no station {number} in this election, or not in your regions")
    operator.require_station(number)
    return station


def taking(action: Action, row: CallRow, region: str, what: str) -> Change:
    """Return the change that leases a row to whoever acts."""
    until = action.now + LEASED_FOR
    before = {"holder": row.holder} if row.is_held(action.now) else None
    lease = {"holder": action.who, "until": until.isoformat(timespec="seconds"), "is_mine": True}
    document = {"station": row.station, "region": region, "lease": lease, "version": row.seen + 1}
    write = changing(row, lease_by(action.who, until, action.key))
    return Change(document, (write,), what, _subject(row.station), before, {"holder": action.who})


def held_by(calls: Iterable[Call], now: dt.datetime) -> list[tuple[str, str, dt.datetime]]:
    """Return station, holder and end of leases held at a real instant."""
    return [
        (call.row.station, call.row.holder, call.row.until)
        for call in calls
        if call.row.is_held(now) and call.row.holder is not None and call.row.until is not None
    ]


def _change(loaded: LoadedElection, action: Action, station: str, allowed: Callable[[CallRow], str]) -> dict[str, Any]:
    def attempt() -> Change:
        row, region = row_of(loaded, action.operator, station)
        return taking(action, row, region, allowed(row))

    return perform(action, attempt, also=(WorkChanged,))


def _subject(station: str) -> str:
    return f"call {station}"


def _until(row: CallRow) -> str:
    return row.until.isoformat(timespec="seconds") if row.until else ""
