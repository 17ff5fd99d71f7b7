"""Accounts, proofs and sessions: bounds, idleness, the end of access, and faults on the way."""

import datetime as dt

import pytest
from aws_faults import Wire, answered
from pipeline import Pipeline

from chalicelib.services.access import accounts, sessions
from chalicelib.services.access.accounts import Invitation, add_account
from chalicelib.services.access.operators import OperatorInvalid
from chalicelib.services.access.refusals import TooManyAttempts
from chalicelib.services.access.sign_in import (
    VALID_FOR,
    WRONG_PER_ADDRESS,
    ProofRefused,
    make_proof,
    redeem_code,
    redeem_link,
)
from chalicelib.store.operators import audit_of
from chalicelib.store.tables import StoreUnavailable

NOW = dt.datetime(2026, 11, 29, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def address(pipeline: Pipeline) -> str:
    written = f"aida@{pipeline.election.id}.example.org"
    add_account(pipeline.election.id, Invitation("Aida", written, "operator", ("Bishkek",)), NOW)
    return written


def test_an_account_sees_the_regions_that_it_was_given(pipeline: Pipeline, address: str) -> None:
    token, _ = make_proof(address, NOW)
    cookie = sessions.begin(redeem_link(token, pipeline.election.id, NOW).account, "Firefox", NOW)
    operator = sessions.resume(cookie, NOW).operator
    assert (operator.election, operator.role, operator.regions) == (pipeline.election.id, "operator", ("Bishkek",))


def test_a_sign_in_and_a_sign_out_are_lines_of_the_trail(pipeline: Pipeline, address: str) -> None:
    token, _ = make_proof(address, NOW)
    cookie = sessions.begin(redeem_link(token, pipeline.election.id, NOW).account, "Firefox", NOW)
    sessions.end(cookie, NOW + dt.timedelta(minutes=5))
    lines = [line for line in audit_of(pipeline.election.id) if line.who == "Aida (operator)"]
    assert [line.action for line in lines] == ["signed in", "signed out"]
    assert lines[0].subject == lines[1].subject
    assert lines[0].subject.removeprefix("session ") not in cookie


def test_a_region_or_an_address_that_is_none_is_refused(pipeline: Pipeline) -> None:
    for invitation in (Invitation("A", "a@example.org", "viewer", ("Atlantis",)), Invitation("A", "12", "viewer")):
        with pytest.raises(OperatorInvalid):
            add_account(pipeline.election.id, invitation, NOW)


def test_two_of_one_name_and_role_are_told_apart(pipeline: Pipeline, address: str) -> None:
    election = pipeline.election.id
    for place, role in enumerate(("operator", "operator", "viewer")):
        add_account(election, Invitation("Aida", f"aida{place}@{election}.example.org", role), NOW)  # type: ignore[arg-type]
    add_account(election, Invitation("Aida", address, "operator"), NOW)
    names = [(row["name"], row["role"]) for row in accounts.list_accounts(election)["accounts"]]
    assert sorted(names) == [("Aida", "operator"), ("Aida", "viewer"), ("Aida 2", "operator"), ("Aida 3", "operator")]


def test_a_phone_is_one_address_however_it_is_written(pipeline: Pipeline) -> None:
    serial = pipeline.election.id.removeprefix("e")
    phone = f"+99655577{int(serial):04}"
    add_account(pipeline.election.id, Invitation("Bob", phone, "viewer"), NOW)
    _, code = make_proof(phone, NOW)
    written = f"00{phone[1:6]} {phone[6:]}"
    assert redeem_code(written, code, pipeline.election.id, NOW).account.name == "Bob"


def test_a_proof_is_too_old_after_a_quarter_of_an_hour(address: str) -> None:
    token, code = make_proof(address, NOW)
    with pytest.raises(ProofRefused):
        redeem_link(token, None, NOW + VALID_FOR)
    with pytest.raises(ProofRefused):
        redeem_code(address, code, None, NOW + VALID_FOR)


def test_only_the_newest_proof_counts(address: str) -> None:
    first, _ = make_proof(address, NOW)
    make_proof(address, NOW)
    with pytest.raises(ProofRefused, match="not the newest"):
        redeem_link(first, None, NOW)


def test_guessing_codes_ends_for_a_day(address: str) -> None:
    for _ in range(WRONG_PER_ADDRESS):
        make_proof(address, NOW)
        with pytest.raises(ProofRefused):
            redeem_code(address, "none", None, NOW)
    _, code = make_proof(address, NOW)
    with pytest.raises(TooManyAttempts):
        redeem_code(address, code, None, NOW)
    tomorrow = NOW + dt.timedelta(days=1)
    _, code = make_proof(address, tomorrow)
    assert redeem_code(address, code, None, tomorrow).account.name == "Aida"


def test_an_election_has_so_many_accounts(pipeline: Pipeline, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MOST_ACCOUNTS", 1)
    with pytest.raises(OperatorInvalid, match="may have no more"):
        add_account(pipeline.election.id, Invitation("B", f"b@{pipeline.election.id}.example.org", "viewer"), NOW)


def begun(address: str) -> str:
    token, _ = make_proof(address, NOW)
    return sessions.begin(redeem_link(token, None, NOW).account, "Firefox", NOW)


def test_a_session_ends_when_it_is_idle_and_lives_while_it_is_used(address: str) -> None:
    cookie = begun(address)
    for minutes in range(0, 300, 20):
        sessions.resume(cookie, NOW + dt.timedelta(minutes=minutes))
    with pytest.raises(sessions.SessionRefused, match="idle"):
        sessions.resume(cookie, NOW + dt.timedelta(minutes=280) + sessions.IDLE + sessions.NOTED_EVERY)


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(address: str) -> None:
    cookie = begun(address)
    for minutes in range(0, 720, 20):
        sessions.resume(cookie, NOW + dt.timedelta(minutes=minutes))
    with pytest.raises(sessions.SessionRefused, match="ended"):
        sessions.resume(cookie, NOW + sessions.LASTS)


@pytest.mark.parametrize("cookie", ["", ".", "x", "a2c.", "a2c.wrong", "\xff.x"])
def test_a_cookie_that_is_none_is_refused(pipeline: Pipeline, cookie: str) -> None:
    with pytest.raises(sessions.SessionRefused):
        sessions.resume(cookie, NOW)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_proof_is_never_two_sessions_whatever_answer_is_lost(address: str, wire: Wire, when: str) -> None:
    token, _ = make_proof(address, NOW)
    wire.listen()
    redeem_link(token, None, NOW)
    place = len(wire.calls) - 1
    token, _ = make_proof(address, NOW)
    wire.listen()
    wire.cuts[place, when] = answered("InternalServerError", 500)
    with pytest.raises(StoreUnavailable):
        redeem_link(token, None, NOW)
    wire.mend()
    if when == "before":
        redeem_link(token, None, NOW)
    with pytest.raises(ProofRefused):
        redeem_link(token, None, NOW)
