"""The call desk: whom to call, who calls, what came of it."""

import datetime as dt
from http import HTTPStatus
from typing import Any

from pydantic import AwareDatetime, Field

from chalicelib.entrypoints.api.access import require_region
from chalicelib.entrypoints.api.call_answers import Calls, Card, Contacts, Figures, LoggedCall, StationLease, UndoneCall
from chalicelib.entrypoints.api.models import ElectionPath, PageQuery, RequestModel, Several, cursor_of, place_of
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import Problem, now
from chalicelib.observation.calls.outcomes import Outcome, Person
from chalicelib.observation.reports.entry_fields import LONGEST_TYPED, EntryFields
from chalicelib.services.access.permissions import Permission
from chalicelib.services.calls import lease as leases
from chalicelib.services.calls.answers import PhoneAnswers, count_entered, entry_of
from chalicelib.services.calls.card import show_card
from chalicelib.services.calls.contacts import list_contacts
from chalicelib.services.calls.figures import call_figures
from chalicelib.services.calls.listing import list_calls
from chalicelib.services.calls.outcome import CallReport, log_call
from chalicelib.services.calls.undo import undo_call
from chalicelib.services.versions import LONGEST_NOTE

MOST_REPORTS = 10
"""Reports that are entered with one call."""
MOST_PASSED = 50
"""Stations that an operator has passed on."""


class StationPath(ElectionPath):
    """A station by its number."""

    station: str = Field(max_length=50)


class CallsQuery(RequestModel):
    """Which calls: of some regions, of stations that owe a form."""

    region: Several = ()
    form: str | None = Field(default=None, max_length=50)


class NextBody(RequestModel):
    """Whose turn it is next.

    The stations are of these regions, or of all that one sees; of stations that were passed on only where nothing else
    is left.
    """

    regions: tuple[str, ...] = Field(default=(), max_length=100)
    passed: tuple[str, ...] = Field(default=(), max_length=MOST_PASSED)
    form: str | None = Field(default=None, max_length=50, description="of stations that owe it alone")


class EmptyBody(RequestModel):
    """A body that says nothing more."""


class ReportBody(RequestModel):
    """A report's answers as they were typed, by code."""

    form: str = Field(min_length=1, max_length=50)
    round: str | None = Field(default=None, max_length=50)
    answers: dict[str, str] = Field(max_length=200)
    comment: str = Field(default="", max_length=LONGEST_TYPED)


class AnswersBody(RequestModel):
    """Who answered, and each report."""

    observer: str = Field(min_length=1, max_length=50)
    reports: tuple[ReportBody, ...] = Field(min_length=1, max_length=MOST_REPORTS)


class OutcomeBody(RequestModel):
    """What a call came to.

    `will_send_at` with the outcome will_send, `answers` with answered. `stays`: the next phone is tried.
    """

    outcome: Outcome
    person: Person = "observer"
    name: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=50)
    will_send_at: AwareDatetime | None = None
    stays: bool = False
    remind: bool = Field(default=False, description="an SMS at will_send_at, if nothing has come")
    answers: AnswersBody | None = None
    note: str = Field(default="", max_length=LONGEST_NOTE)


class UndoBody(RequestModel):
    """Which call is undone, and why."""

    contact: str = Field(min_length=1, max_length=200)
    note: str = Field(default="", max_length=LONGEST_NOTE)


