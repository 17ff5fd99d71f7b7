"""Elections as loaded, and their clocks.

An election's document is kept compressed and in parts, each far below DynamoDB's limit of 400 KB per row.
A container reads it once per version; what may change at any time (version, clock) is trusted
for a few seconds.
"""

import datetime as dt
import hashlib
import zlib
from dataclasses import dataclass, field

from pydantic import ValidationError
from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.observation.elections.assignments import (
    Assignment,
    assignment_from,
    nobodys_phones,
    with_assigned,
)
from chalicelib.observation.elections.clock import REAL_TIME, Clock
from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.roster_changes import RosterChanges, with_changes
from chalicelib.observation.elections.schedule import hours_of
from chalicelib.store.attributes import InstantAttribute, IntAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import LargeDocument, StoreUnavailable, TableMeta, at_version, saved_if, store_faults
from chalicelib.store.ttl_cache import TtlCache

DIRECTORY = "elections"
SCHEMA = 1
"""The newest form of stored documents that this version reads; one that later versions cannot help but change."""
PART_BYTES = 300_000
TRUSTED_SECONDS = 5.0


class ElectionChanged(Exception):
    """Another load stored the election at the same time.

    Nothing was changed: load it again.
    """


class PartRemoved(StoreUnavailable):
    """A document's part is not there.

    The election has another version by now.
    """


class ElectionUnknown(LookupError):
    """There is no election of this id."""


class ElectionUnreadable(ValueError):
    """This version cannot read an election as it is stored.

    Other stored elections are not concerned.
    """


class ElectionRow(StoredRow):
    """A directory entry (id `elections`) or a part of a document.

    Numbers' routes lie beside them (`routes.py`).
    """

    class Meta(TableMeta):
        table = "elections"

    id = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    version = IntAttribute(null=True)
    schema = IntAttribute(null=True)
    digest = UnicodeAttribute(null=True)
    parts = IntAttribute(null=True)
    document = BinaryAttribute(null=True, legacy_encoding=False)
    clock_start = UnicodeAttribute(null=True)
    clock_origin = InstantAttribute(null=True)
    clock_factor = NumberAttribute(null=True)
    assignments = LargeDocument(null=True)
    changes = LargeDocument(null=True)
    assigned = IntAttribute(null=True)
    retired = InstantAttribute(null=True)


@dataclass(frozen=True, slots=True, eq=False)
class LoadedElection:
    """An election with its clock and the version it was loaded as.

    `election` has what people have changed and assigned since, `filed` is as its file has it. `nobodys`: phones that
    are nobody's. `changes`: of stations and observers, with who changed them. A retired one is read, not changed.
    """

    election: Election
    clock: Clock
    version: int
    filed: Election
    nobodys: frozenset[str] = frozenset()
    changes: RosterChanges = field(default_factory=RosterChanges)
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class _ElectionWithChanges:
    """An election with people's changes, by what it was made from."""

    made_from: tuple[str, object, object]
    election: Election
    nobodys: frozenset[str] = frozenset()
    changes: RosterChanges = field(default_factory=RosterChanges)


_documents: dict[str, tuple[str, Election]] = {}
"""By election, with the digest of the file: one that was deleted and loaded anew begins its versions again."""
_assigned: dict[str, _ElectionWithChanges] = {}
_recent: TtlCache[str, ElectionRow | None] = TtlCache(TRUSTED_SECONDS)


def current(election_id: str, *, fresh: bool = False) -> LoadedElection | None:
    """Return the election as last loaded, None if there is none.

    `fresh` asks the store even if it did so just now. Keys of its document that this version does not know are passed
    over. Raises ElectionUnreadable, StoreUnavailable.
    """
    try:
        return _current(election_id, fresh=fresh)
    except PartRemoved:  # the version before, which the directory has left meanwhile
        return _current(election_id, fresh=True)


def _current(election_id: str, *, fresh: bool) -> LoadedElection | None:
    head = head_of(election_id, fresh=fresh)
    if head is None:
        return None
    version = head.version or 0
    schema = head.schema or 1
    if schema > SCHEMA:
        raise ElectionUnreadable(
            f"election {election_id} is stored by schema {schema}, and this version of Baykoo reads {SCHEMA}: "
            "install the version that stored it, or load its file again"
        )
    digest, kept = head.digest or "", _documents.get(election_id)
    if kept is None or kept[0] != digest:
        kept = _documents[election_id] = (digest, _read_document(election_id, digest, head.parts or 0))
    people = _with_assigned(kept[1], digest, head)
    clock, is_retired = _clock_of(head), head.retired is not None
    return LoadedElection(people.election, clock, version, kept[1], people.nobodys, people.changes, is_retired)


def _with_assigned(filed: Election, digest: str, head: ElectionRow) -> _ElectionWithChanges:
    """Return an election with what people changed and assigned."""
    made_from = (digest, head.assignments, head.changes)
    if not head.assigned:
        return _ElectionWithChanges(made_from, filed)
    kept = _assigned.get(filed.id)
    if kept is None or kept.made_from != made_from:
        assigned, changes = assignments_in(head), changes_in(head)
        changed = with_changes(filed, changes)
        election, nobodys = with_assigned(changed, assigned), nobodys_phones(changed, assigned)
        kept = _assigned[filed.id] = _ElectionWithChanges(made_from, election, nobodys, changes)
    return kept


