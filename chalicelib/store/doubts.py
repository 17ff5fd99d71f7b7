"""Reports in doubt: a row per report, beside its region's calls.

The schedule keeps them each minute, and a decision about a report at once.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.store.attributes import InstantAttribute, IntAttribute
from chalicelib.store.calls import scope_of
from chalicelib.store.reports import ReportKey
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, store_faults
from chalicelib.store.writes import Write

_PREFIX = "doubt#"


class DoubtRow(StoredRow):
    """A report's doubts, as observation/reports/doubts.py writes them.

    `since` its newest answer came.
    """

    class Meta(TableMeta):
        table = "work"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    doubts = Document()
    since = InstantAttribute()
    expires = IntAttribute(null=True)

    @property
    def place(self) -> ReportKey:
        """The station, form and round."""
        station, form, round_name = self.id.removeprefix(_PREFIX).split("#", 2)
        return station, form, round_name


def doubt_row(
    scope: tuple[str, str], key: ReportKey, doubts: Sequence[dict[str, Any]], since: dt.datetime, expires: int
) -> DoubtRow:
    """Return the row of a report's doubts; `scope`: its election and region."""
    return DoubtRow(scope_of(*scope), _PREFIX + "#".join(key), doubts=list(doubts), since=since, expires=expires)


def doubts_of_region(election_id: str, region: str) -> list[DoubtRow]:
    """Return a region's rows; raises StoreUnavailable."""
    with store_faults():
        begins = DoubtRow.id.startswith(_PREFIX)
        return list(DoubtRow.query(scope_of(election_id, region), begins))


def keep_doubt(row: DoubtRow) -> None:
    """Store a row, or delete it where it has no doubts.

    Raises StoreUnavailable.
    """
    with store_faults():
        if row.doubts:
            row.save()
        else:
            row.delete()


def keeping(row: DoubtRow) -> Write:
    """Return the write that stores a row, or deletes one without doubts."""
    return Write.put("row", row.id, row) if row.doubts else Write.delete("row", row.id, row)
