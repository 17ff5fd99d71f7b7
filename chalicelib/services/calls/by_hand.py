"""Put stations on the call list by hand, and off again.

A station that was put there stays until somebody is reached, whatever it owes. Why, and by whom, stands in its row.
"""

from collections.abc import Sequence
from typing import Any, Final

from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.calls.lease import station_of
from chalicelib.services.calls.refusals import UndoPassed
from chalicelib.store.calls import CallRow, calls_at, changing
from chalicelib.store.contacts import contact_id
from chalicelib.store.elections import LoadedElection
from chalicelib.store.outcome import WorkChanged

MOST_PUT: Final = 90
"""Stations that are put on the list together: DynamoDB writes a hundred rows at once."""


def put_on(loaded: LoadedElection, action: Action, stations: Sequence[str]) -> dict[str, Any]:
    """Put stations on the call list.

    Those that a person has put there already stay as they are. Raises StationUnknown, NotOwn, and what `perform`
    raises.
    """
    put = contact_id(action.now, action.key)

    def attempt() -> Change:
        rows = _rows(loaded, action.operator, stations)
        new = [row for row in rows if not row.by_hand]
        reason = {"who": action.who, "at": action.now.isoformat(timespec="seconds"), "why": action.why, "id": put}
        by_hand = {name: value for name, value in reason.items() if value is not None}
        document = {"put": put, "stations": _numbers(new), "already": _numbers([row for row in rows if row.by_hand])}
        writes = tuple(changing(row, {"by_hand": by_hand}) for row in new)
        return Change(document, writes, "stations put on the call list", "calls", after=_numbers(new))

    return perform(action, attempt, also=(WorkChanged,))


def take_off(loaded: LoadedElection, action: Action, stations: Sequence[str], put: str) -> dict[str, Any]:
    """Take stations off the list that were put on it together.

    Those that have been reached since, or that others had put there, stay as they are. Raises UndoPassed where none is
    left, StationUnknown, NotOwn, and what `perform` raises.
    """

    def attempt() -> Change:
        rows = [row for row in _rows(loaded, action.operator, stations) if (row.by_hand or {}).get("id") == put]
        if not rows:
            raise UndoPassed("none of them is on the list by that any more")
        document = {"put": put, "stations": _numbers(rows)}
        writes = tuple(changing(row, {"by_hand": None}) for row in rows)
        return Change(document, writes, "stations taken off the call list", "calls", before=_numbers(rows))

    return perform(action, attempt, also=(WorkChanged,))


def _rows(loaded: LoadedElection, operator: Operator, stations: Sequence[str]) -> list[CallRow]:
    """Return stations' rows as of now; raises StationUnknown, NotOwn."""
    places = {number: station_of(loaded.election, operator, number).region for number in stations}
    return calls_at(loaded.election.id, [(region, number) for number, region in places.items()])


def _numbers(rows: Sequence[CallRow]) -> list[str]:
    return [row.station for row in rows]
