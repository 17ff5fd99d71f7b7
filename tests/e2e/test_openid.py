"""Signing in by an OpenID provider over HTTP: a session for who has an account, and for nobody else."""

import http.client
import json
import time
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
from deployed import Deployed, call
from functions import start_anew
from openid_provider import SECRET, OpenIdProvider, serving_openid
from stack import sample_on

from infra.local import ELECTION

PAGE = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
KEYS_KEPT_SECONDS = 10
"""How soon a process reads keys anew for a token that none of them has signed."""


@pytest.fixture(scope="module")
def openid(deployed: Deployed) -> Iterator[OpenIdProvider]:
    sample_on(deployed.stack, deployed.folder / "sample.json")
    name = f"{deployed.stack.outputs['Parameters']}/sign-in/oidc"
    ssm = deployed.stack.client("ssm")
    with serving_openid() as provider:
        ssm.put_parameter(Name=name, Value=json.dumps(provider.settings()), Type="SecureString")
        start_anew(deployed.stack, "APIHandler")  # it may have read just now that there are none
        assert deployed.get("/v1/session/oidc", None).json()["label"] == "Example ID"
        yield provider
        ssm.delete_parameter(Name=name)


@pytest.fixture
def address(deployed: Deployed, openid: OpenIdProvider) -> str:
    written = f"{uuid4().hex[:10]}@example.org"
    deployed.baykoo("account", "add", "Aida", "--address", written, "--role", "operator", "--election", ELECTION)
    return written


def begin(deployed: Deployed) -> tuple[str, str]:
    """Where the browser is led, and its cookie."""
    begun = call(deployed.stack.api_url + "/v1/session/oidc", b"{}", PAGE)
    assert begun.status == HTTPStatus.OK, begun.body
    written = begun.headers["Set-Cookie"]
    assert written.startswith("__Host-baykoo-oidc=")
    assert all(part in written for part in ("Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=600"))
    return str(begun.json()["location"]), written.partition(";")[0]


def back(deployed: Deployed, cookie: str, **query: str) -> tuple[int, str, str]:
    """Come back from the provider; the status, where it leads, and the session's cookie."""
    parts = urlsplit(f"{deployed.stack.api_url}/v1/session/oidc/callback")
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", f"{parts.path}?{urlencode(query)}", headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    cookies = [value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    session = [cookie.removeprefix("__Host-baykoo=") for cookie in cookies if cookie.startswith("__Host-baykoo=")]
    return answer.status, answer.headers["Location"], session[0] if session else ""


def refused(answer: tuple[int, str, str]) -> bool:
    return answer[1].endswith("#sign-in-refused") and not answer[2]


def test_who_has_an_account_is_signed_in(deployed: Deployed, openid: OpenIdProvider, address: str) -> None:
    location, cookie = begin(deployed)
    query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert SECRET not in location
    code, state = openid.sign_in(location, address.upper())
    status, location, session = back(deployed, cookie, code=code, state=state)
    assert (status, location) == (303, "../../../#/board")
    shown = call(deployed.stack.api_url + "/v1/session", None, {"Cookie": f"__Host-baykoo={session}"})
    assert (shown.status, shown.json()["name"], shown.json()["role"]) == (200, "Aida", "operator")
    assert refused(back(deployed, cookie, code=code, state=state)), "a code is good once"


def test_nobody_else_is(deployed: Deployed, openid: OpenIdProvider, address: str) -> None:
    """Without an account, in another browser, with another state, or by a token that says something else."""

    def attempt(email: str = address, **changed: str) -> tuple[int, str, str]:
        location, cookie = begin(deployed)
        code, state = openid.sign_in(location, email)
        query = {"code": code, "state": state} | {name: value for name, value in changed.items() if name != "cookie"}
        return back(deployed, changed.get("cookie", cookie), **query)

    assert refused(attempt(f"{uuid4().hex}@example.org"))
    assert refused(attempt(cookie=""))
    assert refused(attempt(cookie=begin(deployed)[1]))
    assert refused(attempt(state="x"))
    assert refused(attempt(code=""))
    assert refused(attempt(error="access_denied", code=""))
    for claims in ({"nonce": "other"}, {"aud": "other"}, {"iss": "https://other.example"}, {"email_verified": False}):
        openid.claims = claims
        assert refused(attempt()), claims
    openid.claims = {}
    assert not refused(attempt())


def test_another_site_s_page_begins_nothing(deployed: Deployed, openid: OpenIdProvider) -> None:
    foreign = PAGE | {"Sec-Fetch-Site": "cross-site"}
    assert call(deployed.stack.api_url + "/v1/session/oidc", b"{}", foreign).status == HTTPStatus.FORBIDDEN


def test_the_issuer_may_change_its_keys(deployed: Deployed, openid: OpenIdProvider, address: str) -> None:
    openid.change_key()
    time.sleep(max(0.0, openid.keys_read_at + KEYS_KEPT_SECONDS - time.monotonic()))
    location, cookie = begin(deployed)
    code, state = openid.sign_in(location, address)
    assert back(deployed, cookie, code=code, state=state)[2]
