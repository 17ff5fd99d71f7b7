"""Signing in over HTTP: a link or a code by email, a cookie, the end of both."""

import re
import time
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from deployed import Answered, Deployed, call, eventually
from stack import sample_on

from chalicelib.services.access.sign_in import REQUESTS_PER_ADDRESS
from infra.local import ELECTION

PAGE = {"sec_fetch_site": "same-origin"}
FOREIGN = {"sec_fetch_site": "cross-site"}


@pytest.fixture(scope="module")
def election(deployed: Deployed) -> str:
    sample_on(deployed.stack, deployed.folder / "sample.json")
    return ELECTION


@pytest.fixture
def address(deployed: Deployed, election: str) -> str:
    written = f"{uuid4().hex[:10]}@example.org"
    deployed.baykoo("account", "add", "Aida", "--address", written, "--role", "operator", "--election", election)
    return written


def mail(deployed: Deployed, address: str) -> str:
    def newest() -> str | None:
        found = deployed.emails_to(address)
        return str(found[-1]["BodyText"]) if found else None

    return eventually(newest)


def cookie_of(answer: Answered) -> str:
    return answer.headers["Set-Cookie"].partition(";")[0]


def get(deployed: Deployed, path: str, cookie: str, **headers: str) -> Answered:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(deployed.stack.api_url + path, None, {"Cookie": cookie, **named})


def sign_in(deployed: Deployed, address: str) -> str:
    link = deployed.baykoo("account", "link", address, "--election", ELECTION).splitlines()[-1]
    answer = deployed.post("/v1/session", {"token": link.partition("#sign-in=")[2]}, None, **PAGE)
    assert answer.status == HTTPStatus.OK, answer.body
    return cookie_of(answer)


def test_a1_a_link_by_email_signs_in_once(deployed: Deployed, address: str) -> None:
    assert deployed.post("/v1/session/request", {"address": address.upper()}, None).status == HTTPStatus.ACCEPTED
    link = re.search(r"https?://\S+#sign-in=(\S+)", mail(deployed, address))
    assert link is not None
    first = deployed.post("/v1/session", {"token": link[1]}, None, **PAGE)
    assert (first.status, first.json()["role"]) == (HTTPStatus.OK, "operator")
    again = deployed.post("/v1/session", {"token": link[1]}, None, **PAGE)
    assert again.status == HTTPStatus.UNAUTHORIZED


def test_a2_a_code_signs_in_and_wrong_ones_are_counted(deployed: Deployed, address: str) -> None:
    deployed.post("/v1/session/request", {"address": address}, None)
    code = re.search(r"\b\d{6}\b", mail(deployed, address))
    assert code is not None
    wrong = f"{(int(code[0]) + 1) % 10**6:06}"
    refused = deployed.post("/v1/session", {"address": address, "code": wrong}, None)
    detail = refused.json()["detail"]
    assert (refused.status, detail) == (HTTPStatus.UNAUTHORIZED, "This code is wrong: 4 of 5 tries left.")
    assert deployed.post("/v1/session", {"address": address, "code": code[0]}, None).status == HTTPStatus.OK


def test_five_wrong_codes_end_the_proof(deployed: Deployed, address: str) -> None:
    deployed.post("/v1/session/request", {"address": address}, None)
    code = re.search(r"\b\d{6}\b", mail(deployed, address))
    assert code is not None
    for place in range(1, 6):
        wrong = f"{(int(code[0]) + place) % 10**6:06}"
        assert deployed.post("/v1/session", {"address": address, "code": wrong}, None).status == HTTPStatus.UNAUTHORIZED
    assert deployed.post("/v1/session", {"address": address, "code": code[0]}, None).status == HTTPStatus.UNAUTHORIZED


def test_a3_the_cookie_is_of_this_host_alone_and_no_other_page_uses_it(deployed: Deployed, address: str) -> None:
    link = deployed.baykoo("account", "link", address, "--election", ELECTION).splitlines()[-1]
    answer = deployed.post("/v1/session", {"token": link.partition("#sign-in=")[2]}, None, **PAGE)
    written = answer.headers["Set-Cookie"]
    assert written.startswith("__Host-baykoo=")
    assert all(part in written for part in ("Path=/", "Secure", "HttpOnly", "SameSite=Strict"))
    cookie = cookie_of(answer)
    path = f"/v1/elections/{ELECTION}/accounts"
    for headers in ({}, FOREIGN):
        refused = deployed.post(path, {}, None, cookie=cookie, idempotency_key="1", **headers)
        assert refused.status == HTTPStatus.FORBIDDEN
        assert "own page" in refused.json()["detail"]


