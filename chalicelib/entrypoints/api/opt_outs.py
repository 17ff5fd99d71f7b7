"""The phones that have opted out."""

from http import HTTPStatus
from typing import Any, Literal

from pydantic import Field

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.services.access.permissions import Permission
from chalicelib.services.opt_outs.by_operator import set_wish
from chalicelib.services.opt_outs.listing import list_opt_outs
from chalicelib.services.versions import LONGEST_NOTE


class OptOuts(AnswerModel):
    """Phones that want no bulk SMS and reminders."""

    opt_outs: list[dict[str, Any]]


@operation(
    summary="List the phones that want no bulk SMS and reminders.",
    may=Permission.READ_PEOPLE,
    path=ElectionPath,
    answer=OptOuts,
    conditional=True,
)
def opt_outs(request: Request[ElectionPath, None, None]) -> dict[str, Any]:
    """List the opted-out phones of those that the operator sees."""
    listed = list_opt_outs(request.loaded.election)
    return {"opt_outs": [wish.document() for wish in listed if wish.is_seen_by(request.operator)]}


class OptOutBody(RequestModel):
    """A phone's wish, and who asked for it.

    `out`: no bulk SMS and reminders; `in`: the usual.
    """

    phone: str = Field(min_length=3, max_length=50)
    wish: Literal["out", "in"]
    note: str = Field(min_length=1, max_length=LONGEST_NOTE)


class OptOutState(AnswerModel):
    """A phone's wish as it stands now."""

    phone: str
    wish: str
    since: str


@operation(
    summary="Set or lift a phone's opt-out, with a reason.",
    may=Permission.SET_OPT_OUTS,
    path=ElectionPath,
    body=OptOutBody,
    answer=OptOutState,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def set_opt_out(request: Request[ElectionPath, None, OptOutBody]) -> dict[str, Any]:
    """Set or lift an opt-out."""
    return set_wish(request.loaded, request.action, request.body.phone, request.body.wish)
