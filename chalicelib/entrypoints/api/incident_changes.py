"""What people change of an incident beside its steps.

Notes, whose it is, where, how grave, the same as which.
"""

from http import HTTPStatus
from typing import Any

from pydantic import Field

from chalicelib.entrypoints.api.incidents import Incident, IncidentPath
from chalicelib.entrypoints.api.models import RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import Problem, VersionedDocument
from chalicelib.entrypoints.api.request import version_number
from chalicelib.observation.elections.values import Severity
from chalicelib.services.access.permissions import Permission
from chalicelib.services.incidents import changes, grades
from chalicelib.services.incidents.steps import show_incident
from chalicelib.services.versions import LONGEST_NOTE

MAY = Permission.WORK_INCIDENTS
REFUSALS = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class ReasonBody(RequestModel):
    """Why it is changed."""

    note: str = Field(default="", max_length=LONGEST_NOTE)


class IncidentNoteBody(RequestModel):
    """What is to be known of it."""

    note: str = Field(min_length=1, max_length=LONGEST_NOTE)


class AssignBody(ReasonBody):
    """Whose it is from now on; nobody's where `to` is empty."""

    to: str | None = Field(default=None, max_length=changes.LONGEST_NAME)


class LinkBody(ReasonBody):
    """The number of another incident."""

    other: int = Field(ge=1, le=999_999_999)


class GradeBody(ReasonBody):
    """How grave it is, what it is about.

    A category alone brings its own severity.
    """

    severity: Severity | None = None
    category: int | None = Field(default=None, ge=0, le=999)


class MoveBody(ReasonBody):
    """The station where it happened."""

    station: str = Field(max_length=50)


@operation(
    summary="Add a note to an incident.",
    may=MAY,
    path=IncidentPath,
    body=IncidentNoteBody,
    answer=Incident,
    on_version=True,
    once=True,
    problems=REFUSALS,
)
def note(request: Request[IncidentPath, None, IncidentNoteBody]) -> VersionedDocument:
    """Add a note."""
    changes.add_note(request.loaded, request.action, _number(request), version_number(request.seen))
    return _shown(request)


@operation(
    summary="Make an incident somebody's, or nobody's.",
    may=MAY,
    path=IncidentPath,
    body=AssignBody,
    answer=Incident,
    on_version=True,
    once=True,
    problems=REFUSALS,
)
def assign(request: Request[IncidentPath, None, AssignBody]) -> VersionedDocument:
    """Assign an incident."""
    changes.assign(request.loaded, request.action, _number(request), version_number(request.seen), request.body.to)
    return _shown(request)


@operation(
    summary="Say that two incidents are the same.",
    may=MAY,
    path=IncidentPath,
    body=LinkBody,
    answer=Incident,
    on_version=True,
    once=True,
    problems=REFUSALS,
)
def link(request: Request[IncidentPath, None, LinkBody]) -> VersionedDocument:
    """Link two incidents."""
    seen = version_number(request.seen)
    changes.link(request.loaded, request.action, _number(request), seen, request.body.other, same=True)
    return _shown(request)


@operation(
    summary="Say that two incidents are not the same.",
    may=MAY,
    path=IncidentPath,
    body=LinkBody,
    answer=Incident,
    on_version=True,
    once=True,
    problems=REFUSALS,
)
def unlink(request: Request[IncidentPath, None, LinkBody]) -> VersionedDocument:
    """Unlink two incidents."""
    seen = version_number(request.seen)
    changes.link(request.loaded, request.action, _number(request), seen, request.body.other, same=False)
    return _shown(request)


@operation(
    summary="Change how grave an incident is, or what it is about.",
    may=MAY,
    path=IncidentPath,
    body=GradeBody,
    answer=Incident,
    on_version=True,
    once=True,
    problems=REFUSALS,
)
def grade(request: Request[IncidentPath, None, GradeBody]) -> VersionedDocument:
    """Change severity and category."""
    body, seen = request.body, version_number(request.seen)
    if body.severity is None and body.category is None:
        what = "say a severity or a category"
        raise Problem(HTTPStatus.BAD_REQUEST, f"Not changed: {what}.", [{"at": "/severity", "what": what}])
    grades.grade(request.loaded, request.action, _number(request), seen, body.severity, body.category)
    return _shown(request)


@operation(
    summary="Move an incident to the station where it happened.",
    may=MAY,
    path=IncidentPath,
    body=MoveBody,
    answer=Incident,
    on_version=True,
    once=True,
    problems=REFUSALS,
)
def move(request: Request[IncidentPath, None, MoveBody]) -> VersionedDocument:
    """Move an incident."""
    changes.move(request.loaded, request.action, _number(request), version_number(request.seen), request.body.station)
    return _shown(request)


@operation(
    summary="Undo one's own last change of an incident.",
    may=MAY,
    path=IncidentPath,
    body=ReasonBody,
    answer=Incident,
    on_version=True,
    once=True,
    problems=REFUSALS,
)
def undo(request: Request[IncidentPath, None, ReasonBody]) -> VersionedDocument:
    """Undo a change."""
    changes.undo(request.loaded, request.action, _number(request), version_number(request.seen))
    return _shown(request)


def _number(request: Request[IncidentPath, Any, Any]) -> int:
    return int(request.path.number)


def _shown(request: Request[IncidentPath, Any, Any]) -> VersionedDocument:
    document = show_incident(request.loaded.election, request.operator, _number(request))
    if document is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such incident in your regions any more.")
    return VersionedDocument(document, str(document["version"]))
