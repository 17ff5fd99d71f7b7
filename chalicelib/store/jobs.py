"""Jobs that outlive a request.

What was asked for, by whom, how far it is, what came of it.
"""

import datetime as dt
import secrets
from typing import Any, Literal

from pynamodb.attributes import TTLAttribute, UnicodeAttribute

from chalicelib.store.attributes import InstantAttribute, IntAttribute, WordAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, store_faults, updated_if
from chalicelib.store.writes import Write

Kind = Literal["exports", "imports"]
State = Literal["waiting", "running", "done", "failed"]
KEPT_FOR = dt.timedelta(days=1)
"""How long a job is listed; the bucket deletes its files after as long."""
MOST_LISTED = 50


class JobRow(StoredRow):
    """A job: `scope` ELECTION#exports or ELECTION#imports.

    `id` its instant and a random end.

    `wanted`: what was asked for. `files`: name, key and bytes of each that it made. `beat_at`: when its function last
    told that it is at work.
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
    organisation = UnicodeAttribute(null=True)
    asked_at = InstantAttribute()
    beat_at = InstantAttribute()
    rows = IntAttribute(default=0)
    files = Document(default=list)
    error = UnicodeAttribute(null=True)
    expires = TTLAttribute()


def scope_of(election_id: str, kind: Kind) -> str:
    """Return the partition of an election's jobs of a kind."""
    return f"{election_id}#{kind}"


def new_job(election_id: str, kind: Kind, who: str, now: dt.datetime, **attributes: Any) -> JobRow:
    """Make the row of a job that waits for its function."""
    identity = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(8)}"
    times: dict[str, Any] = {"asked_at": now, "beat_at": now, "expires": now + KEPT_FOR}
    return JobRow(scope_of(election_id, kind), identity, state="waiting", who=who, **times, **attributes)


def putting(row: JobRow) -> Write:
    """Return the write that stores a job that is asked for."""
    return Write.put("once", row.id, row, JobRow.id.does_not_exist())


def get_job(election_id: str, kind: Kind, job_id: str) -> JobRow | None:
    """Return a job, as of now, or None; raises StoreUnavailable."""
    with store_faults():
        try:
            return JobRow.get(scope_of(election_id, kind), job_id, consistent_read=True)
        except JobRow.DoesNotExist:
            return None


def jobs_of(election_id: str, kind: Kind) -> list[JobRow]:
    """Return an election's newest jobs of a kind; raises StoreUnavailable."""
    with store_faults():
        rows = JobRow.query(
            scope_of(election_id, kind), scan_index_forward=False, limit=MOST_LISTED, consistent_read=True
        )
        return list(rows)


def claim(row: JobRow, now: dt.datetime, stale_before: dt.datetime) -> bool:
    """Begin a job that waits, or whose function has died.

    False where another has it.

    Raises StoreUnavailable.
    """
    waits = JobRow.state == "waiting"
    died = (JobRow.state == "running") & (JobRow.beat_at < stale_before)
    return updated_if(row, [JobRow.state.set("running"), JobRow.beat_at.set(now)], waits | died)


def tell(row: JobRow, rows: int, now: dt.datetime) -> None:
    """Tell how far a job is; raises StoreUnavailable."""
    updated_if(row, [JobRow.rows.set(rows), JobRow.beat_at.set(now)], JobRow.state == "running")


def put_back(row: JobRow, now: dt.datetime) -> None:
    """Let a job wait for its function again; raises StoreUnavailable."""
    updated_if(row, [JobRow.state.set("waiting"), JobRow.beat_at.set(now)], JobRow.state == "running")


def finish(row: JobRow, rows: int, files: list[dict[str, Any]], now: dt.datetime) -> None:
    """End a job that is whole; raises StoreUnavailable."""
    done = [
        JobRow.state.set("done"),
        JobRow.rows.set(rows),
        JobRow.files.set(files),
        JobRow.beat_at.set(now),
    ]
    updated_if(row, done, JobRow.state == "running")


def fail(row: JobRow, error: str, now: dt.datetime) -> None:
    """End a job that came to nothing, and say why; raises StoreUnavailable."""
    failed = [JobRow.state.set("failed"), JobRow.error.set(error[:500]), JobRow.beat_at.set(now)]
    updated_if(row, failed, JobRow.state == "running")
