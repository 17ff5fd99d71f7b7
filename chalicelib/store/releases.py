"""The quick count's release: the snapshot that headquarters show to others, and whether they show any."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.models import Model

from chalicelib.store.attributes import IntAttribute
from chalicelib.store.tables import Document, TableMeta, at_version, store_faults
from chalicelib.store.writes import Write

_ID = "quickcount#release"


class ReleaseRow(Model):
    """The released snapshot, beside the hourly ones; without a document after it was withdrawn."""

    class Meta(TableMeta):
        table = "summaries"

    election = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    version = IntAttribute()
    document = Document(null=True)
    made_at = UTCDateTimeAttribute()


@dataclass(frozen=True, slots=True)
class Release:
    """What others than headquarters see, None for nothing; `version` grows by one with every change."""

    version: int = 0
    document: dict[str, Any] | None = None


def read_release(election_id: str) -> Release:
    """The release as of now, version 0 where there never was one. Raises StoreUnavailable."""
    with store_faults():
        try:
            row = ReleaseRow.get(election_id, _ID, consistent_read=True)
        except ReleaseRow.DoesNotExist:
            return Release()
    return Release(row.version, row.document)


def replacing(election_id: str, version: int, document: dict[str, Any] | None, now: dt.datetime) -> Write:
    """Puts a snapshot, or None, in place of the release of a version, if nobody else did since it was read."""
    row = ReleaseRow(election_id, _ID, version=version + 1, document=document, made_at=now)
    return Write.put("release", row.id, row, at_version(ReleaseRow, version))
