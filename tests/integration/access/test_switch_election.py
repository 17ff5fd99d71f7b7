"""One address in two elections: a session switches without a new proof, and nowhere else."""

import datetime as dt
import re
from http import HTTPStatus

import pytest
from api_client import Api, ApiAnswer
from pipeline import Load, Pipeline

from chalicelib.entrypoints.api.cookies import SESSION
from chalicelib.services.access import sessions
from chalicelib.services.access.accounts import Invitation, add_account
from chalicelib.services.access.sign_in import make_proof, redeem_link

SWITCH = "/v1/session/switch"


def ask(method: str, route: str, cookie: str, body: object = None, *, page: str = "same-origin") -> ApiAnswer:
    return Api().ask(method, route, body, headers={"cookie": f"{SESSION}={cookie}", "sec-fetch-site": page})


def test_a_session_switches_to_another_election_of_its_address(load: Load) -> None:
    here, other, elsewhere = (load().election.id for _ in range(3))
    now = dt.datetime.now(dt.UTC)
    address = f"aida@{here}.example.org"
    for election in (here, other):
        add_account(election, Invitation("Aida", address, "operator"), now)
    add_account(elsewhere, Invitation("Aida", f"other@{here}.example.org", "operator"), now)
    token, _ = make_proof(address, now)
    cookie = sessions.begin(redeem_link(token, here, now).account, "Firefox", now)
    assert ask("GET", "/v1/session", cookie).json()["elections"] == sorted((here, other))

    assert ask("POST", SWITCH, cookie, {"election": other}, page="cross-site").status == HTTPStatus.FORBIDDEN
    assert ask("POST", SWITCH, cookie, {"election": elsewhere}).status == HTTPStatus.NOT_FOUND
    switched = ask("POST", SWITCH, cookie, {"election": other})
    assert (switched.status, switched.json()["election"]) == (HTTPStatus.OK, other)

    assert ask("GET", "/v1/session", cookie).status == HTTPStatus.UNAUTHORIZED
    fresh = switched.headers["set-cookie"].partition(";")[0].partition("=")[2]
    assert ask("GET", "/v1/session", fresh).json()["election"] == other


def test_a_session_that_switches_ends_when_it_would_have(load: Load) -> None:
    here, other, address = two_elections(load)
    now = dt.datetime.now(dt.UTC)
    begun = now - dt.timedelta(minutes=15)
    for election in (here, other):
        add_account(election.election.id, Invitation("Aida", address, "operator"), now)
    token, _ = make_proof(address, now)
    account = redeem_link(token, here.election.id, now).account
    cookie = sessions.begin(account, "Firefox", begun)
    switched = ask("POST", SWITCH, cookie, {"election": other.election.id})
    assert switched.status == HTTPStatus.OK, switched
    ends = begun + sessions.LASTS
    fresh = switched.headers["set-cookie"].partition(";")[0].partition("=")[2]
    resumed = sessions.resume(fresh, now)
    assert (dt.datetime.fromisoformat(switched.json()["until"]), resumed.row.until) == (ends, ends)
    lasts = int(re.findall(r"Max-Age=(\d+)", switched.headers["set-cookie"])[0])
    left = (ends - dt.datetime.now(dt.UTC)).total_seconds()
    assert left - 60 < lasts <= left + 60, "a browser keeps it no longer than the session lasts"
    with pytest.raises(sessions.SessionRefused, match="ended"):
        sessions.resume(fresh, ends)


def test_a_wall_shows_one_election(load: Load) -> None:
    here, other, address = two_elections(load)
    now = dt.datetime.now(dt.UTC)
    add_account(here.election.id, Invitation("Wall", address, "wall"), now)
    add_account(other.election.id, Invitation("Aida", address, "headquarters"), now)
    token, _ = make_proof(address, now)
    cookie = sessions.begin(redeem_link(token, here.election.id, now).account, "Firefox", now)
    refused = ask("POST", SWITCH, cookie, {"election": other.election.id})
    assert refused.status in (HTTPStatus.CONFLICT, HTTPStatus.FORBIDDEN), refused
    assert "set-cookie" not in refused.headers
    assert sessions.resume(cookie, now).operator.role == "wall"


def two_elections(load: Load) -> tuple[Pipeline, Pipeline, str]:
    here, other = load(size=2), load(size=2)
    return here, other, f"aida@{here.election.id}.example.org"
