"""Rewrite an election and what people changed on top of it."""

import hashlib
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.observation.elections.election import Election
from chalicelib.store import elections
from chalicelib.store.election_removal import KEYS, remove_older_documents
from chalicelib.store.elections import (
    DIRECTORY,
    PART_BYTES,
    ElectionChanged,
    ElectionRow,
    at_assigned,
    existing,
    head_of,
)
from chalicelib.store.tables import at_version, store_faults, updated_if


@dataclass(frozen=True, slots=True)
class StoredElection:
    """An election's document, and what people changed on top of it.

    The changes are as JSON; `version` is of the document, `assigned` of the changes.
    """

    version: int
    filed: Election
    assignments: Mapping[str, Any]
    changes: Mapping[str, Any]
    assigned: int = 0


def all_elections() -> list[str]:
    """Return the ids of all elections, retired ones too; raises StoreUnavailable."""
    with store_faults():
        return [row.part for row in ElectionRow.query(DIRECTORY, consistent_read=True)]


def stored_election(election_id: str) -> StoredElection:
    """Return an election as it is stored; raises ElectionUnknown, ElectionUnreadable, StoreUnavailable."""
    loaded = existing(election_id)
    head = head_of(election_id, fresh=True)
    changed = (head.assignments or {}, head.changes or {}) if head is not None else ({}, {})
    return StoredElection(loaded.version, loaded.filed, *changed, int(head.assigned or 0) if head is not None else 0)


def rewrite(election_id: str, before: StoredElection, after: StoredElection) -> None:
    """Replace an election by another form of it, as next version.

    It stays retired if it was; documents of earlier versions are removed. Raises ElectionChanged, StoreUnavailable.
    """
    document = zlib.compress(after.filed.model_dump_json(by_alias=True).encode(), 9)
    pieces = [document[at : at + PART_BYTES] for at in range(0, len(document), PART_BYTES)]
    digest = f"{before.version + 1:06}-{hashlib.sha256(document).hexdigest()[:16]}"
    with store_faults():
        for number, piece in enumerate(pieces):
            ElectionRow(election_id, f"{digest}#{number:03}", document=piece).save()
    actions: list[Action] = [
        ElectionRow.version.set(before.version + 1),
        ElectionRow.digest.set(digest),
        ElectionRow.parts.set(len(pieces)),
    ]
    if before.assignments or before.changes:
        actions += [
            ElectionRow.assignments.set(dict(after.assignments)),
            ElectionRow.changes.set(dict(after.changes)),
            ElectionRow.assigned.add(1),
        ]
    as_read = at_version(ElectionRow, before.version) & at_assigned(before.assigned)
    if not updated_if(ElectionRow(DIRECTORY, election_id), actions, as_read):
        raise ElectionChanged(f"election {election_id!r} was loaded or changed by somebody else meanwhile")
    elections.forget(election_id)
    remove_older_documents(election_id)


def comparing_key(election_id: str) -> bytes:
    """Return an election's secret key, made when it is first asked for.

    With it what is forgotten can be compared, and not be guessed by who has not the key. Raises StoreUnavailable.
    """
    row = ElectionRow(KEYS, election_id, document=secrets.token_bytes(32))
    updated_if(row, [ElectionRow.document.set(row.document)], ElectionRow.document.does_not_exist())
    with store_faults():
        return bytes(ElectionRow.get(KEYS, election_id, consistent_read=True).document or b"")
