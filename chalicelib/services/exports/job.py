"""Run an export, row by row: its files are whole or absent."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from chalicelib.services.access.operators import Operator
from chalicelib.services.clients.bucket import Upload
from chalicelib.services.clients.jobs import DIES_AFTER, ended_by_faults, with_type
from chalicelib.services.exports.codebook import about_table, codebook_table
from chalicelib.services.exports.contact_rows import contact_tables
from chalicelib.services.exports.other_rows import audit_tables, incident_tables, message_tables, roster_tables
from chalicelib.services.exports.report_rows import report_tables
from chalicelib.services.exports.table import ExportRequest, Scope, Table, What
from chalicelib.services.exports.writers import write_csv, write_xlsx
from chalicelib.store import jobs
from chalicelib.store.elections import existing
from chalicelib.store.jobs import JobRow

_CSV, _XLSX = "text/csv+gzip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TABLES: Final[Mapping[What, Callable[[Scope], Iterator[Table]]]] = {
    "reports": report_tables,
    "incidents": incident_tables,
    "messages": message_tables,
    "audit": audit_tables,
    "roster": roster_tables,
    "contacts": contact_tables,
}
"""What can be exported; every export has the codebook and what it is besides."""

Clock = Callable[[], dt.datetime]


def run(election_id: str, export_id: str, clock: Clock) -> bool:
    """Make an export's files.

    False where there is nothing to do, or another function does it.

    A fault ends it as failed, with its words, unless it may pass by itself; a function that dies leaves it to be begun
    again. Raises StoreUnavailable, BucketUnavailable.
    """
    row = jobs.get_job(election_id, "exports", export_id)
    if row is None or not jobs.claim(row, clock(), clock() - DIES_AFTER):
        return False
    with ended_by_faults(row, clock, with_type):
        files, rows = _made(row, _scope(election_id, row), clock)
        jobs.finish(row, rows, files, clock())
    return True


def _scope(election_id: str, row: JobRow) -> Scope:
    named: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.wanted.items()
    }
    loaded = existing(election_id)
    operator = Operator(row.who, row.role, election_id, tuple(row.regions), organisation=row.organisation)  # type: ignore[arg-type]
    return Scope(loaded, operator.looking_at(loaded.election), ExportRequest(**named))


def _made(row: JobRow, scope: Scope, clock: Clock) -> tuple[list[dict[str, Any]], int]:
    """Write the files; return them and how many rows they have."""
    about, codebook = about_table(scope, clock()), codebook_table(scope)
    base = f"{scope.loaded.election.id}-{scope.wanted.what}-{row.asked_at:%Y%m%d-%H%M%S}"
    done = 0

    def progress(rows: int) -> None:
        jobs.tell(row, done + rows, clock())

    if scope.wanted.format == "xlsx":
        name = f"{base}.xlsx"
        with _uploading(row, name, _XLSX) as upload:
            done = write_xlsx([*TABLES[scope.wanted.what](scope), codebook, about], upload, progress)  # type: ignore[arg-type]
        return [_file(row, name, upload)], done
    files = []
    for table in (*TABLES[scope.wanted.what](scope), codebook, about):
        name = f"{base}-{table.name}.csv.gz"
        with _uploading(row, name, _CSV) as upload:
            done += write_csv(table, upload, progress)  # type: ignore[arg-type]
        files.append(_file(row, name, upload))
    return files, done


@contextmanager
def _uploading(row: JobRow, name: str, content_type: str) -> Iterator[Upload]:
    """Yield a file that is whole after the block, or absent.

    It is absent if the block fails.
    """
    upload = Upload(_key(row, name), content_type, name)
    try:
        yield upload
        upload.finish()
    except BaseException:
        upload.abandon()
        raise


def _key(row: JobRow, name: str) -> str:
    return f"exports/{row.scope}/{row.id}/{name}"


def _file(row: JobRow, name: str, upload: Upload) -> dict[str, Any]:
    return {"name": name, "key": _key(row, name), "bytes": upload.size}
