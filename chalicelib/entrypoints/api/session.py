"""Signing in and out.

A link and a code go out by email or SMS; then a cookie keeps the session.
"""

import datetime as dt
import os
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from chalice.app import Response
from pydantic import Field

from chalicelib.entrypoints.api.access import require_own_page
from chalicelib.entrypoints.api.cookies import NOTHING, SESSION, cookie, setting
from chalicelib.entrypoints.api.models import AnswerModel, RequestModel
from chalicelib.entrypoints.api.operation import Request, json_response, operation
from chalicelib.entrypoints.api.problem import Problem, now
from chalicelib.services.access import sessions
from chalicelib.services.access.permissions import Permission, permissions_of
from chalicelib.services.access.sign_in import (
    ProofRefused,
    SignInResult,
    accounts_beside,
    redeem_code,
    redeem_link,
    request_proof,
)
from chalicelib.store.accounts import AccountRow

ANSWERED_AFTER_SECONDS: Final = 0.4
"""How long asking for a proof takes at least, whether or not anybody has that address."""


class RequestBody(RequestModel):
    """Who wants to sign in."""

    address: str = Field(min_length=3, max_length=254, description="an email address or a phone with its country code")


class SignInBody(RequestModel):
    """A link's token, or an address with its code."""

    token: str | None = Field(default=None, max_length=200)
    address: str | None = Field(default=None, max_length=254)
    code: str | None = Field(default=None, max_length=20)
    election: str | None = Field(default=None, max_length=100, description="one of several that the address is in")


class SignInNotice(AnswerModel):
    """What happens next, the same for everybody."""

    detail: str


class SignedInAccount(AnswerModel):
    """Who is signed in, and what they may see and do."""

    name: str
    role: str
    election: str
    regions: list[str]
    organisation: str | None
    language: str | None
    permissions: list[str]
    elections: list[str]
    until: str | None


class EndedSession(AnswerModel):
    """That the session has ended."""

    detail: str


@operation(
    summary="Ask for a link and a code to sign in.",
    may=None,
    body=RequestBody,
    answer=SignInNotice,
    status=HTTPStatus.ACCEPTED,
)
def request_sign_in(request: Request[None, None, RequestBody]) -> dict[str, Any]:
    """Send a link and a code.

    If somebody has an account of that address.
    """
    begun = time.monotonic()
    request_proof(request.body.address, page_url(request.http), caller_of(request.http), now())
    time.sleep(max(0.0, ANSWERED_AFTER_SECONDS - (time.monotonic() - begun)))
    return {"detail": "If this address is known, a link and a code are on their way."}


@operation(
    summary="Sign in by a link's token, or by an address and its code.",
    may=None,
    body=SignInBody,
    answer=SignedInAccount,
    problems=(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)
def sign_in(request: Request[None, None, SignInBody]) -> Response:
    """Use a proof up and begin a session."""
    body = request.body
    if request.http.headers.get("sec-fetch-site") is not None:
        require_own_page(request.http)
    try:
        if body.token is not None:
            signed_in = redeem_link(body.token, body.election, now())
        elif body.address is not None and body.code is not None:
            signed_in = redeem_code(body.address, body.code, body.election, now())
        else:
            raise Problem(HTTPStatus.BAD_REQUEST, "Send a link's token, or an address and its code.")
    except ProofRefused as refused:
        raise Problem(HTTPStatus.UNAUTHORIZED, str(refused).capitalize() + ".") from refused
    return json_response(describe(signed_in), session_headers(signed_in.account, request.http))


@operation(
    summary="Show who is signed in, and what they may do.",
    may=Permission.OWN_SESSION,
    answer=SignedInAccount,
    conditional=True,
)
def show_session(request: Request[None, None, None]) -> dict[str, Any]:
    """Show who asks, by session or token."""
    operator = request.operator
    proof = cookie(request.http, SESSION)
    session = sessions.resume(proof, now()) if operator.account is not None and proof is not None else None
    return {
        "name": operator.name,
        "role": operator.role,
        "election": operator.election,
        "regions": list(operator.regions),
        "organisation": operator.organisation,
        "language": session.account.language if session else None,
        "permissions": permissions_of(operator.role, operator.organisation, operator.regions),
        "elections": _elections(accounts_beside(session.account, now())) if session else [operator.election],
        "until": session.row.until.isoformat() if session else None,
    }


@operation(summary="Sign out.", may=None, answer=EndedSession)
def sign_out(request: Request[None, None, None]) -> Response:
    """End the session; without one, only the cookie."""
    proof = cookie(request.http, SESSION)
    if proof is not None:
        require_own_page(request.http)
        with suppress(sessions.SessionRefused):
            sessions.end(proof, now())
    return json_response({"detail": "Signed out."}, {"Set-Cookie": setting(SESSION, "", NOTHING)})


def session_headers(account: AccountRow, http: Any, until: dt.datetime | None = None) -> dict[str, str]:
    """Begin an account's session; return the header with its cookie.

    `until`: when the session ends that it goes on from.
    """
    began = now()
    proof = sessions.begin(account, http.headers.get("user-agent") or "", began, until)
    return {"Set-Cookie": setting(SESSION, proof, until - began if until is not None else sessions.LASTS)}


def page_url(http: Any) -> str:
    """Return where this stack's page is.

    The template says it; else it is where the request was made. An emulator names no domain: there the API lies under
    its own address.
    """
    configured = os.environ.get("BAYKOO_DASHBOARD", "")
    if configured:
        return configured
    context = http.context
    host, path, route = context.get("domainName", ""), context.get("path", ""), context.get("resourcePath", "")
    if not host:
        return (
            f"{os.environ.get('AWS_ENDPOINT_URL', '')}/_aws/execute-api/{context.get('apiId')}/{context.get('stage')}"
        )
    return f"https://{host}{path.rsplit('/', route.count('/'))[0]}"


def caller_of(http: Any) -> str:
    """Return the network address that asks."""
    address: str = (http.context.get("identity") or {}).get("sourceIp") or "unknown"
    return address


def describe(signed_in: SignInResult) -> dict[str, Any]:
    """Describe who is signed in, and in which elections they may be."""
    account = signed_in.account
    return {
        "name": account.name,
        "role": account.role,
        "election": account.scope,
        "regions": list(account.regions),
        "organisation": account.organisation,
        "language": account.language,
        "permissions": permissions_of(account.role, account.organisation, account.regions),
        "elections": _elections(signed_in.others),
        "until": (now() + sessions.LASTS).isoformat(),
    }


def _elections(accounts: tuple[AccountRow, ...]) -> list[str]:
    return sorted({account.scope for account in accounts})
