"""What people changed of an election's file: phones, stations, observers.

It stands in the election's head row, which is trusted for a few seconds, and has one version for all of it.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.observation.elections.assignments import Assignment
from chalicelib.observation.elections.roster_changes import RosterChanges
from chalicelib.store.elections import (
    DIRECTORY,
    ElectionRow,
    ElectionUnknown,
    assignments_in,
    at_assigned,
    changes_in,
    head_of,
)
from chalicelib.store.tables import stored_bytes
from chalicelib.store.writes import Write


def assignments(election_id: str) -> tuple[int, dict[str, Assignment]]:
    """Return whose phones are by people's word, and the version of that.

    Raises ElectionUnknown, StoreUnavailable.
    """
    head = _fresh(election_id)
    return int(head.assigned or 0), assignments_in(head)


def bytes_of_assignments(assigned: Mapping[str, Assignment]) -> int:
    """Return how many bytes assignments take in the head row."""
    return stored_bytes(_documents(assigned))


def bytes_of_changes(changes: RosterChanges) -> int:
    """Return how many bytes changes take in the head row."""
    return stored_bytes(changes.document())


def assigning(election_id: str, version: int, assigned: Mapping[str, Assignment]) -> Write:
    """Return the write that replaces the assignments read at a version."""
    actions = [ElectionRow.assignments.set(_documents(assigned)), ElectionRow.assigned.set(version + 1)]
    return Write.update("assignments", election_id, ElectionRow(DIRECTORY, election_id), actions, at_assigned(version))


def roster_changes(election_id: str) -> tuple[int, RosterChanges]:
    """Return what people changed, and the version of that.

    About stations and observers.

    Raises ElectionUnknown, StoreUnavailable.
    """
    head = _fresh(election_id)
    return int(head.assigned or 0), changes_in(head)


def changing_roster(election_id: str, version: int, changes: RosterChanges) -> Write:
    """Return the write that replaces the changes read at a version."""
    actions = [ElectionRow.changes.set(changes.document()), ElectionRow.assigned.set(version + 1)]
    return Write.update("assignments", election_id, ElectionRow(DIRECTORY, election_id), actions, at_assigned(version))


def _documents(assigned: Mapping[str, Assignment]) -> dict[str, Any]:
    return {phone: assignment.document() for phone, assignment in assigned.items()}


def _fresh(election_id: str) -> ElectionRow:
    head = head_of(election_id, fresh=True)
    if head is None:
        raise ElectionUnknown(f"there is no election {election_id!r}")
    return head
