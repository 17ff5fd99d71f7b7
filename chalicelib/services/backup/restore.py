"""Restore an election into a stack that does not have it.

The rows come first and the election last, so that nothing reads half of it; SMS that wait to be read come after it.
What waited to be sent stays unsent: a restored stack must not text people hours late.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from chalicelib.observation.elections.clock import Clock
from chalicelib.observation.elections.election import Election
from chalicelib.services.backup.archive import header_of, require_whole, rows_of
from chalicelib.services.elections.loading import route
from chalicelib.store import elections, raw_rows, routes
from chalicelib.store.raw_rows import TABLES, Item

PAGE = 500
NOT_SENT = "restored"
"""The reason of a message that waited to be sent when the backup was made."""


class RestoreRefused(Exception):
    """The backup would be written over something; nothing was changed."""


def restore(path: Path, target_id: str | None, on_page: Callable[[str, int], None]) -> Mapping[str, int]:
    """Restore a backup; return row counts per table.

    It becomes the election that it is of, or `target_id`. Calling it again after a failure writes the same rows again.
    Raises ArchiveInvalid, RestoreRefused, StoreUnavailable.
    """
    counted = require_whole(path)
    header = header_of(path)
    source = str(header["election"])
    target = target_id or source
    if elections.current(target, fresh=True) is not None:
        raise RestoreRefused(f"this stack has an election {target} already: restore it into another stack")
    if target != source and _has_messages(path):
        raise RestoreRefused("this stack has the backup's messages already: another name needs another stack")
    written: Counter[str] = Counter()
    for table, rows in _pages(path, source, target, is_waiting=False):
        _put(table, rows, written, on_page)
    election = Election.model_validate_json(json.dumps(header["document"]), extra="ignore")
    elections.save(election.model_copy(update={"id": target}), Clock(**_clock(header["clock"])))
    for number in header["numbers"]:
        if routes.route_of(number, fresh=True) is None:
            route(number, target)
    for table, rows in _pages(path, source, target, is_waiting=True):
        _put(table, rows, written, on_page)
    return counted


def _put(table: str, rows: list[Item], written: Counter[str], on_page: Callable[[str, int], None]) -> None:
    raw_rows.put_all(table, rows)
    written[table] += len(rows)
    on_page(table, written[table])


def _pages(path: Path, source: str, target: str, *, is_waiting: bool) -> Iterator[tuple[str, list[Item]]]:
    """Return rows as they are written, a page at a time.

    Of one table: those that wait to be read, or all others.
    """
    page: list[Item] = []
    at = ""
    for table, row in rows_of(path):
        if _is_waiting(table, row) != is_waiting:
            continue
        if page and (table != at or len(page) == PAGE):
            yield at, page
            page = []
        at = table
        page.append(_unsent(_renamed(table, row, source, target)))
    if page:
        yield at, page


def _is_waiting(table: str, row: Item) -> bool:
    return table == "messages" and row.get("state", {}).get("S") == "received"


def _renamed(table: str, row: Item, source: str, target: str) -> dict[str, Any]:
    """Return a row as of another election.

    Its partition and its attribute `election` change.
    """
    renamed = dict(row)
    partition = TABLES[table][0]
    if table not in ("messages", "operators"):
        renamed[partition] = {"S": target + row[partition]["S"].removeprefix(source)}
    elif "election" in row:
        renamed["election"] = {"S": target}
    return renamed


def _unsent(row: dict[str, Any]) -> dict[str, Any]:
    """Return a message that waited to be sent as failed."""
    if row.get("direction", {}).get("S") != "out" or row.get("state", {}).get("S") not in ("queued", "sending"):
        return row
    kept = {name: value for name, value in row.items() if name not in ("pending", "due_at")}
    return kept | {"state": {"S": "failed"}, "reason": {"S": NOT_SENT}}


def _has_messages(path: Path) -> bool:
    """Whether the stack has one of the first messages of a backup."""
    keys: list[Item] = []
    for table, row in rows_of(path):
        if table == "messages" and "election" in row:
            keys.append({"key": row["key"]})
        if len(keys) == PAGE:
            break
    return bool(raw_rows.existing_keys("messages", keys))


def _clock(written: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "start": dt.datetime.fromisoformat(written["start"]),
        "origin": dt.datetime.fromisoformat(written["origin"]),
        "factor": float(written["factor"]),
    }
