"""Back up a whole election into a file.

The file holds its document, and every row of it, page by page. It is as of no single instant: take it while nothing
comes in, or from copies of the tables as of an instant (point-in-time recovery).
"""

import datetime as dt
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.services.backup.archive import FORMAT, PRIVATE, append, line_of
from chalicelib.store import raw_rows, routes
from chalicelib.store.elections import LoadedElection
from chalicelib.store.raw_rows import TABLES, Item, Position


@dataclass(slots=True)
class _Progress:
    """How far a backup came.

    Bytes that are good, rows so far, the table at hand and where in it to go on.
    """

    election: str
    size: int = 0
    counted: dict[str, int] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    position: Position | None = None


def back_up(
    loaded: LoadedElection, path: Path, now: dt.datetime, on_page: Callable[[str, int], None]
) -> Mapping[str, int]:
    """Write an election's backup to a file; return row counts.

    Per table. What an earlier call left in `PATH.part` is gone on with. `on_page` is told the table and its rows so
    far. Raises StoreUnavailable, OSError; calling it again goes on.
    """
    part, notes = path.with_name(path.name + ".part"), path.with_name(path.name + ".progress")
    progress = _begun(notes, loaded.election.id)
    counted = Counter(progress.counted)
    with open(os.open(part, os.O_RDWR | os.O_CREAT, PRIVATE), "r+b") as file:  # noqa: PTH123 - made private at once
        file.truncate(progress.size)
        file.seek(progress.size)
        if not progress.size:
            append(file, [_header(loaded, now)])
        for table in (table for table in TABLES if table not in progress.done):
            for page in raw_rows.pages(table, progress.position):
                rows = [row for row in page.rows if _belongs(table, row, loaded.election.id)]
                append(file, [line_of(table, row) for row in rows])
                counted[table] += len(rows)
                done = [] if page.following else [table]
                progress.done = progress.done + done
                progress.size, progress.counted, progress.position = file.tell(), dict(counted), page.following
                notes.write_text(json.dumps(asdict(progress)))
                on_page(table, counted[table])
        append(file, [{"end": {table: count for table, count in counted.items() if count}}])
    part.replace(path)
    notes.unlink(missing_ok=True)
    return counted


def _begun(notes: Path, election_id: str) -> _Progress:
    if notes.exists():
        progress = _Progress(**json.loads(notes.read_text()))
        if progress.election == election_id:
            return progress
    return _Progress(election_id)


def _header(loaded: LoadedElection, now: dt.datetime) -> dict[str, Any]:
    clock = loaded.clock
    return {
        "baykoo_backup": FORMAT,
        "election": loaded.election.id,
        "made_at": now.isoformat(timespec="seconds"),
        "document": json.loads(loaded.election.model_dump_json(by_alias=True)),
        "clock": {"start": clock.start.isoformat(), "origin": clock.origin.isoformat(), "factor": clock.factor},
        "numbers": routes.numbers_of(loaded.election.id),
    }


def _belongs(table: str, row: Item, election_id: str) -> bool:
    """Tell whether a row is of the election.

    Rows of messages that are of no election come along.
    """
    if table in ("messages", "operators"):
        return "election" not in row or row["election"] == {"S": election_id}
    partition = str(row[TABLES[table][0]]["S"])
    return partition == election_id or partition.startswith(f"{election_id}#")
