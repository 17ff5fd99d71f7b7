"""What is kept each minute for the board and the quick count.

No request has to compute it.

Two rows per election, replaced whole. Whoever reads them is told when they were made.
"""

import datetime as dt
from typing import Any, Literal

from pynamodb.attributes import UnicodeAttribute

from chalicelib.store.attributes import InstantAttribute, IntAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import LargeDocument, TableMeta, saved_if, store_faults

Kept = Literal["board", "count"]


class KeptRow(StoredRow):
    """A document of an election, made `at` a real instant.

    `kept#board`: queues and failed checks by region, and what had come when. `kept#count`: the live quick count and how
    it came about.
    """

    class Meta(TableMeta):
        table = "work"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    at = InstantAttribute()
    document = LargeDocument()
    expires = IntAttribute(null=True)


def read_kept(election_id: str, what: Kept) -> KeptRow | None:
    """Return a kept document, None where none was made yet; raises StoreUnavailable."""
    with store_faults():
        try:
            return KeptRow.get(election_id, f"kept#{what}")
        except KeptRow.DoesNotExist:
            return None


def keep(election_id: str, what: Kept, document: dict[str, Any], at: dt.datetime, expires: int) -> bool:
    """Replace a kept document by a newer one.

    False where a newer one stands.

    Raises StoreUnavailable.
    """
    row = KeptRow(election_id, f"kept#{what}", at=at, document=document, expires=expires)
    return saved_if(row, KeptRow.id.does_not_exist() | (KeptRow.at <= at))