@operation(
    summary="List the stations to be called, the most urgent first, each with why.",
    may=Permission.WORK_CALLS,
    path=ElectionPath,
    query=CallsQuery,
    answer=Calls,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def calls(request: Request[ElectionPath, CallsQuery, None]) -> dict[str, Any]:
    """List the call list of the regions asked for."""
    _require_regions(request, request.query.region)
    return list_calls(request.loaded, request.operator, request.query.region, now(), request.query.form)


@operation(
    summary="Show who called how often and reached how many, and who has which station.",
    may=Permission.READ_AUDIT,
    path=ElectionPath,
    answer=Figures,
    conditional=True,
)
def figures(request: Request[ElectionPath, None, None]) -> dict[str, Any]:
    """Show the shift lead's figures."""
    return call_figures(request.loaded, request.operator, now())


@operation(
    summary="Take the most urgent station that nobody has, for ten minutes.",
    may=Permission.WORK_CALLS,
    path=ElectionPath,
    body=NextBody,
    answer=StationLease,
    once=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def next_call(request: Request[ElectionPath, None, NextBody]) -> dict[str, Any]:
    """Lease the next station."""
    _require_regions(request, request.body.regions)
    return leases.lease_next(
        request.loaded, request.action, request.body.regions, request.body.passed, request.body.form
    )


@operation(
    summary="Show a station's card: what it owes as of now, whom to call, what to say.",
    may=Permission.WORK_CALLS,
    path=StationPath,
    answer=Card,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def card(request: Request[StationPath, None, None]) -> dict[str, Any]:
    """Show the card of a station."""
    return show_card(request.loaded, request.operator, request.path.station, now())


@operation(
    summary="Take a station for ten minutes, or lengthen one's own lease.",
    may=Permission.WORK_CALLS,
    path=StationPath,
    body=EmptyBody,
    answer=StationLease,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def lease(request: Request[StationPath, None, EmptyBody]) -> dict[str, Any]:
    """Lease a station."""
    return leases.lease(request.loaded, request.action, request.path.station)


@operation(
    summary="Lengthen one's own lease of a station.",
    may=Permission.WORK_CALLS,
    path=StationPath,
    body=EmptyBody,
    answer=StationLease,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def renew(request: Request[StationPath, None, EmptyBody]) -> dict[str, Any]:
    """Renew a lease."""
    return leases.renew(request.loaded, request.action, request.path.station)


@operation(
    summary="End one's own lease of a station.",
    may=Permission.WORK_CALLS,
    path=StationPath,
    body=EmptyBody,
    answer=StationLease,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def release(request: Request[StationPath, None, EmptyBody]) -> dict[str, Any]:
    """Release a station."""
    return leases.release(request.loaded, request.action, request.path.station)


@operation(
    summary="Take a station from whoever has it.",
    may=Permission.WORK_CALLS,
    path=StationPath,
    body=EmptyBody,
    answer=StationLease,
    once=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def take_over(request: Request[StationPath, None, EmptyBody]) -> dict[str, Any]:
    """Take a station over."""
    return leases.take_over(request.loaded, request.action, request.path.station)


@operation(
    summary="Log what a call came to: one of nine outcomes, and the answers that were taken.",
    may=Permission.WORK_CALLS,
    path=StationPath,
    body=OutcomeBody,
    answer=LoggedCall,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def outcome(request: Request[StationPath, None, OutcomeBody]) -> dict[str, Any]:
    """Log a call, and let answers that were taken count."""
    body, station = request.body, request.path.station
    called = CallReport(
        body.outcome,
        body.person,
        body.name,
        body.phone,
        _utc(body.will_send_at),
        body.note,
        stays=body.stays,
        reminds=body.remind,
    )
    entry = None
    if body.answers is not None:
        leases.row_of(request.loaded, request.operator, station)
        entry = entry_of(request.loaded, request.action, station, _taken_from(body.answers), body.note)
    logged = log_call(request.loaded, request.action, station, called, entry)
    state = count_entered(logged["entered"], request.action) if logged["entered"] else None
    return logged | {"entered_state": state}


@operation(
    summary="Undo one's own last call of a station.",
    may=Permission.WORK_CALLS,
    path=StationPath,
    body=UndoBody,
    answer=UndoneCall,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def undo(request: Request[StationPath, None, UndoBody]) -> dict[str, Any]:
    """Undo a call."""
    return undo_call(request.loaded, request.action, request.path.station, request.body.contact)


@operation(
    summary="List a station's contacts, the newest first.",
    may=Permission.READ_PEOPLE,
    path=StationPath,
    query=PageQuery,
    answer=Contacts,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def contacts(request: Request[StationPath, PageQuery, None]) -> dict[str, Any]:
    """List the contact log of a station."""
    before = place_of(request.query.cursor)
    if before is not None and not isinstance(before, str):
        raise Problem(HTTPStatus.BAD_REQUEST, "The cursor is none of ours; begin without one.")
    page, following = list_contacts(request.loaded, request.operator, request.path.station, request.query.limit, before)
    return {
        "election": request.loaded.election.id,
        "station": request.path.station,
        "contacts": page,
        "next": cursor_of(following),
    }


def _require_regions(request: Request[Any, Any, Any], regions: tuple[str, ...]) -> None:
    for region in regions:
        require_region(request.operator, request.loaded, region)


def _taken_from(answers: AnswersBody) -> PhoneAnswers:
    reports = tuple(
        EntryFields(report.form, round=report.round, answers=report.answers, comment=report.comment)
        for report in answers.reports
    )
    return PhoneAnswers(answers.observer, reports)


def _utc(at: dt.datetime | None) -> dt.datetime | None:
    return at.astimezone(dt.UTC) if at is not None else None
