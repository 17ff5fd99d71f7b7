"""Signing in by the OpenID provider that the deployer has configured.

POST begins it and names where the browser goes; the provider sends it back to the callback, which begins a session and
leads to the page. The code in the callback's address is good once, for this client, with the verifier in the cookie.
"""

import datetime as dt
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools import Logger
from chalice.app import Response
from pydantic import ConfigDict, Field

from chalicelib.entrypoints.api.access import require_own_page
from chalicelib.entrypoints.api.cookies import NOTHING, OIDC, cookie, setting
from chalicelib.entrypoints.api.models import AnswerModel, RequestModel
from chalicelib.entrypoints.api.operation import Request, json_response, operation
from chalicelib.entrypoints.api.problem import now
from chalicelib.entrypoints.api.session import caller_of, page_url, session_headers
from chalicelib.services.access import oidc
from chalicelib.services.access.id_token import TokenInvalid
from chalicelib.services.clients.oidc_provider import ProviderUnreachable

CALLBACK: Final = "/v1/session/oidc/callback"
PAGE: Final = "../../../"
"""The page, as it is named from the callback."""
LONGEST: Final = 4_000

logger = Logger()


class BeginBody(RequestModel):
    """To which election; the newest of the account's where none is named."""

    election: str | None = Field(default=None, max_length=100)


class CallbackQuery(RequestModel):
    """What a provider sends the browser back with.

    Parameters that we do not know are its own.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: str = Field(default="", max_length=LONGEST)
    code: str = Field(default="", max_length=LONGEST)
    error: str = Field(default="", max_length=LONGEST)


class Provider(AnswerModel):
    """By whom people sign in beside links and codes; null: by nobody."""

    label: str | None


class SignInAddress(AnswerModel):
    """Where the browser goes to sign in."""

    location: str


@operation(summary="Tell by which OpenID provider people may sign in.", may=None, answer=Provider, conditional=True)
def provider(request: Request[None, None, None]) -> dict[str, Any]:
    """Name the configured provider."""
    return oidc.describe()


@operation(
    summary="Begin to sign in by the OpenID provider.",
    may=None,
    body=BeginBody,
    answer=SignInAddress,
    problems=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def begin(request: Request[None, None, BeginBody]) -> Response:
    """Say where to go, and keep the sign-in in a cookie."""
    if request.http.headers.get("sec-fetch-site") is not None:
        require_own_page(request.http)
    location, begun = oidc.begin(_redirect(request.http), request.body.election, caller_of(request.http), now())
    return json_response({"location": location}, {"Set-Cookie": _sign_in_cookie(begun.cookie(), oidc.LASTS)})


@operation(
    summary="Take the OpenID provider's answer, and lead to the page.",
    may=None,
    query=CallbackQuery,
    status=HTTPStatus.SEE_OTHER,
)
def callback(request: Request[None, CallbackQuery, None]) -> Response:
    """Begin a session and lead to the page.

    Where nobody signs in, the page is the one that says so.
    """
    query, http = request.query, request.http
    try:
        begun = oidc.PendingSignIn.from_cookie(cookie(http, OIDC))
        signed_in = oidc.end(begun, query.state, query.code, _redirect(http), now())
    except (oidc.SignInRefused, oidc.NoProvider, TokenInvalid, ProviderUnreachable) as refused:
        logger.warning("sign-in by the OpenID provider refused", extra={"why": str(refused)})
        return _leading("#sign-in-refused", [_sign_in_cookie("", NOTHING)])
    session = session_headers(signed_in.account, http)["Set-Cookie"]
    return _leading("#/board", [session, _sign_in_cookie("", NOTHING)])


def _leading(fragment: str, cookies: list[str]) -> Response:
    """Lead to the page, which lies above the callback."""
    headers: dict[str, Any] = {
        "Location": f"{PAGE}{fragment}",
        "Set-Cookie": cookies,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Content-Type": "text/plain",
    }
    return Response("", headers=headers, status_code=HTTPStatus.SEE_OTHER.value)


def _redirect(http: Any) -> str:
    return f"{page_url(http).rstrip('/')}{CALLBACK}"


def _sign_in_cookie(value: str, lasts: dt.timedelta) -> str:
    """Write the cookie of a sign-in.

    It is Lax, for it comes back with the provider's redirect.
    """
    return setting(OIDC, value, lasts, "Lax")
