"""The feed: which messages came and went, by election and ten minutes.

A row per batch that a function worked on, written at best: what is lost here is lost to the log of the day alone. So
the whole traffic can be listed and searched without reading the messages' table.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from typing import Final
from uuid import uuid4

from pynamodb.attributes import TTLAttribute, UnicodeAttribute

from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import LargeDocument, TableMeta, store_faults

BUCKET: Final = dt.timedelta(minutes=10)
KEPT_FOR: Final = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it was when a function had worked on it.

    `at` is real and ISO 8601, when the feed was told.
    """

    key: str
    direction: str
    state: str
    region: str | None = None
    provider: str | None = None
    observer: str | None = None
    at: str = ""


class FeedRow(StoredRow):
    """The messages of one batch."""

    class Meta(TableMeta):
        table = "work"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    lines = LargeDocument()
    expires = TTLAttribute()


def put_lines(election_id: str, lines: Iterable[Line], now: dt.datetime) -> None:
    """Add a batch's messages to the feed; raises StoreUnavailable."""
    at = now.isoformat(timespec="seconds")
    written = [list(astuple(replace(line, at=at))) for line in lines]
    row = FeedRow(
        _scope(election_id, now), f"{now.isoformat()}#{uuid4().hex[:8]}", lines=written, expires=now + KEPT_FOR
    )
    with store_faults():
        row.save()


def lines_of(election_id: str, bucket: dt.datetime) -> list[Line]:
    """Return the messages of the ten minutes around an instant.

    The newest first; raises StoreUnavailable.
    """
    with store_faults():
        rows = list(FeedRow.query(_scope(election_id, bucket), scan_index_forward=False))
    newest: dict[str, Line] = {}
    for row in rows:
        for written in row.lines:
            line = Line(*written)
            newest.setdefault(line.key, line)
    return sorted(newest.values(), key=lambda line: (line.at, line.key), reverse=True)


def begin_of(at: dt.datetime) -> dt.datetime:
    """Return the beginning of an instant's ten minutes, in UTC."""
    utc = at.astimezone(dt.UTC)
    return utc.replace(minute=utc.minute // 10 * 10, second=0, microsecond=0)


def _scope(election_id: str, at: dt.datetime) -> str:
    return f"feed#{election_id}#{begin_of(at):%Y-%m-%dT%H:%M}"
