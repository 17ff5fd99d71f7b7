"""Stations that people put on the call list, and take off again."""

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from chalicelib.entrypoints.api.call_answers import PutOn, TakenOff
from chalicelib.entrypoints.api.models import ElectionPath, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.services.access.permissions import Permission
from chalicelib.services.calls import by_hand
from chalicelib.services.versions import LONGEST_NOTE

StationNumber = Annotated[str, Field(max_length=50)]


class PutBody(RequestModel):
    """Which stations are put on the call list, and why."""

    stations: tuple[StationNumber, ...] = Field(min_length=1, max_length=by_hand.MOST_PUT)
    note: str = Field(default="", max_length=LONGEST_NOTE)


class TakeOffBody(PutBody):
    """Which stations are taken off again: those of one `put` alone."""

    put: str = Field(max_length=200)


@operation(
    summary="Put stations on the call list, until somebody there is reached.",
    may=Permission.WORK_CALLS,
    path=ElectionPath,
    body=PutBody,
    answer=PutOn,
    once=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def put_on(request: Request[ElectionPath, None, PutBody]) -> dict[str, Any]:
    """Put stations on the call list."""
    return by_hand.put_on(request.loaded, request.action, request.body.stations)


@operation(
    summary="Take stations off the call list that were put on it together.",
    may=Permission.WORK_CALLS,
    path=ElectionPath,
    body=TakeOffBody,
    answer=TakenOff,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def take_off(request: Request[ElectionPath, None, TakeOffBody]) -> dict[str, Any]:
    """Undo that stations were put on the call list."""
    return by_hand.take_off(request.loaded, request.action, request.body.stations, request.body.put)
