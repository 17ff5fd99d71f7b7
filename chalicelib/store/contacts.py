"""Contacts: every logged call by station, and operators' figures.

Nothing changes or removes a contact: one that is undone gets another that says so.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.operand import Path

from chalicelib.observation.calls.outcomes import Outcome, Person
from chalicelib.store.attributes import InstantAttribute, WordAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, store_faults
from chalicelib.store.writes import Write

UNDONE = "undone"
PAGE = 50


class ContactRow(StoredRow):
    """A call, or that one was undone.

    `id` is `INSTANT#KEY` of the real instant; `at` the election's. `outcome` is an Outcome, or UNDONE with the undone
    one in `undoes`. `entered`: key of the message that its answers are, `ended` those
    of the SMS that had waited for it. `before`: what of the station's row the call
    replaced, so that it can be put back. `person`, `name`, `phone`: who was called, and on which phone.
    """

    class Meta(TableMeta):
        table = "contacts"

    station = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    at = InstantAttribute()
    who = UnicodeAttribute()
    operator = UnicodeAttribute()
    outcome = WordAttribute[Outcome]()
    person = WordAttribute[Person](null=True)
    name = UnicodeAttribute(null=True)
    phone = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    owed = Document(null=True)
    snoozed_until = InstantAttribute(null=True)
    entered = UnicodeAttribute(null=True)
    ended = Document(null=True)
    undoes = UnicodeAttribute(null=True)
    before = Document(null=True)


class FiguresRow(StoredRow):
    """Counters of an operator's calls in an hour.

    `attempts`, `reached`, and each outcome's.

    `id` is `HOUR#OPERATOR`, the hour on the election's clock.
    """

    class Meta(TableMeta):
        table = "work"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    counters: Mapping[str, int]

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> "FiguresRow":
        """Read the row, each number as a counter."""
        row = super().from_raw_data(data)
        row.counters = {name: int(typed["N"]) for name, typed in data.items() if "N" in typed and name != "expires"}
        return row

    @property
    def hour(self) -> str:
        """The hour on the election's clock."""
        return self.id.partition("#")[0]

    @property
    def operator(self) -> str:
        """Who called."""
        return self.id.partition("#")[2]


def contact_id(now: dt.datetime, key: str) -> str:
    """Return the range key of a contact logged at a real instant."""
    return f"{now.astimezone(dt.UTC).isoformat(timespec='microseconds')}#{key}"


def station_key(election_id: str, station: str) -> str:
    """Return the partition of a station's contacts."""
    return f"{election_id}#{station}"


def contacts_of(election_id: str, station: str, limit: int = PAGE, before: str | None = None) -> list[ContactRow]:
    """Return a station's contacts, the newest first.

    Below an id where it is given.

    Raises StoreUnavailable.
    """
    below = ContactRow.id < before if before is not None else None
    with store_faults():
        rows = ContactRow.query(
            station_key(election_id, station), below, scan_index_forward=False, limit=limit, consistent_read=True
        )
        return list(rows)


def get_contact(election_id: str, station: str, contact: str) -> ContactRow | None:
    """Return a contact by id, None if there is none; raises StoreUnavailable."""
    with store_faults():
        try:
            return ContactRow.get(station_key(election_id, station), contact, consistent_read=True)
        except ContactRow.DoesNotExist:
            return None


def logging(row: ContactRow) -> Write:
    """Return the write of a contact, which may exist only once."""
    return Write.put("once", row.id, row, ContactRow.id.does_not_exist())


def counting(election_id: str, hour: str, operator: str, amounts: Mapping[str, int]) -> Write:
    """Return the write that adds to an operator's figures of an hour."""
    row = FiguresRow(f"{election_id}#figures", f"{hour}#{operator}")
    return Write.update("row", row.id, row, [Path([name]).add(amount) for name, amount in amounts.items()])


def figures_of(election_id: str) -> Iterable[FiguresRow]:
    """Return every operator's figures by hour; raises StoreUnavailable."""
    with store_faults():
        return list(FiguresRow.query(f"{election_id}#figures"))
