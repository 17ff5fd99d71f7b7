"""The incidents' API: what operators see, and their steps.

A step names the version that they have seen.
"""

from http import HTTPStatus
from typing import Any

from pydantic import Field

from chalicelib.entrypoints.api.access import require_region
from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, NoteBody, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import Problem, VersionedDocument, now
from chalicelib.entrypoints.api.request import version_number
from chalicelib.observation.incidents.lifecycle import STATES, STEPS
from chalicelib.services.access.permissions import Permission
from chalicelib.services.incidents.steps import list_incidents, show_incident, state_named, take_step, take_step_once

NUMBER = r"^[1-9]\d{0,8}$"


class IncidentPath(ElectionPath):
    """An incident by the number that people call it by."""

    number: str = Field(pattern=NUMBER)


class StepPath(IncidentPath):
    """A step of an incident."""

    step: str = Field(max_length=50, description=", ".join(STEPS))


class IncidentsQuery(RequestModel):
    """Which incidents: of a region, in a state, below a number."""

    region: str | None = Field(default=None, max_length=200)
    state: str | None = Field(default=None, max_length=50, description=", ".join(STATES))
    open: bool = Field(default=False, description="Those alone that wait for a step, however old.")
    before: str | None = Field(default=None, pattern=NUMBER, description="`next` of the page before")


class ListedIncident(AnswerModel):
    """An incident as lists show it."""

    number: int
    version: int
    state: str
    severity: str
    category: int | str | None
    what: str
    region: str
    station: str
    opened_at: str
    escalated: int
    may_be_same_as: list[int]
    doubt: str | None
    same_as: list[int]
    assigned: str | None
    more: int | None


class Incident(ListedIncident):
    """An incident with its words and its history."""

    text: str | None
    observer: str
    message: str
    report: str | None
    alerts: list[str]
    history: list[dict[str, Any]]


class Incidents(AnswerModel):
    """A page of incidents, the newest first."""

    election: str
    incidents: list[ListedIncident]
    next: str | None


@operation(
    summary="List incidents, the newest first.",
    may=Permission.READ_INCIDENTS,
    path=ElectionPath,
    query=IncidentsQuery,
    answer=Incidents,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def incidents(request: Request[ElectionPath, IncidentsQuery, None]) -> dict[str, Any]:
    """List a page of incidents that the operator sees."""
    query = request.query
    if query.region is not None:
        require_region(request.operator, request.loaded, query.region)
    state = state_named(query.state) if query.state is not None else None
    if query.state is not None and state is None:
        raise Problem(HTTPStatus.BAD_REQUEST, f"There is no state {query.state}; it is one of {', '.join(STATES)}.")
    before = int(query.before) if query.before is not None else None
    return list_incidents(request.loaded.election, request.operator, query.region, state, before, is_open=query.open)


@operation(
    summary="Show an incident with its history.",
    may=Permission.READ_INCIDENTS,
    path=IncidentPath,
    answer=Incident,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def incident(request: Request[IncidentPath, None, None]) -> VersionedDocument:
    """One incident with its history; the ETag is its version."""
    return _tagged(show_incident(request.loaded.election, request.operator, int(request.path.number)))


@operation(
    summary="Take an incident a step further.",
    may=Permission.WORK_INCIDENTS,
    path=StepPath,
    body=NoteBody,
    answer=Incident,
    on_version=True,
    once_with_key=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def step(request: Request[StepPath, None, NoteBody]) -> VersionedDocument:
    """Take an incident a step further, on the version named."""
    step = next((step for step in STEPS if step == request.path.step), None)
    if step is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no step {request.path.step}; it is one of {', '.join(STEPS)}.")
    number, seen = int(request.path.number), version_number(request.seen)
    if request.action_or_none is not None:
        return _tagged(take_step_once(request.loaded, request.action_or_none, number, step, seen))
    return _tagged(take_step(request.loaded, request.operator, number, step, seen, request.body.note, now()))


def _tagged(document: dict[str, Any] | None) -> VersionedDocument:
    if document is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such incident in this election, or not in your regions.")
    return VersionedDocument(document, str(document["version"]))
