"""Observers: their phones, when they were last heard, and how they report."""

from http import HTTPStatus
from typing import Any

from pydantic import Field

from chalicelib.entrypoints.api.access import require_region
from chalicelib.entrypoints.api.message_models import ObserverPath
from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, PageQuery, cursor_of, place_of
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import Problem, now
from chalicelib.entrypoints.api.search_headers import searched
from chalicelib.services.access.permissions import Permission
from chalicelib.services.views.observers import describe_observer, list_observers
from chalicelib.services.views.reader import reader_of


class ObserversQuery(PageQuery):
    """Which observers: of a region, of a station.

    With a text in their number or name.
    """

    region: str | None = Field(default=None, max_length=200)
    station: str | None = Field(default=None, max_length=50)
    organisation: str | None = Field(default=None, max_length=50)
    text: str | None = searched()


class Phone(AnswerModel):
    """A phone, and when the last SMS of it came."""

    phone: str
    last_heard: str | None


class ObserverChange(AnswerModel):
    """Who changed an observer on top of the file, when and why."""

    at: str
    what: str
    who: str | None
    note: str | None


class Observer(AnswerModel):
    """An observer with all their phones, the last heard first.

    `version` is the one that a change must name.
    """

    number: str
    station: str
    region: str
    organisation: str | None
    name: str
    language: str
    phones: list[Phone]
    last_heard: str | None
    version: int
    changed: ObserverChange | None


class Observers(AnswerModel):
    """A page of observers."""

    election: str
    as_of: str
    observers: list[Observer]
    next: str | None


class Figures(AnswerModel):
    """An observer's newest SMS and the reports of their station.

    How many came, whole, asked again, in time.
    """

    sms: int
    accepted: int
    asked_again: int
    reports: int
    in_time: int


class ObserverDetail(AnswerModel):
    """One observer with their figures."""

    election: str
    as_of: str
    observer: Observer
    figures: Figures


@operation(
    summary="List observers with all their phones and when each was last heard.",
    may=Permission.READ_PEOPLE,
    path=ElectionPath,
    query=ObserversQuery,
    answer=Observers,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def observers(request: Request[ElectionPath, ObserversQuery, None]) -> dict[str, Any]:
    """List a page of observers."""
    query, loaded = request.query, request.loaded
    if query.region is not None:
        require_region(request.operator, loaded, query.region)
    after = place_of(query.cursor)
    if after is not None and not isinstance(after, str):
        raise Problem(HTTPStatus.BAD_REQUEST, "The cursor is none of this list's; begin without one.")
    criteria = (query.region, query.station, query.organisation, query.text)
    listed = list_observers(loaded, reader_of(loaded, request.operator), criteria, now(), after, query.limit)
    return listed | {"next": cursor_of(listed["next"])}


@operation(
    summary="Show an observer: their phones, and how they report.",
    may=Permission.READ_PEOPLE,
    path=ObserverPath,
    answer=ObserverDetail,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def observer(request: Request[ObserverPath, None, None]) -> dict[str, Any]:
    """Show one observer."""
    described = describe_observer(
        request.loaded, reader_of(request.loaded, request.operator), request.path.number, now()
    )
    if described is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such observer in this election, or not in your regions.")
    return described
