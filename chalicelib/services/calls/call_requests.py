"""SMS that operators have left for a call.

The card shows them, and whoever reaches their observer ends them.
"""

from typing import Any, Final

from chalicelib.observation.elections.election import Election
from chalicelib.services.actions.perform import Action
from chalicelib.services.desk.message import decision
from chalicelib.store.desk import deciding, reopening, waiting_at
from chalicelib.store.message_queries import get_many
from chalicelib.store.messages import Message
from chalicelib.store.writes import Write

MOST_ASKED: Final = 10
"""SMS of a station that one call ends; the others wait for the next."""
MOST_LOOKED_AT: Final = 200


def asking(election: Election, station: str) -> list[Message]:
    """Return a station's SMS that wait for a call, the oldest first.

    MOST_ASKED at most.

    Raises StoreUnavailable.
    """
    observers = {observer.number for observer in election.observers_by_station.get(station, ())}
    waiting = waiting_at(election.id, election.region_of(station), "call", MOST_LOOKED_AT)
    keys = [row.key for row in waiting if row.observer in observers][:MOST_ASKED]
    rows = [row for row in get_many(keys) if row.attention is not None] if keys else []
    return sorted(rows, key=lambda row: (row.stored_at, row.key))


def answered_by(rows: list[Message], action: Action, contact: str) -> list[Write]:
    """Return the writes that end SMS by the call that answers them."""
    return [deciding(row, decision(action, "call", by=contact)) for row in rows]


def reopened(election: Election, keys: list[str], action: Action) -> list[Write]:
    """Return the writes that let SMS wait again whose call is undone.

    Those that somebody has decided about since stay as they are. Raises StoreUnavailable.
    """
    rows = [row for row in get_many(keys) if (row.resolution or {}).get("how") == "call" and row.attention is None]
    return [reopening(row, decision(action, "undone")) for row in rows if row.election == election.id]


def describe(rows: list[Message]) -> list[dict[str, Any]]:
    """Return SMS as a card shows them."""
    return [
        {"key": row.key, "at": row.stored_at.isoformat(timespec="seconds"), "text": row.text, "observer": row.observer}
        for row in rows
    ]
