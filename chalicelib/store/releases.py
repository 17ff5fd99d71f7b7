"""The quick count's release: the snapshot shown outside headquarters, if any."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.store.attributes import InstantAttribute, IntAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, at_version, store_faults
from chalicelib.store.writes import Write

_ID = "quickcount#release"


class ReleaseRow(StoredRow):
    """The released snapshot, beside the hourly ones.

    Without a document after it was withdrawn. `change`: which step made it so, whose and why. `proposal`: the snapshot
    that another of headquarters is to confirm.
    """

    class Meta(TableMeta):
        table = "summaries"

    election = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    version = IntAttribute()
    document = Document(null=True)
    made_at = InstantAttribute()
    change = Document(null=True)
    proposal = Document(null=True)


@dataclass(frozen=True, slots=True)
class Release:
    """The snapshot shown outside headquarters, None for nothing.

    `version` grows by one with every change; `change` is the last, of the real instant `made_at`. `proposal`: the
    snapshot that waits for a second person.
    """

    version: int = 0
    document: dict[str, Any] | None = None
    change: dict[str, Any] | None = None
    proposal: dict[str, Any] | None = None
    made_at: dt.datetime | None = None


def read_release(election_id: str) -> Release:
    """Return the release as of now; raises StoreUnavailable.

    Its version is 0 where there never was one.
    """
    with store_faults():
        try:
            row = ReleaseRow.get(election_id, _ID, consistent_read=True)
        except ReleaseRow.DoesNotExist:
            return Release()
    return Release(row.version, row.document, row.change, row.proposal, row.made_at)


def replacing(election_id: str, version: int, release: Release, now: dt.datetime) -> Write:
    """Return the write that replaces the release by another.

    It is refused if the release is no longer of the `version` that was read.
    """
    row = ReleaseRow(
        election_id,
        _ID,
        version=release.version,
        document=release.document,
        made_at=now,
        change=release.change,
        proposal=release.proposal,
    )
    return Write.put("release", row.id, row, at_version(ReleaseRow, version))
