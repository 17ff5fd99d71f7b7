"""Messages: what waits, the log, one message whole, conversations."""

import datetime as dt
from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.access import require_region
from chalicelib.entrypoints.api.message_models import (
    Conversation,
    Message,
    MessagePage,
    MessagePath,
    MessagesQuery,
    ObserverPath,
)
from chalicelib.entrypoints.api.models import ElectionPath, PageQuery, cursor_of, place_of
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import Problem, VersionedDocument, now
from chalicelib.services.access.permissions import Permission
from chalicelib.services.desk import conversation as conversations
from chalicelib.services.desk import log, queue
from chalicelib.services.quick_count.visibility import withheld_answers
from chalicelib.store.feed import KEPT_FOR

USUAL = dt.timedelta(hours=24)


@operation(
    summary="List messages: what waits for a person or an answer, what was done about them, or the log of all.",
    may=Permission.READ_MESSAGES,
    path=ElectionPath,
    query=MessagesQuery,
    answer=MessagePage,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def messages(request: Request[ElectionPath, MessagesQuery, None]) -> dict[str, Any]:
    """List messages that the operator sees."""
    query, loaded, operator = request.query, request.loaded, request.operator
    if query.region is not None:
        require_region(operator, loaded, query.region)
    withheld = withheld_answers(loaded, operator)
    if query.attention:
        criteria = queue.QueueFilter(query.desk, query.region, query.kind, _after(query.cursor), query.limit)
        return _paged(queue.queue(loaded, operator, criteria, withheld, now()))
    if query.done or query.awaiting:
        place = place_of(query.cursor)
        if place is not None and not isinstance(place, str):
            raise Problem(HTTPStatus.BAD_REQUEST, "The cursor is none of this list's; begin without one.")
        acted = log.awaiting if query.awaiting else log.done
        acted_filter = log.ActedFilter(query.region, place, query.limit)
        return _paged(acted(loaded, operator, acted_filter, withheld, now()))
    return _paged(log.log(loaded, operator, _log_filter(query), withheld, now()))


@operation(
    summary="Show a message: what came, how it was read, what was sent and done about it.",
    may=Permission.READ_MESSAGES,
    path=MessagePath,
    answer=Message,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def message(request: Request[MessagePath, None, None]) -> VersionedDocument:
    """Show one message whole.

    The ETag begins with its version.
    """
    withheld = withheld_answers(request.loaded, request.operator)
    document, version = conversations.whole(request.loaded, request.operator, request.path.key, withheld)
    return VersionedDocument(document, version)


@operation(
    summary="Show what was exchanged with whoever sent a message.",
    may=Permission.READ_PEOPLE,
    path=MessagePath,
    query=PageQuery,
    answer=Conversation,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def conversation(request: Request[MessagePath, PageQuery, None]) -> dict[str, Any]:
    """Show the conversation with a message's sender."""
    withheld = withheld_answers(request.loaded, request.operator)
    page = conversations.with_sender(
        request.loaded, request.operator, request.path.key, _before(request.query.cursor), request.query.limit, withheld
    )
    return _paged(_headed(request) | page)


@operation(
    summary="Show what was exchanged with an observer, on all their phones.",
    may=Permission.READ_PEOPLE,
    path=ObserverPath,
    query=PageQuery,
    answer=Conversation,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def observers_conversation(request: Request[ObserverPath, PageQuery, None]) -> dict[str, Any]:
    """Show the conversation with an observer."""
    withheld = withheld_answers(request.loaded, request.operator)
    page = conversations.with_observer(
        request.loaded,
        request.operator,
        request.path.number,
        _before(request.query.cursor),
        request.query.limit,
        withheld,
    )
    return _paged(_headed(request) | page)


def _headed(request: Request[Any, Any, Any]) -> dict[str, Any]:
    return {"election": request.loaded.election.id, "as_of": now().isoformat(timespec="seconds")}


def _paged(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"next": cursor_of(document["next"])}


def _log_filter(query: MessagesQuery) -> log.LogFilter:
    """Return what of the log is wanted.

    It lies within the time for which the log is kept.
    """
    at = now()
    until = min(query.until or at, at)
    since = max(query.since or until - USUAL, at - KEPT_FOR)
    return log.LogFilter(
        since,
        until,
        query.state,
        query.region,
        query.provider,
        query.direction,
        query.observer,
        query.station,
        query.text,
        _after(query.cursor),
        query.limit,
    )


def _after(cursor: str | None) -> tuple[str, str] | None:
    """Return the instant and key that a cursor names.

    Problem where it names none.
    """
    place = place_of(cursor)
    if place is None:
        return None
    if isinstance(place, list) and len(place) == 2 and all(isinstance(part, str) for part in place):
        try:
            if dt.datetime.fromisoformat(place[0]).tzinfo is not None:
                return place[0], place[1]
        except ValueError:
            pass
    raise Problem(HTTPStatus.BAD_REQUEST, "The cursor is none of this list's; begin without one.")


def _before(cursor: str | None) -> conversations.Before:
    after = _after(cursor)
    return None if after is None else (dt.datetime.fromisoformat(after[0]), after[1])
