"""Errors of the API as RFC 9457 problem details.

And what every request of an operator has in common.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, Final, ParamSpec

from chalice.app import Response

from chalicelib.observation.incidents.lifecycle import StepRefused
from chalicelib.observation.quick_count.estimate import QuickCountError
from chalicelib.services.quick_count.release import NothingReleased
from chalicelib.services.versions import NoteMissing, VersionPassed
from chalicelib.store.tables import StoreUnavailable

P = ParamSpec("P")

_MEANINGS: Final[Mapping[type[Exception], tuple[HTTPStatus, str]]] = {
    StoreUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "The store did not answer. Try again in a moment."),
    VersionPassed: (HTTPStatus.PRECONDITION_FAILED, "Read it again: {}."),
    NoteMissing: (HTTPStatus.BAD_REQUEST, 'Send {{"note": "…"}}: {}.'),
    StepRefused: (HTTPStatus.CONFLICT, "Not changed: {}."),
    NothingReleased: (HTTPStatus.CONFLICT, "Not changed: {}."),
    QuickCountError: (HTTPStatus.NOT_FOUND, "There is no quick count: {}."),
}
"""What services' exceptions are to whoever asks: a status, and what to do in words."""


class Problem(Exception):
    """A request that cannot be answered.

    The status, and what to do in words.
    """

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Tagged:
    """A document with the version that a change must name."""

    document: dict[str, Any]
    version: str


def answering(view: Callable[P, dict[str, Any] | Tagged]) -> Callable[P, Response]:
    """Answer a view's document as JSON.

    And its Problem as problem+json.
    """

    @wraps(view)
    def answer(*arguments: P.args, **named: P.kwargs) -> Response:
        try:
            return _json(view(*arguments, **named))
        except Problem as problem:
            return problem_response(problem.status, problem.detail)
        except tuple(_MEANINGS) as error:
            status, detail = next(meaning for kind, meaning in _MEANINGS.items() if isinstance(error, kind))
            return problem_response(status, detail.format(error))

    return answer


def _json(answered: dict[str, Any] | Tagged) -> Response:
    headers = _type("application/json")
    if isinstance(answered, Tagged):
        headers["ETag"] = f'"{answered.version}"'
        answered = answered.document
    return Response(json.dumps(answered, ensure_ascii=False), headers=headers)


def problem_response(status: HTTPStatus, detail: str) -> Response:
    """Answer an error as RFC 9457 section 3 has it."""
    document = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    headers = _type("application/problem+json")
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(document), status_code=status.value, headers=headers)


def now() -> dt.datetime:
    """Return the real instant."""
    return dt.datetime.now(dt.UTC)


def _type(content_type: str) -> dict[str, str | list[str]]:
    return {"Content-Type": content_type, "Cache-Control": "no-store"}
