"""Switching to another election of the same address, without a new proof."""

from http import HTTPStatus
from typing import Any

from chalice.app import Response
from pydantic import Field

from chalicelib.entrypoints.api.access import require_own_page
from chalicelib.entrypoints.api.cookies import SESSION, cookie
from chalicelib.entrypoints.api.models import RequestModel
from chalicelib.entrypoints.api.operation import Request, json_response, operation
from chalicelib.entrypoints.api.problem import Problem, now
from chalicelib.entrypoints.api.session import SignedInAccount, describe, session_headers
from chalicelib.services.access import sessions
from chalicelib.services.access.permissions import Permission
from chalicelib.services.access.sign_in import ProofRefused, signed_in_elsewhere


class SwitchBody(RequestModel):
    """Which election is shown from now on."""

    election: str = Field(min_length=1, max_length=100)


@operation(
    summary="Switch to another election in which the session's address has an account.",
    may=Permission.OWN_SESSION,
    body=SwitchBody,
    answer=SignedInAccount,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def switch(request: Request[None, None, SwitchBody]) -> Response | dict[str, Any]:
    """End the session, and begin one in the other election."""
    proof = cookie(request.http, SESSION)
    if request.operator.account is None or proof is None:
        raise Problem(HTTPStatus.CONFLICT, "A program's token is for one election; only a session switches.")
    require_own_page(request.http)
    if request.operator.role in sessions.NEVER_IDLE:
        raise Problem(HTTPStatus.CONFLICT, "A wall shows one election.")
    before = sessions.resume(proof, now())
    try:
        elsewhere = signed_in_elsewhere(before.account, request.body.election, now())
    except ProofRefused as refused:
        raise Problem(HTTPStatus.NOT_FOUND, f"Not switched: {refused}.") from refused
    headers = session_headers(elsewhere.account, request.http, before.row.until)
    sessions.end(proof, now())
    return json_response(describe(elsewhere) | {"until": before.row.until.isoformat()}, headers)
