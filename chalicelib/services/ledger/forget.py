"""Forget: destroy the salts of entries, and keep what they committed to.

Without its salt nobody can try a phone or a text against a leaf; the leaf stays, so every root can be computed as
before.
"""

from collections.abc import Collection

from chalicelib.observation.ledger.entries import split_report_key
from chalicelib.store import ledger
from chalicelib.store.ledger import SealedPart


def forget(election_id: str, keys: Collection[str]) -> int:
    """Destroy the salts of entries by key; return how many there were.

    `keys`: those of messages' rows, and of reports as `report_key` writes them (every version is forgotten). Call it
    after the rows' data was erased, for every election of the stack: a message of no election is in the ledger of each.
    Calling it again does no harm, and is needed where an hour was being sealed meanwhile. `verify` then tells of such
    entries as forgotten. Raises StoreUnavailable.
    """
    forgotten_keys = frozenset(keys)
    last = ledger.last_seal(election_id)
    numbers = range(1, (last.number if last else 0) + 2)  # one more: of an hour that is being sealed
    return sum(_forget_in(election_id, number, forgotten_keys) for number in numbers) if forgotten_keys else 0


def _forget_in(election_id: str, number: int, forgotten_keys: frozenset[str]) -> int:
    forgotten = 0
    places: dict[str, int] = {}
    for part in ledger.parts_of(election_id, number):
        place = places.get(part.kind, 0)
        places[part.kind] = place + 1
        entries = _entries_of(part, forgotten_keys)
        if entries and not ledger.destroy_salts(election_id, number, place, part, entries):
            return forgotten + _forget_in(election_id, number, forgotten_keys)
        forgotten += len(entries)
    return forgotten


def _entries_of(part: SealedPart, forgotten_keys: frozenset[str]) -> list[int]:
    """Return the places of a part's entries that are to be forgotten."""
    return [
        place
        for place, key in enumerate(part.keys)
        if (key if part.kind == "message" else split_report_key(key)[0]) in forgotten_keys
        and part.salt(place) is not None
    ]
