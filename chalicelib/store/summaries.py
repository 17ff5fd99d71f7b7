"""Summaries: the hourly snapshots, each once."""

import datetime as dt
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.store.attributes import InstantAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import LargeDocument, TableMeta, saved_if, store_faults


class SummaryRow(StoredRow):
    """An hour's snapshot, by election and hour of the election's clock (`2017-10-15T10`)."""

    class Meta(TableMeta):
        table = "summaries"

    election = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    document = LargeDocument()
    made_at = InstantAttribute()


def get(election_id: str, hour: str) -> dict[str, Any] | None:
    """Return an hour's snapshot, None if there is none; raises StoreUnavailable."""
    with store_faults():
        try:
            document: dict[str, Any] = SummaryRow.get(election_id, hour, consistent_read=True).document
        except SummaryRow.DoesNotExist:
            return None
    return document


def keep_first(election_id: str, hour: str, document: dict[str, Any], made_at: dt.datetime) -> dict[str, Any]:
    """Store an hour's snapshot unless there is one; return the stored.

    Raises StoreUnavailable.
    """
    row = SummaryRow(election_id, hour, document=document, made_at=made_at)
    if saved_if(row, SummaryRow.id.does_not_exist()):
        return document
    with store_faults():
        stored: dict[str, Any] = SummaryRow.get(election_id, hour, consistent_read=True).document
    return stored


def day_of(election_id: str, day: dt.date) -> list[dict[str, Any]]:
    """Return the snapshots of a local day, in order; raises StoreUnavailable."""
    with store_faults():
        hours = SummaryRow.query(election_id, SummaryRow.id.startswith(f"{day.isoformat()}T"), consistent_read=True)
        return [row.document for row in hours]


def hours_before(election_id: str, before: str | None, limit: int) -> list[tuple[str, dt.datetime]]:
    """Return hours that have a snapshot, before one where it is given.

    The newest first, and when each was made.

    Raises StoreUnavailable.
    """
    hours = SummaryRow.id.between(_FIRST, before) if before is not None else SummaryRow.id.between(_FIRST, _LAST)
    with store_faults():
        rows = SummaryRow.query(
            election_id,
            hours,
            scan_index_forward=False,
            limit=limit + 1,
            attributes_to_get=["id", "made_at"],
            consistent_read=True,
        )
        return [(row.id, row.made_at) for row in rows if row.id != before][:limit]


_FIRST, _LAST = "0", ":"
"""Before and after every hour: other rows' ids begin with a letter."""
