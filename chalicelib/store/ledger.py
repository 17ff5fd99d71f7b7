"""The ledger: sealed hours and their entries, each row put once.

Nothing of it is ever replaced or deleted, but for salts, which can be destroyed. So a run that dies, or two at once,
leave what one would.
"""

import datetime as dt
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.observation.ledger.entries import FORGOTTEN, SALT_BYTES, Kind, seal_hash
from chalicelib.observation.ledger.merkle import HASH_BYTES
from chalicelib.store.attributes import InstantAttribute, WordAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, saved_if, store_faults, updated_if

MOST_ENTRIES: Final = 3000
"""Entries of one part."""
MOST_KEY_BYTES: Final = 150_000
"""Bytes of the keys of one part, before compression."""

Cursor = dict[str, Any]
"""Where reading a table goes on: DynamoDB's LastEvaluatedKey."""


class SealRow(StoredRow):
    """A sealed hour.

    `root`, which is published, is the hash of `header`.
    """

    class Meta(TableMeta):
        table = "ledger"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    header = Document()
    root = UnicodeAttribute()
    made_at = InstantAttribute()


class OpeningRow(StoredRow):
    """An hour whose sealing has begun: which rows it takes.

    They are those stored before `cut`. `since` is the cut before, None for the first.
    """

    class Meta(TableMeta):
        table = "ledger"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    hour = UnicodeAttribute()
    since = InstantAttribute(null=True)
    cut = InstantAttribute()


class PartRow(StoredRow):
    """Entries of an hour: their keys, compressed, salts and leaves.

    `following` is where reading goes on after it; None of the last of its kind.
    """

    class Meta(TableMeta):
        table = "ledger"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    kind = WordAttribute[Kind]()
    keys = BinaryAttribute(legacy_encoding=False)
    salts = BinaryAttribute(legacy_encoding=False)
    leaves = BinaryAttribute(legacy_encoding=False)
    following = Document(null=True)


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed hour: the header, and the root that is published.

    `hour` is the election clock's, `cut` the real instant before which rows belong to it or to those before.
    """

    header: dict[str, Any]
    root: str

    @property
    def number(self) -> int:
        """The seal's place in the chain, from 1."""
        return int(self.header["number"])

    @property
    def hour(self) -> str:
        """The hour of the election's clock, as summaries have it."""
        return str(self.header["hour"])

    @property
    def cut(self) -> dt.datetime:
        """The real instant before which rows were taken."""
        return dt.datetime.fromisoformat(self.header["cut"])


@dataclass(frozen=True, slots=True)
class SealOpening:
    """An hour whose sealing has begun."""

    number: int
    hour: str
    since: dt.datetime | None
    cut: dt.datetime


@dataclass(frozen=True, slots=True)
class SealedPart:
    """Entries of one kind: keys, salts and leaves in one order."""

    kind: Kind
    keys: Sequence[str]
    salts: bytes
    leaves: bytes
    following: Cursor | None

    def leaf(self, place: int) -> bytes:
        """Return the leaf of the entry at a place."""
        return self.leaves[place * HASH_BYTES : (place + 1) * HASH_BYTES]

    def salt(self, place: int) -> bytes | None:
        """Return the salt of the entry at a place; None once destroyed."""
        salt = self.salts[place * SALT_BYTES : (place + 1) * SALT_BYTES]
        return None if salt == FORGOTTEN else salt

    def each_leaf(self) -> Iterator[bytes]:
        """Yield the leaves in order."""
        return (self.leaf(place) for place in range(len(self.keys)))


def last_seal(election_id: str) -> Seal | None:
    """Return an election's newest seal; raises StoreUnavailable."""
    return next(iter(seals_before(election_id, None, 1)), None)


def seals_before(election_id: str, before: int | None, limit: int) -> list[Seal]:
    """Return seals before a number, the newest first; raises StoreUnavailable."""
    last = _seal_id(before - 1) if before is not None else f"{_SEAL}~"
    with store_faults():
        rows = SealRow.query(
            election_id, SealRow.id.between(_SEAL, last), scan_index_forward=False, limit=limit, consistent_read=True
        )
        return [_seal(row) for row in rows]


def seals_of(election_id: str) -> list[Seal]:
    """Return all seals of an election in order; raises StoreUnavailable."""
    with store_faults():
        rows = SealRow.query(election_id, SealRow.id.startswith(_SEAL), consistent_read=True)
        return [_seal(row) for row in rows]


def put_seal(election_id: str, header: dict[str, Any], now: dt.datetime) -> bool:
    """Put a seal once; False if there is one of its number.

    Raises StoreUnavailable.
    """
    row = SealRow(election_id, _seal_id(int(header["number"])), header=header, root=seal_hash(header), made_at=now)
    return saved_if(row, SealRow.id.does_not_exist())


def open_hour(election_id: str, opening: SealOpening) -> SealOpening:
    """Begin an hour's sealing, or return how it was begun before.

    Raises StoreUnavailable.
    """
    row = OpeningRow(election_id, f"open#{opening.number:06}", hour=opening.hour, since=opening.since, cut=opening.cut)
    if saved_if(row, OpeningRow.id.does_not_exist()):
        return opening
    with store_faults():
        stored = OpeningRow.get(row.scope, row.id, consistent_read=True)
    return SealOpening(opening.number, stored.hour, stored.since, stored.cut)


def put_part(election_id: str, number: int, place: int, part: SealedPart) -> bool:
    """Put a part once; False if there is one in its place.

    Raises StoreUnavailable.
    """
    row = PartRow(
        _scope(election_id, number),
        _part_id(part.kind, place),
        kind=part.kind,
        keys=zlib.compress(json.dumps(list(part.keys), ensure_ascii=False).encode(), 9),
        salts=part.salts,
        leaves=part.leaves,
        following=part.following,
    )
    return saved_if(row, PartRow.id.does_not_exist())


def parts_of(election_id: str, number: int, kind: Kind | None = None) -> Iterator[SealedPart]:
    """Yield the parts of an hour, all or of a kind.

    Messages come before reports. Raises StoreUnavailable.
    """
    of_kind = PartRow.id.startswith(f"{kind}#") if kind is not None else None
    with store_faults():
        for row in PartRow.query(_scope(election_id, number), of_kind, consistent_read=True):
            yield _part(row)


def destroy_salts(election_id: str, number: int, place: int, part: SealedPart, entries: Sequence[int]) -> bool:
    """Destroy salts of entries of a part; keep their leaves.

    False if somebody else changed the part since it was read. Raises StoreUnavailable.
    """
    salts = bytearray(part.salts)
    for entry in entries:
        salts[entry * SALT_BYTES : (entry + 1) * SALT_BYTES] = FORGOTTEN
    row = PartRow(_scope(election_id, number), _part_id(part.kind, place))
    return updated_if(row, [PartRow.salts.set(bytes(salts))], PartRow.salts == part.salts)


_SEAL = "seal#"


def _seal_id(number: int) -> str:
    return f"{_SEAL}{number:06}"


def _scope(election_id: str, number: int) -> str:
    return f"{election_id}#{number:06}"


def _part_id(kind: Kind, place: int) -> str:
    return f"{kind}#{place:06}"


def _seal(row: SealRow) -> Seal:
    return Seal(row.header, row.root)


def _part(row: PartRow) -> SealedPart:
    keys = json.loads(zlib.decompress(row.keys))
    return SealedPart(row.kind, keys, row.salts, row.leaves, row.following)
