"""Stations to be called: a row per station, leased while calling.

The schedule keeps them each minute.

Two write to it and neither to the other's attributes: the schedule what is owed (`need`), operators all the rest, on
the `version` that they have read.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DeleteError
from pynamodb.expressions.condition import Condition

from chalicelib.observation.calls.priority import CallAttempts, Need
from chalicelib.store.attributes import InstantAttribute, IntAttribute
from chalicelib.store.changes import setting
from chalicelib.store.requests import rows_of
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import (
    Document,
    TableMeta,
    at_version,
    refused_by_condition,
    store_faults,
    updated_if,
)
from chalicelib.store.writes import Write

_PREFIX = "call#"


class CallRow(StoredRow):
    """A station that is to be called, or was.

    `need`: as observation/calls/priority.py writes it. `last`: the last call in short, `reached_at` when somebody was
    last reached, `snoozed_until` until when it is put off, all on the election's clock. `phones`: what calls have told
    of each, by number. `promise`: whom to remind `at` which time on which phone, by the contact that asked for it; the
    schedule takes it away when that is done. `by_hand`: who put it on the list, when (a real instant), why, and with
    which others (`id`), until somebody is reached. `holder` leases it until the real instant `until`, by the
    idempotency key `lease`.
    """

    class Meta(TableMeta):
        table = "work"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    need = Document(default=dict)
    version = IntAttribute(null=True)
    last = Document(null=True)
    tries = IntAttribute(null=True)
    reached_at = InstantAttribute(null=True)
    snoozed_until = InstantAttribute(null=True)
    phones = Document(null=True)
    promise = Document(null=True)
    by_hand = Document(null=True)
    holder = UnicodeAttribute(null=True)
    until = InstantAttribute(null=True)
    lease = UnicodeAttribute(null=True)
    expires = IntAttribute(null=True)

    @property
    def station(self) -> str:
        """The station's number."""
        return self.id.removeprefix(_PREFIX)

    @property
    def seen(self) -> int:
        """The version that operators have read, 0 before their first change."""
        return self.version or 0

    @property
    def needed(self) -> Need:
        """Why it is to be called."""
        return replace(Need.from_document(self.need or {}), by_hand=(self.by_hand or {}).get("who"))

    @property
    def tried(self) -> CallAttempts:
        """What came of calling so far."""
        at = (self.last or {}).get("at")
        return CallAttempts(dt.datetime.fromisoformat(at) if at else None, self.reached_at, self.snoozed_until)

    def is_held(self, now: dt.datetime) -> bool:
        """Whether somebody leases it at a real instant."""
        return self.holder is not None and self.until is not None and now < self.until


def scope_of(election_id: str, region: str) -> str:
    """Return the partition of a region's work."""
    return f"{election_id}#{region}"


def call_row(election_id: str, region: str, station: str) -> CallRow:
    """Return a station's row without its attributes."""
    return CallRow(scope_of(election_id, region), _PREFIX + station, need={})


def calls_of(election_id: str, region: str, *, consistent: bool = False) -> list[CallRow]:
    """Return a region's rows, by station; raises StoreUnavailable."""
    with store_faults():
        begins = CallRow.id.startswith(_PREFIX)
        return list(CallRow.query(scope_of(election_id, region), begins, consistent_read=consistent))


def calls_between(election_id: str, region: str, first: str, last: str) -> list[CallRow]:
    """Return a region's rows from one station to another.

    By station, both included. Raises StoreUnavailable.
    """
    with store_faults():
        return list(CallRow.query(scope_of(election_id, region), CallRow.id.between(_PREFIX + first, _PREFIX + last)))


def call_of(election_id: str, region: str, station: str) -> CallRow:
    """Return a station's row as of now, empty without one.

    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            return CallRow.get(scope_of(election_id, region), _PREFIX + station, consistent_read=True)
        except CallRow.DoesNotExist:
            return call_row(election_id, region, station)


def calls_at(election_id: str, places: Iterable[tuple[str, str]]) -> list[CallRow]:
    """Return rows of regions and stations as of now, in their order.

    Empty ones where there are none. Raises StoreUnavailable.
    """
    rows = [call_row(election_id, region, station) for region, station in places]
    stored = rows_of(CallRow, ((row.scope, row.id) for row in rows))
    found = {(row.scope, row.id): row for row in stored}
    return [found.get((row.scope, row.id), row) for row in rows]


def keep_need(row: CallRow, need: Mapping[str, Any], expires: int) -> None:
    """Keep what a station owes, whatever operators do to its row meanwhile.

    Raises StoreUnavailable.
    """
    with store_faults():
        row.update(actions=[CallRow.need.set(dict(need)), CallRow.expires.set(expires)])


def forget_promise(row: CallRow) -> None:
    """Take a promise away that was seen to.

    Unless another was made since. Raises StoreUnavailable.
    """
    updated_if(CallRow(row.scope, row.id), [CallRow.promise.remove()], CallRow.promise == row.promise)


def forget(row: CallRow) -> bool:
    """Delete a row that no operator has changed; False if one has.

    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            row.delete(condition=CallRow.version.does_not_exist())
        except DeleteError as error:
            if refused_by_condition(error):
                return False
            raise
    return True


def changing(row: CallRow, values: Mapping[str, Any]) -> Write:
    """Return the write of an operator's change: attributes by name.

    None of an attribute: it is removed. The write is refused if another operator changed the row since it was read.
    """
    actions = setting(CallRow, {**values, "version": row.seen + 1})
    return Write.update("work", row.id, CallRow(row.scope, row.id), actions, as_read(row))


def as_read(row: CallRow) -> Condition:
    """Return the condition that no operator has changed the row."""
    return at_version(CallRow, row.seen)


def lease_by(holder: str, until: dt.datetime, key: str) -> dict[str, Any]:
    """Return the attributes of a row that is leased."""
    return {"holder": holder, "until": until, "lease": key}


NO_LEASE: Final[Mapping[str, Any]] = {"holder": None, "until": None, "lease": None}
"""The attributes of a row that nobody leases."""
