"""Retire elections, and remove what nobody may need any longer.

An election's directory entry goes last, so that a removal that was broken off is given again.
"""

import datetime as dt
from collections.abc import Callable

from chalicelib.store import elections
from chalicelib.store.elections import DIRECTORY, ElectionRow
from chalicelib.store.tables import store_faults, updated_if

KEYS = "keys"
"""The partition that keeps an election's key for what is only compared."""


def retire(election_id: str, at: dt.datetime) -> bool:
    """Take an election off the schedules; False if there is none.

    Its document is not read: one that this version cannot read is retired too. Raises StoreUnavailable.
    """
    row = ElectionRow(DIRECTORY, election_id)
    is_there = updated_if(row, [ElectionRow.retired.set(at)], ElectionRow.part.exists())
    elections.forget(election_id)
    return is_there


def retired_at(election_id: str) -> dt.datetime | None:
    """Return when an election was retired.

    None if it is not, or there is none. Raises StoreUnavailable.
    """
    with store_faults():
        try:
            return ElectionRow.get(DIRECTORY, election_id, consistent_read=True).retired
        except ElectionRow.DoesNotExist:
            return None


def retired_elections() -> dict[str, dt.datetime]:
    """Return the elections that are retired, and since when; raises StoreUnavailable."""
    with store_faults():
        return {row.part: row.retired for row in ElectionRow.query(DIRECTORY) if row.retired is not None}


def remove_older_documents(election_id: str) -> int:
    """Remove the documents of an election's versions before the present one.

    They hold observers' names and phones who may have been left out since. What somebody is storing at this moment
    stays. Returns how many rows were removed. Raises StoreUnavailable.
    """
    with store_faults():
        head = ElectionRow.get(DIRECTORY, election_id, consistent_read=True)
    digest = head.digest or ""
    return _remove_parts(election_id, lambda other: other != digest and _version_of(other) <= _version_of(digest))


def remove_election(election_id: str) -> int:
    """Remove an election's documents, and then its directory entry.

    Returns how many rows were removed. Raises StoreUnavailable.
    """
    removed = _remove_parts(election_id, lambda _: True)
    with store_faults():
        ElectionRow(KEYS, election_id).delete()
        ElectionRow(DIRECTORY, election_id).delete()
    elections.forget(election_id)
    return removed + 1


def _remove_parts(election_id: str, is_removed: Callable[[str], bool]) -> int:
    with store_faults():
        rows = list(ElectionRow.query(election_id, attributes_to_get=["id", "part"], consistent_read=True))
        removed = [row for row in rows if is_removed(row.part.rpartition("#")[0])]
        for row in removed:
            row.delete()
    return len(removed)


def _version_of(digest: str) -> int:
    """Return the version that a document was stored as.

    0 of one without a version.
    """
    version, is_told, _ = digest.partition("-")
    return int(version) if is_told else 0
