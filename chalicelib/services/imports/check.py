"""Check what is handed in, say what it changes, have it loaded.

It is loaded on the version seen.
"""

import base64
import binascii
import datetime as dt
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.election_file.problems import Problem
from chalicelib.observation.election_file.roster_change import (
    Roster,
    RosterInspection,
    RosterTable,
    inspect_rosters,
    roster_changes,
)
from chalicelib.observation.elections.election import Election
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.clients.bucket import put
from chalicelib.services.clients.jobs import DIES_AFTER, begin
from chalicelib.services.imports.refusals import ImportRefused, ImportUnknown
from chalicelib.services.imports.sheets import SheetUnreadable, sheet_text
from chalicelib.services.versions import VersionPassed
from chalicelib.store import jobs
from chalicelib.store.elections import LoadedElection
from chalicelib.store.jobs import JobRow

MOST_TOLD: Final = 500
"""Problems, warnings and changes that are told one by one; of more their number is."""


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it was handed in: name, and text or base64.

    XLSX comes in base64.
    """

    file: str
    content: str


def check(loaded: LoadedElection, files: Mapping[Roster, UploadedFile], seen: int) -> dict[str, Any]:
    """Say what is wrong with new rosters, and what they change.

    Nothing is loaded.

    Raises VersionPassed.
    """
    _require(loaded, seen)
    inspection = _inspected(loaded.filed, files)
    return _describe(loaded, inspection)


def ask(loaded: LoadedElection, files: Mapping[Roster, UploadedFile], seen: int, action: Action) -> dict[str, Any]:
    """Have new rosters loaded by the function job, on the version seen.

    Raises VersionPassed, ImportRefused, BucketUnavailable, and what `perform` raises.
    """

    def attempt() -> Change:
        _require(loaded, seen)
        inspection = _inspected(loaded.filed, files)
        if inspection.election is None:
            raise ImportRefused(f"{len(inspection.problems)} problems: {inspection.problems[0]}")
        row = jobs.new_job(loaded.election.id, "imports", action.operator.name, action.now, regions=[], wanted={})
        key = f"imports/{row.scope}/{row.id}.json.gz"
        row.wanted = {"document": key, "seen": seen, "changes": _describe(loaded, inspection)["counts"]}
        put(key, gzip.compress(inspection.election.model_dump_json().encode(), mtime=0))
        before = {"version": seen}
        return Change(show(row), (jobs.putting(row),), "import asked for", f"import {row.id}", before, row.wanted)

    answered = perform(action, attempt)
    begin(loaded.election.id, "imports", answered["id"])
    return answered


def show_import(operator: Operator, job_id: str, now: dt.datetime) -> dict[str, Any]:
    """Return an import; one that waits or has died is begun again.

    Raises ImportUnknown, StoreUnavailable.
    """
    row = jobs.get_job(operator.election, "imports", job_id)
    if row is None:
        raise ImportUnknown("there is no such import: it is deleted after a day")
    if row.state in ("waiting", "running") and row.beat_at < now - DIES_AFTER:
        begin(operator.election, "imports", job_id)
    return show(row)


def show(row: JobRow) -> dict[str, Any]:
    """Describe an import; `rows` is the version that it made."""
    return {
        "id": row.id,
        "state": row.state,
        "who": row.who,
        "asked_at": row.asked_at.isoformat(),
        "counts": row.wanted["changes"],
        "version": row.rows or None,
        "error": row.error,
    }


def _require(loaded: LoadedElection, seen: int) -> None:
    if loaded.version != seen:
        raise VersionPassed(f"the election is at version {loaded.version} now, you have seen {seen}")


def _inspected(filed: Election, files: Mapping[Roster, UploadedFile]) -> RosterInspection:
    try:
        tables = {name: RosterTable(file.file, _text(file)) for name, file in files.items()}
    except SheetUnreadable as unreadable:
        problem = Problem(next(iter(files.values())).file, 1, "", str(unreadable))
        return RosterInspection(None, (problem,), ())
    return inspect_rosters(filed, tables)


def _text(handed_in: UploadedFile) -> str:
    if not handed_in.file.lower().endswith(".xlsx"):
        return handed_in.content
    try:
        return sheet_text(handed_in.file, base64.b64decode(handed_in.content, validate=True))
    except binascii.Error as invalid:
        raise SheetUnreadable(f"{handed_in.file} did not come whole: hand it in as base64") from invalid


def _describe(loaded: LoadedElection, inspection: RosterInspection) -> dict[str, Any]:
    changes = list(roster_changes(loaded.filed, inspection.election)) if inspection.election else []
    counts: dict[str, dict[str, int]] = {}
    for change in changes:
        of_roster = counts.setdefault(change.roster, {})
        of_roster[change.kind] = of_roster.get(change.kind, 0) + 1
    return {
        "election": loaded.election.id,
        "version": loaded.version,
        "problems": [_problem(problem) for problem in inspection.problems[:MOST_TOLD]],
        "warnings": [_problem(warning) for warning in inspection.warnings[:MOST_TOLD]],
        "counts": counts,
        "changes": [
            {
                "kind": change.kind,
                "roster": change.roster,
                "what": change.what,
                "fields": [{"field": name, "before": was, "after": is_} for name, (was, is_) in change.fields.items()],
            }
            for change in changes[:MOST_TOLD]
        ],
        "is_cut": max(len(inspection.problems), len(inspection.warnings), len(changes)) > MOST_TOLD,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "field": problem.field, "what": problem.message}