def forget(election_id: str) -> None:
    """Read an election anew the next time: this process changed it."""
    _recent.forget(election_id)


def assignments_in(head: ElectionRow) -> dict[str, Assignment]:
    """Return whose phones are by people's word."""
    return {phone: assignment_from(assignment) for phone, assignment in (head.assignments or {}).items()}


def changes_in(head: ElectionRow) -> RosterChanges:
    """Return what people changed about stations and observers."""
    return RosterChanges.from_document(head.changes)


def at_assigned(version: int) -> Condition:
    """Return the condition that what people changed is at a version."""
    unchanged: Condition = ElectionRow.assigned == version if version else ElectionRow.assigned.does_not_exist()
    return unchanged


def existing(election_id: str) -> LoadedElection:
    """Return an election as now loaded; raises ElectionUnknown, ElectionUnreadable, StoreUnavailable."""
    loaded = current(election_id, fresh=True)
    if loaded is None:
        raise ElectionUnknown(f"there is no election {election_id!r}: load it with ./baykoo election load FILE")
    return loaded


def list_elections() -> list[str]:
    """Ids of all elections but those that are retired; raises StoreUnavailable."""
    with store_faults():
        return [row.part for row in ElectionRow.query(DIRECTORY) if row.retired is None]


def is_known(election_id: str) -> bool:
    """Whether there is an election, whatever its document; raises StoreUnavailable."""
    return head_of(election_id, fresh=True) is not None


def save(election: Election, clock: Clock) -> int:
    """Store an election as its next version; return that version.

    Raises ElectionChanged, StoreUnavailable.
    """
    before = (head.version or 0) if (head := head_of(election.id, fresh=True)) else 0
    document = zlib.compress(election.model_dump_json(by_alias=True).encode(), 9)
    pieces = [document[at : at + PART_BYTES] for at in range(0, len(document), PART_BYTES)]
    digest = f"{before + 1:06}-{hashlib.sha256(document).hexdigest()[:16]}"
    with store_faults():
        for number, piece in enumerate(pieces):
            ElectionRow(election.id, _part(digest, number), document=piece).save()
    row = _head_row(election.id, before + 1, digest, len(pieces), clock)
    assigned = int(head.assigned or 0) if head else 0
    if head is not None and assigned:
        row.assignments, row.changes, row.assigned = head.assignments, head.changes, head.assigned
    is_saved = saved_if(row, at_version(ElectionRow, before) & at_assigned(assigned))
    if not is_saved and getattr(_read_head(election.id), "digest", None) != digest:  # unless the SDK has repeated it
        raise ElectionChanged(f"election {election.id!r} was loaded by somebody else meanwhile")
    _recent.clear()
    return before + 1


def _part(digest: str, number: int) -> str:
    """Return the key of a part of a document.

    It contains the version and the whole document's digest, so that two loads at once never mix their parts.
    """
    return f"{digest}#{number:03}"


def _head_row(election_id: str, version: int, digest: str, parts: int, clock: Clock) -> ElectionRow:
    row = ElectionRow(DIRECTORY, election_id, version=version, schema=SCHEMA, digest=digest, parts=parts)
    if clock != REAL_TIME:
        row.clock_start, row.clock_origin = clock.start.isoformat(), clock.origin
        row.clock_factor = clock.factor
    return row


def _clock_of(head: ElectionRow) -> Clock:
    if head.clock_start is None or head.clock_origin is None:
        return REAL_TIME
    return Clock(dt.datetime.fromisoformat(head.clock_start), head.clock_origin, float(head.clock_factor or 1))


def _read_document(election_id: str, digest: str, parts: int) -> Election:
    with store_faults():
        try:
            pieces = [
                _not_empty(ElectionRow.get(election_id, _part(digest, number), consistent_read=True).document)
                for number in range(parts)
            ]
        except ElectionRow.DoesNotExist as removed:
            raise PartRemoved(f"a part of election {election_id} is not there") from removed
    try:
        return Election.model_validate_json(zlib.decompress(b"".join(pieces)), extra="ignore")
    except (ValidationError, zlib.error) as invalid:
        raise ElectionUnreadable(f"the document of election {election_id} cannot be read: {invalid}") from invalid


def _not_empty(document: bytes | None) -> bytes:
    if document is None:
        raise ValueError("a part of the election's document is empty")
    return document


def head_of(election_id: str, *, fresh: bool) -> ElectionRow | None:
    """Return the election's directory entry, at most a few seconds old."""
    return _recent.get(election_id, lambda: _read_head(election_id), within=0 if fresh else None)


def _read_head(election_id: str) -> ElectionRow | None:
    with store_faults():
        try:
            return ElectionRow.get(DIRECTORY, election_id, consistent_read=True)
        except ElectionRow.DoesNotExist:
            return None


def is_under_way(loaded: LoadedElection, now: dt.datetime) -> bool:
    """Whether an election is under way at an instant.

    It is so from the beginning of its first form until some hours after its last is due.
    """
    hours = hours_of(loaded.election)
    return hours is not None and hours[0] <= loaded.clock.at(now) <= hours[1]