def test_a4_a_known_and_an_unknown_address_are_answered_alike(deployed: Deployed, address: str) -> None:
    def asked(written: str) -> tuple[Any, ...]:
        began = time.monotonic()
        answer = deployed.post("/v1/session/request", {"address": written}, None)
        took = time.monotonic() - began
        headers = {name for name in answer.headers if name.lower() not in ("date", "x-amzn-requestid")}
        return answer.status, answer.body, headers, took

    asked(address)
    known, unknown = asked(address), asked(f"{uuid4().hex}@example.org")
    assert known[:3] == unknown[:3]
    assert min(known[3], unknown[3]) >= 0.4


def test_an_address_gets_so_many_proofs_in_a_quarter_of_an_hour(deployed: Deployed, election: str) -> None:
    written = f"{uuid4().hex}@example.org"
    # A quarter may end meanwhile, and another begins.
    answers = [
        deployed.post("/v1/session/request", {"address": written}, None) for _ in range(2 * REQUESTS_PER_ADDRESS + 1)
    ]
    assert answers[0].status == HTTPStatus.ACCEPTED
    refused = [answer for answer in answers if answer.status == HTTPStatus.TOO_MANY_REQUESTS]
    assert refused
    assert int(refused[0].headers["Retry-After"]) > 0


def test_a_session_reads_what_its_role_may_and_ends(deployed: Deployed, address: str) -> None:
    cookie = sign_in(deployed, address)
    account = get(deployed, "/v1/session", cookie).json()
    assert account["name"].startswith("Aida"), "numbered, where others of the name sign in"
    assert (account["election"], "work_calls" in account["permissions"]) == (ELECTION, True)
    assert get(deployed, f"/v1/elections/{ELECTION}/summary", cookie).status == HTTPStatus.OK
    assert get(deployed, "/v1/elections/other/summary", cookie).status == HTTPStatus.FORBIDDEN
    assert get(deployed, f"/v1/elections/{ELECTION}/accounts", cookie).status == HTTPStatus.FORBIDDEN
    ended = call(
        f"{deployed.stack.api_url}/v1/session", None, {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}, "DELETE"
    )
    assert ended.status == HTTPStatus.OK
    assert get(deployed, "/v1/session", cookie).status == HTTPStatus.UNAUTHORIZED


def test_k1_a_revoked_account_is_out_at_once(deployed: Deployed, election: str, address: str) -> None:
    cookie = sign_in(deployed, address)
    admin = deployed.operator(election, role="administrator")
    listed = deployed.get(f"/v1/elections/{election}/accounts", admin).json()["accounts"]
    account = next(row for row in listed if row["address"] == address)
    assert len(account["sessions"]) == 1
    path = f"/v1/elections/{election}/accounts/{account['id']}"
    demoted = deployed.post(
        path, {"role": "viewer"}, admin, if_match=str(account["version"]), idempotency_key=uuid4().hex
    )
    assert (demoted.status, demoted.json()["role"]) == (HTTPStatus.OK, "viewer")
    passed = deployed.post(
        path, {"role": "operator"}, admin, if_match=str(account["version"]), idempotency_key=uuid4().hex
    )
    assert passed.status == HTTPStatus.PRECONDITION_FAILED
    assert "work_calls" not in get(deployed, "/v1/session", cookie).json()["permissions"]
    ended = deployed.post(f"{path}/revoke", {"note": "left"}, admin, idempotency_key=uuid4().hex)
    assert (ended.status, ended.json()["revoked"]) == (HTTPStatus.OK, True)
    assert get(deployed, "/v1/session", cookie).status == HTTPStatus.UNAUTHORIZED


def test_the_wall_s_link_shows_the_wall_alone(deployed: Deployed, election: str) -> None:
    admin = deployed.operator(election, role="headquarters")
    made = deployed.post(f"/v1/elections/{election}/wall-links", {}, admin, idempotency_key=uuid4().hex)
    assert made.status == HTTPStatus.CREATED
    token = made.json()["link"].partition("#sign-in=")[2]
    cookie = cookie_of(deployed.post("/v1/session", {"token": token}, None, **PAGE))
    assert get(deployed, "/v1/session", cookie).json()["permissions"] == ["own_session", "read_wall"]
    assert get(deployed, f"/v1/elections/{election}/summary", cookie).status == HTTPStatus.FORBIDDEN


def test_what_brings_a_code_is_shown_to_nobody(deployed: Deployed, election: str, address: str) -> None:
    deployed.post("/v1/session/request", {"address": address}, None)
    mail(deployed, address)
    table = f"{deployed.stack.name}-messages"
    pages = deployed.stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    rows = [row for page in pages for row in page["Items"]]
    key = next(row["key"]["S"] for row in rows if row.get("recipient", {}).get("S") == address)
    headquarters = deployed.operator(election, role="headquarters")
    shown = deployed.get(f"/v1/elections/{election}/messages/{key.replace('#', '%23')}", headquarters)
    assert shown.status == HTTPStatus.NOT_FOUND
