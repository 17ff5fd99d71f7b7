"""What was spent of hourly budgets: a small row per subject and hour, beside the incidents.

Written on the rare paths alone (an incident, a reply to a stranger), with the transaction that it counts.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Self

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.operand import Path
from pynamodb.models import Model

from chalicelib.store.tables import TableMeta, store_faults
from chalicelib.store.writes import Write


class SpentRow(Model):
    """Counters of a subject in an hour of the election's clock: `phone#+996…#2017-10-15T10`."""

    class Meta(TableMeta):
        table = "incidents"

    election = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)

    counters: Mapping[str, int]

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """The row with every attribute that is no key as a counter."""
        row = super().from_raw_data(data)
        row.counters = {name: int(typed["N"]) for name, typed in data.items() if "N" in typed}
        return row


def spent(election_id: str, subject: str, at: dt.datetime) -> Mapping[str, int]:
    """What a subject has spent in the hour of an instant, by counter. Raises StoreUnavailable."""
    with store_faults():
        try:
            return SpentRow.get(f"{election_id}#spent", _id(subject, at), consistent_read=True).counters
        except SpentRow.DoesNotExist:
            return {}


def spending(election_id: str, subject: str, at: dt.datetime, amounts: Mapping[str, int]) -> Write:
    """Adds to what a subject has spent in the hour of an instant."""
    row = SpentRow(f"{election_id}#spent", _id(subject, at))
    return Write.update("row", row.id, row, [Path([name]).add(amount) for name, amount in amounts.items()])


def _id(subject: str, at: dt.datetime) -> str:
    return f"{subject}#{at.astimezone(dt.UTC):%Y-%m-%dT%H}"
