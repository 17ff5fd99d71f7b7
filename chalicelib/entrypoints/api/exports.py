"""Exports: ask for one, follow it, fetch its files for a minute."""

from http import HTTPStatus
from typing import Any

from pydantic import Field

from chalicelib.entrypoints.api.access import require_region
from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, NoteBody, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import Problem, now
from chalicelib.services.access.permissions import Permission
from chalicelib.services.exports.request import ask, link, list_exports, show_export
from chalicelib.services.exports.table import ExportRequest, Format, What

MOST_STATIONS = 500
"""Stations of a list that is exported; more are asked for by their region."""


class ExportPath(ElectionPath):
    """An export by its id."""

    export: str = Field(pattern=r"^[0-9A-Za-z-]{1,60}$")


class ExportBody(RequestModel):
    """What to export."""

    what: What
    format: Format = "csv"
    regions: tuple[str, ...] = Field(default=(), max_length=200, description="none: all that you see")
    forms: tuple[str, ...] = Field(default=(), max_length=100, description="none: all")
    stations: tuple[str, ...] = Field(default=(), max_length=MOST_STATIONS, description="none: all of the regions")
    language: str = Field(default="en", max_length=10)
    people: bool = Field(default=False, description="with names, phones and texts; for headquarters")
    note: str = Field(default="", max_length=500)


class Export(AnswerModel):
    """An export: what, for whom, how far."""

    id: str
    state: str
    wanted: dict[str, Any]
    who: str
    asked_at: str
    rows: int
    bytes: int
    files: list[str]
    error: str | None
    until: str


class Exports(AnswerModel):
    """Exports of the last day, the newest first."""

    election: str
    exports: list[Export]


class ExportFile(AnswerModel):
    """A file, and where it is for a minute."""

    name: str
    bytes: int
    url: str


class ExportLinks(AnswerModel):
    """An export's files, and until when their links lead there."""

    files: list[ExportFile]
    until: str


@operation(
    summary="List the exports of the last day.",
    may=Permission.EXPORT,
    path=ElectionPath,
    answer=Exports,
    conditional=True,
)
def exports(request: Request[ElectionPath, None, None]) -> dict[str, Any]:
    """List one's own exports; headquarters see everybody's."""
    return list_exports(request.operator, now())


@operation(
    summary="Ask for an export.",
    may=Permission.EXPORT,
    path=ElectionPath,
    body=ExportBody,
    answer=Export,
    status=HTTPStatus.ACCEPTED,
    once=True,
)
def add(request: Request[ElectionPath, None, ExportBody]) -> dict[str, Any]:
    """Store what is wanted, and have it made."""
    body = request.body
    for region in body.regions:
        require_region(request.operator, request.loaded, region)
    unknown = [form for form in body.forms if form not in request.loaded.election.form_by_code]
    if unknown:
        raise Problem(HTTPStatus.BAD_REQUEST, f"There is no form {', '.join(unknown)}.")
    nowhere = [station for station in body.stations if station not in request.loaded.election.station_by_number]
    if nowhere:
        raise Problem(HTTPStatus.BAD_REQUEST, f"There is no station {', '.join(nowhere[:5])}.")
    if body.stations and body.what == "audit":
        raise Problem(HTTPStatus.BAD_REQUEST, "The audit trail is of no stations: ask for it without any.")
    export_request = ExportRequest(**body.model_dump(exclude={"note"}))
    return ask(request.loaded.election, export_request, request.action)


@operation(
    summary="Show how far an export is.",
    may=Permission.EXPORT,
    path=ExportPath,
    answer=Export,
    conditional=True,
)
def export(request: Request[ExportPath, None, None]) -> dict[str, Any]:
    """Show one export."""
    return show_export(request.operator, request.path.export, now())


@operation(
    summary="Get links to an export's files, for a minute.",
    may=Permission.EXPORT,
    path=ExportPath,
    body=NoteBody,
    answer=ExportLinks,
    once=True,
)
def links(request: Request[ExportPath, None, NoteBody]) -> dict[str, Any]:
    """Give links that end soon, and note who got them."""
    return link(request.operator, request.path.export, request.action)
