"""What paths, queries, bodies and answers of several routes have in common."""

import base64
import binascii
import json
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from chalicelib.entrypoints.api.problem import Problem
from chalicelib.services.versions import LONGEST_NOTE

MOST_PER_PAGE = 100


class RequestModel(BaseModel):
    """A path, query or body: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerModel(BaseModel):
    """An answer's body, as OpenAPI describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ElectionPath(RequestModel):
    """The election that a route is about."""

    election_id: str = Field(max_length=100)


class PageQuery(RequestModel):
    """A page of a list: how many, and where it continues."""

    limit: int = Field(default=50, ge=1, le=MOST_PER_PAGE)
    cursor: str | None = Field(default=None, max_length=2_000, description="`next` of the page before")


class NoteBody(RequestModel):
    """Why somebody does something."""

    note: str = Field(default="", max_length=LONGEST_NOTE)


def _several(written: object) -> object:
    return [written] if isinstance(written, str) else written


Several = Annotated[tuple[str, ...], BeforeValidator(_several), Field(max_length=MOST_PER_PAGE)]
"""A query's parameter that may be given several times."""


def cursor_of(place: Any) -> str | None:
    """Write where a list continues, opaque to the caller.

    It is None at the end of the list.
    """
    if place is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> Any:
    """Return the place that a cursor names, None at the beginning.

    Problem where it is none of ours.
    """
    if cursor is None:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as invalid:
        raise Problem(HTTPStatus.BAD_REQUEST, "The cursor is none of ours; begin without one.") from invalid
