"""Accounts as administrators change them: nothing that is null, no two of one signature, any number of sessions."""

import datetime as dt
import itertools
from http import HTTPStatus
from typing import Any

import pytest
from api_client import Api, ApiAnswer
from pipeline import Pipeline

from chalicelib.observation.elections.accounts import Role
from chalicelib.services.access import sessions
from chalicelib.services.access.accounts import Invitation, add_account, operator_of, revoke_account
from chalicelib.services.access.operators import add_operator
from chalicelib.store import accounts

ACCOUNTS = "/v1/elections/{election_id}/accounts"
ACCOUNT = f"{ACCOUNTS}/{{account}}"
SESSIONS = 120
"""More than one transaction ends."""
KEYS = itertools.count()


def ask(
    pipeline: Pipeline, route: str, body: Any, identity: str | None = None, role: Role = "administrator"
) -> ApiAnswer:
    """Post as somebody of a role, on the first version."""
    now = dt.datetime.now(dt.UTC)
    token = add_operator("Eve", role, pipeline.election.id, (), now, dt.timedelta(days=1))
    path = {"account": identity.removeprefix(accounts.ACCOUNT)} if identity else {}
    key = f"{pipeline.election.id}-{next(KEYS)}"
    return Api(token).post(route, body, seen="1", key=key, election_id=pipeline.election.id, **path)


def added(pipeline: Pipeline, name: str, role: Any, local: str = "aida") -> str:
    """Give somebody an account; return its id."""
    address = f"{local}@{pipeline.election.id}.example.org"
    return add_account(pipeline.election.id, Invitation(name, address, role), dt.datetime.now(dt.UTC))


def row_of(pipeline: Pipeline, identity: str) -> accounts.AccountRow:
    row = accounts.get_account(pipeline.election.id, identity)
    assert row is not None
    return row


@pytest.mark.parametrize("field", ["role", "regions"])
def test_null_is_no_role_and_no_regions(pipeline: Pipeline, field: str) -> None:
    identity = added(pipeline, "Aida", "operator")
    before = row_of(pipeline, identity)
    changed = ask(pipeline, ACCOUNT, {field: None}, identity)
    assert changed.status < HTTPStatus.INTERNAL_SERVER_ERROR, changed
    after = row_of(pipeline, identity)
    assert (after.role, after.regions) == (before.role, before.regions)
    new = {"name": "Bob", "address": f"bob@{pipeline.election.id}.example.org", "role": "viewer"}
    invited = ask(pipeline, ACCOUNTS, new | {field: None})
    assert invited.status < HTTPStatus.INTERNAL_SERVER_ERROR, invited
    assert ask(pipeline, ACCOUNTS, new).status == HTTPStatus.CREATED


def test_who_gets_another_s_name_and_role_is_numbered(pipeline: Pipeline) -> None:
    operator, viewer = added(pipeline, "Aida", "operator"), added(pipeline, "Aida", "viewer", "another")
    changed = ask(pipeline, ACCOUNT, {"role": "operator"}, viewer)
    assert changed.status == HTTPStatus.OK, changed
    assert (changed.json()["name"], changed.json()["role"]) == ("Aida 2", "operator")
    signatures = {operator_of(row_of(pipeline, identity)).signature for identity in (operator, viewer)}
    assert len(signatures) == 2


def test_whose_account_is_revoked_leaves_the_name_to_nobody(pipeline: Pipeline) -> None:
    """The audit trail still tells of them by it."""
    added(pipeline, "Aida", "operator")
    revoke_account(pipeline.election.id, "Aida", dt.datetime.now(dt.UTC))
    assert row_of(pipeline, added(pipeline, "Aida", "operator", "another")).name == "Aida 2"


def test_headquarters_say_where_an_operator_works_and_change_nobody_else(pipeline: Pipeline) -> None:
    operator, colleague = added(pipeline, "Aida", "operator"), added(pipeline, "Lead", "headquarters", "lead")
    here = {"regions": ["Bishkek", "Chuy"], "note": "the evening shift"}
    assigned = ask(pipeline, f"{ACCOUNT}/regions", here, operator, "headquarters")
    assert (assigned.status, assigned.json()["regions"]) == (HTTPStatus.OK, ["Bishkek", "Chuy"])
    refused = ask(pipeline, f"{ACCOUNT}/regions", here, colleague, "headquarters")
    assert refused.status == HTTPStatus.BAD_REQUEST
    assert "no operator" in refused.json()["detail"]
    nowhere = ask(pipeline, f"{ACCOUNT}/regions", {"regions": ["Atlantis"]}, added(pipeline, "Bek", "operator", "bek"))
    assert nowhere.status == HTTPStatus.BAD_REQUEST
    assert ask(pipeline, f"{ACCOUNT}/regions", here, operator, "operator").status == HTTPStatus.FORBIDDEN
    assert row_of(pipeline, colleague).regions == []


@pytest.mark.parametrize("way", ["sign-out", "revoke", "the command line"])
def test_an_account_of_many_sessions_is_ended(pipeline: Pipeline, way: str) -> None:
    identity, other = added(pipeline, "Aida", "operator"), added(pipeline, "Bob", "operator", "bob")
    now = dt.datetime.now(dt.UTC)
    for _ in range(SESSIONS):
        sessions.begin(row_of(pipeline, identity), "Firefox", now)
    kept = sessions.begin(row_of(pipeline, other), "Firefox", now)
    assert len(accounts.sessions_of(pipeline.election.id)) == SESSIONS + 1
    if way == "the command line":
        assert revoke_account(pipeline.election.id, "Aida", now) == 1
    else:
        ended = ask(pipeline, f"{ACCOUNT}/{way}", {"note": "left us"}, identity)
        assert ended.status == HTTPStatus.OK, ended
    assert [session.account for session in accounts.sessions_of(pipeline.election.id)] == [other]
    assert sessions.resume(kept, now).operator.name == "Bob"
    assert row_of(pipeline, identity).revoked == (way != "sign-out")
