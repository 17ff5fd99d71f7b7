"""Exports as jobs: what was asked for, by whom, how far it is, which files it made."""

import datetime as dt
from typing import Any, Literal

from pynamodb.attributes import TTLAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.models import Model

from chalicelib.store.attributes import IntAttribute, WordAttribute
from chalicelib.store.tables import Document, TableMeta, store_faults, updated_if
from chalicelib.store.writes import Write

State = Literal["waiting", "running", "done", "failed"]
KEPT_FOR = dt.timedelta(days=1)
"""How long a job is listed; the bucket deletes its files after as long."""
MOST_LISTED = 50


class ExportRow(Model):
    """An export: `scope` ELECTION#exports, `id` its instant and a random end.

    `files`: name, key and bytes of each. `beat_at`: when its function last told that it is at work.
    """

    class Meta(TableMeta):
        table = "work"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    state = WordAttribute[State]()
    wanted = Document()
    who = UnicodeAttribute()
    role = UnicodeAttribute(null=True)
    regions = Document()
    asked_at = UTCDateTimeAttribute()
    beat_at = UTCDateTimeAttribute()
    rows = IntAttribute(default=0)
    files = Document(default=list)
    error = UnicodeAttribute(null=True)
    expires = TTLAttribute()


def scope_of(election_id: str) -> str:
    """Return the partition of an election's exports."""
    return f"{election_id}#exports"


def putting(row: ExportRow) -> Write:
    """Return the write that stores an export that is asked for."""
    return Write.put("once", row.id, row, ExportRow.id.does_not_exist())


def get_export(election_id: str, export_id: str) -> ExportRow | None:
    """Return an export, as of now, or None; raises StoreUnavailable."""
    with store_faults():
        try:
            return ExportRow.get(scope_of(election_id), export_id, consistent_read=True)
        except ExportRow.DoesNotExist:
            return None


def exports_of(election_id: str) -> list[ExportRow]:
    """Return an election's newest exports; raises StoreUnavailable."""
    with store_faults():
        rows = ExportRow.query(scope_of(election_id), scan_index_forward=False, limit=MOST_LISTED, consistent_read=True)
        return list(rows)


def claim(row: ExportRow, now: dt.datetime, stale_before: dt.datetime) -> bool:
    """Begin an export that waits, or whose function has died; False where another has it.

    Raises StoreUnavailable.
    """
    waits = ExportRow.state == "waiting"
    died = (ExportRow.state == "running") & (ExportRow.beat_at < stale_before)
    return updated_if(row, [ExportRow.state.set("running"), ExportRow.beat_at.set(now)], waits | died)


def tell(row: ExportRow, rows: int, now: dt.datetime) -> None:
    """Tell how far an export is; raises StoreUnavailable."""
    updated_if(row, [ExportRow.rows.set(rows), ExportRow.beat_at.set(now)], ExportRow.state == "running")


def finish(row: ExportRow, rows: int, files: list[dict[str, Any]], now: dt.datetime) -> None:
    """End an export that is whole; raises StoreUnavailable."""
    done = [
        ExportRow.state.set("done"),
        ExportRow.rows.set(rows),
        ExportRow.files.set(files),
        ExportRow.beat_at.set(now),
    ]
    updated_if(row, done, ExportRow.state == "running")


def fail(row: ExportRow, error: str, now: dt.datetime) -> None:
    """End an export that has no files, and say why; raises StoreUnavailable."""
    failed = [ExportRow.state.set("failed"), ExportRow.error.set(error[:500]), ExportRow.beat_at.set(now)]
    updated_if(row, failed, ExportRow.state == "running")
