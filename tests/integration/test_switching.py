"""One address in two elections: a session switches without a new proof, and nowhere else."""

import datetime as dt
from http import HTTPStatus

from api_client import Api, ApiAnswer
from pipeline import Load

from chalicelib.entrypoints.api.access import COOKIE
from chalicelib.services.access import sessions
from chalicelib.services.access.accounts import Invitation, add_account
from chalicelib.services.access.sign_in import make_proof, redeem_link

SWITCH = "/v1/session/switch"


def ask(method: str, route: str, cookie: str, body: object = None, *, page: str = "same-origin") -> ApiAnswer:
    return Api().ask(method, route, body, headers={"cookie": f"{COOKIE}={cookie}", "sec-fetch-site": page})


def test_a_session_switches_to_another_election_of_its_address(load: Load) -> None:
    here, there, elsewhere = (load().election.id for _ in range(3))
    now = dt.datetime.now(dt.UTC)
    address = f"aida@{here}.example.org"
    for election in (here, there):
        add_account(election, Invitation("Aida", address, "operator"), now)
    add_account(elsewhere, Invitation("Aida", f"other@{here}.example.org", "operator"), now)
    token, _ = make_proof(address, now)
    cookie = sessions.begin(redeem_link(token, here, now).account, "Firefox", now)
    assert ask("GET", "/v1/session", cookie).json()["elections"] == sorted((here, there))

    assert ask("POST", SWITCH, cookie, {"election": there}, page="cross-site").status == HTTPStatus.FORBIDDEN
    assert ask("POST", SWITCH, cookie, {"election": elsewhere}).status == HTTPStatus.NOT_FOUND
    switched = ask("POST", SWITCH, cookie, {"election": there})
    assert (switched.status, switched.json()["election"]) == (HTTPStatus.OK, there)

    assert ask("GET", "/v1/session", cookie).status == HTTPStatus.UNAUTHORIZED
    fresh = switched.headers["set-cookie"].partition(";")[0].partition("=")[2]
    assert ask("GET", "/v1/session", fresh).json()["election"] == there
