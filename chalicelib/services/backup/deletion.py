"""Delete a retired election, with every row of it."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from chalicelib.services.backup.archive import header_of, require_whole
from chalicelib.store import election_removal, operators, raw_rows, routes
from chalicelib.store.elections import ElectionUnknown, is_known
from chalicelib.store.raw_rows import Item

DELETED: Mapping[str, tuple[str, ...]] = {
    **raw_rows.TABLES,
    "work": ("scope", "id"),
    "accounts": ("scope", "id"),
}
"""The tables that hold an election's rows, with their keys. The table of elections is not among them: its rows go last.
The table of providers holds none."""
PAGE = 500
RECORDED_IN = "deleted"
"""The partition of the audit trail that keeps which elections were deleted, by whom and when."""


class DeleteRefused(Exception):
    """The election is not retired, or not backed up; nothing was changed."""


def require_deletable(election_id: str, backup: Path | None) -> None:
    """Require that an election is retired, and a backup since then whole.

    `backup` None asks for none. Raises DeleteRefused, ElectionUnknown, ArchiveInvalid, StoreUnavailable.
    """
    retired = election_removal.retired_at(election_id)
    if retired is None:
        if not is_known(election_id):
            raise ElectionUnknown(f"there is no election {election_id!r}")
        raise DeleteRefused(f"{election_id} is not retired: ./baykoo election retire {election_id}")
    if routes.numbers_of(election_id):
        raise DeleteRefused(f"a number leads to {election_id}: ./baykoo election retire {election_id}")
    if backup is None:
        return
    require_whole(backup)
    header = header_of(backup)
    if header["election"] != election_id:
        raise DeleteRefused(f"{backup} is a backup of {header['election']}")
    if dt.datetime.fromisoformat(header["made_at"]) < retired.replace(microsecond=0):
        raise DeleteRefused(f"{backup} was made before {election_id} was retired: make it again")


def delete(election_id: str, who: str, now: dt.datetime, on_page: Callable[[str, int], None]) -> Mapping[str, int]:
    """Delete a retired election's rows; return how many per table.

    What led from an SMS to others (copies, parts, receipts) goes before it, and the directory entry last, so that a
    deletion that was broken off is given again. SMS that led to no election stay. Raises StoreUnavailable.
    """
    removed: Counter[str] = Counter()
    for table, keys in DELETED.items():
        for page in _pages(table, keys, election_id):
            raw_rows.delete_all(table, page)
            removed[table] += len(page)
            on_page(table, removed[table])
    operators.record(RECORDED_IN, now, who, "delete election", election_id)
    removed["elections"] = election_removal.remove_election(election_id)
    return removed


def _pages(table: str, keys: tuple[str, ...], election_id: str) -> Iterator[list[Item]]:
    if table == "messages":
        messages = _of_messages(election_id)
        yield from (messages[begin : begin + PAGE] for begin in range(0, len(messages), PAGE))
        return
    for page in raw_rows.pages(table):
        yield [_key(row, keys) for row in page.rows if _belongs(table, row, election_id)]


def _of_messages(election_id: str) -> list[Item]:
    """Return keys of an election's messages and of their rows.

    Before them stand those of what leads to them.
    """
    messages: dict[str, Item] = {}
    others: list[tuple[frozenset[str], Item]] = []
    for page in raw_rows.pages("messages"):
        for row in page.rows:
            if row.get("election") == {"S": election_id}:
                messages[str(row["key"]["S"])] = {"key": row["key"]}
            elif "election" not in row:
                others.append((_leads_to(row), {"key": row["key"]}))
    return [*(item for leads_to, item in others if leads_to & messages.keys()), *messages.values()]


def _leads_to(row: Item) -> frozenset[str]:
    """Return the keys of SMS that a row is about.

    A row of no election: a copy's guard, a receipt, a long SMS's parts.
    """
    about = {str(row["about"]["S"])} if "about" in row else set()
    pieces = json.loads(row["known"]["S"]) if "known" in row else []
    return frozenset(about | {piece[0] for sms in pieces for piece in sms["pieces"]})


def _belongs(table: str, row: Item, election_id: str) -> bool:
    """Tell whether a row is of the election."""
    if table == "operators":
        return row.get("election") == {"S": election_id}
    partition, identity = (str(row[name]["S"]) for name in DELETED[table])
    if table == "work":  # action#ELECTION#WHO, as other kinds of work
        return election_id in partition.split("#")[:2]
    if table == "accounts" and partition.startswith("address#"):
        return identity == election_id
    return partition == election_id or partition.startswith(f"{election_id}#")


def _key(row: Item, keys: tuple[str, ...]) -> Item:
    return {name: row[name] for name in keys}
