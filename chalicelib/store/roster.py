"""What people changed on top of an election's file.

Whose phones are, stations and observers.

It stands in the election's head row, which is trusted for a few seconds, and has one version for all of it.
"""

from collections.abc import Mapping

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
from chalicelib.store.writes import Write


def assignments(election_id: str) -> tuple[int, dict[str, Assignment]]:
    """Return whose phones are by people's word, and the version of that.

    Raises ElectionUnknown, StoreUnavailable.
    """
    head = _fresh(election_id)
    return int(head.assigned or 0), assignments_in(head)


def assigning(election_id: str, version: int, assigned: Mapping[str, Assignment]) -> Write:
    """Return the write that replaces the assignments read at a version."""
    documents = {phone: one.document() for phone, one in assigned.items()}
    actions = [ElectionRow.assignments.set(documents), ElectionRow.assigned.set(version + 1)]
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


def _fresh(election_id: str) -> ElectionRow:
    head = head_of(election_id, fresh=True)
    if head is None:
        raise ElectionUnknown(f"there is no election {election_id!r}")
    return head
