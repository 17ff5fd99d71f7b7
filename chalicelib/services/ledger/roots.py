"""The roots as they are published."""

from typing import Any, Final

from chalicelib.store import ledger

MOST_LISTED: Final = 100


def list_roots(election_id: str, before: int | None, limit: int) -> tuple[list[dict[str, Any]], int | None]:
    """Return a page of an election's roots, the newest first.

    Each has the header that it is the hash of, and the number that the next page is before. Raises StoreUnavailable.
    """
    seals = ledger.seals_before(election_id, before, limit + 1)
    page = seals[:limit]
    listed = [{**seal.header, "published": seal.root} for seal in page]
    return listed, page[-1].number if len(seals) > limit else None
