"""A scheduled task's progress with an election: where its next run begins."""

import datetime as dt
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.store.attributes import InstantAttribute, IntAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, at_version, saved_if, store_faults


class ProgressRow(StoredRow):
    """A task's progress, beside the snapshots: `progress#chase`.

    `version` grows by one with each change.
    """

    class Meta(TableMeta):
        table = "summaries"

    election = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    version = IntAttribute()
    document = Document()
    made_at = InstantAttribute()


def read(election_id: str, task: str) -> tuple[int, dict[str, Any] | None]:
    """Return version and document of a task's progress.

    0 and None before its first run. Raises StoreUnavailable.
    """
    with store_faults():
        try:
            row = ProgressRow.get(election_id, f"progress#{task}", consistent_read=True)
        except ProgressRow.DoesNotExist:
            return 0, None
    return row.version, row.document


def advance(election_id: str, task: str, version: int, document: dict[str, Any], now: dt.datetime) -> bool:
    """Replace the progress that was read at a version.

    False if another run replaced it meanwhile. Raises StoreUnavailable.
    """
    row = ProgressRow(election_id, f"progress#{task}", version=version + 1, document=document, made_at=now)
    return saved_if(row, at_version(ProgressRow, version))
