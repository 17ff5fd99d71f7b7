"""Imports of rosters: check them, see what they change.

Load them on the version seen.
"""

from http import HTTPStatus
from typing import Any

from pydantic import Field, model_validator

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import now
from chalicelib.entrypoints.api.request import version_number
from chalicelib.observation.election_file.roster_change import Roster
from chalicelib.services.access.permissions import Permission
from chalicelib.services.imports.check import UploadedFile, ask, check, show_import

LARGEST = 4_000_000
"""Bytes of what is handed in at once: Lambda takes 6 MB, and base64 is a third more."""


class RosterFile(RequestModel):
    """A table: its file's name, and its text, or base64 of XLSX."""

    file: str = Field(min_length=1, max_length=200)
    content: str = Field(max_length=LARGEST)


class RosterFiles(RequestModel):
    """New rosters in place of the election's own.

    What is left out stays.
    """

    stations: RosterFile | None = None
    observers: RosterFile | None = None
    coordinators: RosterFile | None = None
    note: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _has_one(self) -> "RosterFiles":
        if not (self.stations or self.observers or self.coordinators):
            raise ValueError("hand in stations, observers or coordinators")
        return self

    @property
    def handed_in(self) -> dict[Roster, UploadedFile]:
        """The tables by name."""
        given: dict[Roster, RosterFile | None] = {
            "stations": self.stations,
            "observers": self.observers,
            "coordinators": self.coordinators,
        }
        return {name: UploadedFile(table.file, table.content) for name, table in given.items() if table is not None}


class ImportPath(ElectionPath):
    """An import by its id."""

    job: str = Field(pattern=r"^[0-9A-Za-z-]{1,60}$")


class FileProblem(AnswerModel):
    """What is wrong, where, and what to do."""

    file: str
    line: int
    field: str
    what: str


class FieldChange(AnswerModel):
    """A field before and after."""

    field: str
    before: str
    after: str


class RosterChange(AnswerModel):
    """What is new, changed, moved or removed."""

    kind: str
    roster: str
    what: str
    fields: list[FieldChange]


class ImportCheck(AnswerModel):
    """What was found: problems let nothing be loaded.

    Warnings should be looked at.
    """

    election: str
    version: int
    problems: list[FileProblem]
    warnings: list[FileProblem]
    counts: dict[str, dict[str, int]]
    changes: list[RosterChange]
    is_cut: bool


class Import(AnswerModel):
    """An import: how far it is, and the version that it made."""

    id: str
    state: str
    who: str
    asked_at: str
    counts: dict[str, dict[str, int]]
    version: int | None
    error: str | None


@operation(
    summary="Check new rosters and say what they change; nothing is loaded.",
    may=Permission.IMPORT,
    path=ElectionPath,
    body=RosterFiles,
    answer=ImportCheck,
    on_version=True,
    largest=LARGEST,
)
def checked(request: Request[ElectionPath, None, RosterFiles]) -> dict[str, Any]:
    """Check what is handed in against the election as it is."""
    return check(request.loaded, request.body.handed_in, version_number(request.seen))


@operation(
    summary="Load new rosters, on the version seen.",
    may=Permission.IMPORT,
    path=ElectionPath,
    body=RosterFiles,
    answer=Import,
    status=HTTPStatus.ACCEPTED,
    on_version=True,
    once=True,
    largest=LARGEST,
)
def add(request: Request[ElectionPath, None, RosterFiles]) -> dict[str, Any]:
    """Have what is handed in loaded."""
    return ask(request.loaded, request.body.handed_in, version_number(request.seen), request.action)


@operation(
    summary="Show how far an import is.",
    may=Permission.IMPORT,
    path=ImportPath,
    answer=Import,
    conditional=True,
)
def shown(request: Request[ImportPath, None, None]) -> dict[str, Any]:
    """Show one import."""
    return show_import(request.operator, request.path.job, now())
