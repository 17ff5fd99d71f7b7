"""What was done and sent: the audit trail, hourly summaries, the outbox."""

import datetime as dt
from http import HTTPStatus
from typing import Any, Literal

from pydantic import ConfigDict, Field

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, PageQuery, RequestModel, cursor_of, place_of
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import Problem, now
from chalicelib.entrypoints.api.search_headers import searched
from chalicelib.services.access.permissions import Permission
from chalicelib.services.summaries.sent_summaries import list_summaries, show_summary
from chalicelib.services.views.audit_trail import list_actions
from chalicelib.services.views.outgoing import list_outgoing, send_again


class AuditQuery(PageQuery):
    """A page of the trail.

    Of one person where `who` is given; `about`: words of its subject and action, as `report 1043`.
    """

    who: str | None = searched()
    about: str | None = searched()


class AuditLine(AnswerModel):
    """Who did what to what, when and why.

    `local` is the same instant in the election's zone.
    """

    at: str
    local: str
    who: str
    action: str
    subject: str
    before: Any
    after: Any
    why: str | None


class AuditTrail(AnswerModel):
    """A page of the audit trail, the newest first."""

    election: str
    lines: list[AuditLine]
    next: str | None


class HourPath(ElectionPath):
    """An hour of the election's clock: `2017-10-15T10`."""

    hour: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}b?$")


class SummaryHour(AnswerModel):
    """An hour that has a summary."""

    hour: str
    made_at: str


class SummaryHours(AnswerModel):
    """A page of the hours that have a summary, the newest first."""

    election: str
    hours: list[SummaryHour]
    next: str | None


class SentSummary(AnswerModel):
    """An hour's summary as it was sent.

    It shows the regions that one sees.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    hour: str
    election: str
    regions: dict[str, Any]


class OutboxQuery(RequestModel):
    """Which messages of ours.

    Those that wait, were given up, or did not arrive.
    """

    tab: Literal["waiting", "given_up", "undelivered"] = "waiting"
    cursor: str | None = Field(default=None, max_length=2_000, description="`next` of the page before")


class Outgoing(AnswerModel):
    """A message of ours, without its words."""

    key: str | None
    channel: str
    state: str
    to: str | None
    region: str | None
    stored_at: str
    due_at: str | None
    sent_at: str | None
    attempts: int
    carrier: str | None
    receipt: str | None
    receipt_at: str | None
    is_alert: bool


class Outbox(AnswerModel):
    """Messages of ours; a page of failed ones may be empty.

    The list then continues at `next`.
    """

    election: str
    as_of: str
    tab: str
    messages: list[Outgoing]
    is_cut: bool
    next: str | None


class KeyBody(RequestModel):
    """A message of ours by its key, and why to send again."""

    key: str = Field(min_length=1, max_length=2_000)
    note: str = Field(default="", max_length=500)


class RequeuedMessage(AnswerModel):
    """A message that waits to be sent once more."""

    key: str
    state: str


@operation(
    summary="List who did what, the newest first: one's own lines, or everybody's to headquarters.",
    may=Permission.READ_BOARD,
    path=ElectionPath,
    query=AuditQuery,
    answer=AuditTrail,
    conditional=True,
)
def audit(request: Request[ElectionPath, AuditQuery, None]) -> dict[str, Any]:
    """List a page of the audit trail."""
    query = request.query
    lines, following = list_actions(
        request.loaded, request.operator, query.who, _text(query.cursor), query.limit, query.about
    )
    return {"election": request.loaded.election.id, "lines": lines, "next": cursor_of(following)}


@operation(
    summary="List the hours of which a summary was sent, the newest first.",
    may=Permission.READ_BOARD,
    path=ElectionPath,
    query=PageQuery,
    answer=SummaryHours,
    conditional=True,
)
def summaries(request: Request[ElectionPath, PageQuery, None]) -> dict[str, Any]:
    """List a page of the hours that have a summary."""
    hours, following = list_summaries(request.loaded, _text(request.query.cursor), request.query.limit)
    return {"election": request.loaded.election.id, "hours": hours, "next": cursor_of(following)}


@operation(
    summary="Show an hour's summary as it was sent.",
    may=Permission.READ_BOARD,
    path=HourPath,
    answer=SentSummary,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def sent_summary(request: Request[HourPath, None, None]) -> dict[str, Any]:
    """Show an hour's summary."""
    shown = show_summary(request.loaded, request.operator, request.path.hour)
    if shown is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"No summary was sent for {request.path.hour}.")
    return shown


@operation(
    summary="List messages of ours that wait, were given up, or did not arrive.",
    may=Permission.READ_PROVIDERS,
    path=ElectionPath,
    query=OutboxQuery,
    answer=Outbox,
    conditional=True,
)
def outbox(request: Request[ElectionPath, OutboxQuery, None]) -> dict[str, Any]:
    """List the outbox."""
    before = _instant(_text(request.query.cursor))
    page = list_outgoing(request.loaded, request.operator, request.query.tab, before, now())
    return page | {"next": cursor_of(page["next"])}


@operation(
    summary="Send a message once more that was given up or did not arrive.",
    may=Permission.SEND,
    path=ElectionPath,
    body=KeyBody,
    answer=RequeuedMessage,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def again(request: Request[ElectionPath, None, KeyBody]) -> dict[str, Any]:
    """Send a message again."""
    return send_again(request.loaded, request.action, request.body.key)


def _text(cursor: str | None) -> str | None:
    place = place_of(cursor)
    if place is not None and not isinstance(place, str):
        raise Problem(HTTPStatus.BAD_REQUEST, "The cursor is none of ours; begin without one.")
    return place


def _instant(written: str | None) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(written) if written is not None else None
    except ValueError as invalid:
        raise Problem(HTTPStatus.BAD_REQUEST, "The cursor is none of ours; begin without one.") from invalid
