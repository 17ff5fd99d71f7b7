"""Signing in by an OpenID provider where names have other than Latin letters."""

import datetime as dt
from typing import Any

import pytest

from chalicelib.services.access import oidc

NOW = dt.datetime(2026, 11, 29, 9, 0, tzinfo=dt.UTC)
STATE = "s" * 43
BEGUN = oidc.PendingSignIn(state=STATE, nonce="n" * 43, verifier="v" * 64, election="выборы-2026")


@pytest.fixture
def proven(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the provider proves, and which addresses are looked for."""
    seen: dict[str, Any] = {"email": "aida@example.org", "looked_for": []}
    settings = oidc.ProviderSettings(
        issuer="https://id.example.org", client_id="baykoo", client_secret="secret", label="Вход"
    )
    endpoints = {"token_endpoint": "https://id.example.org/token", "jwks_uri": "https://id.example.org/keys"}
    monkeypatch.setattr(oidc, "provider", lambda: settings)
    monkeypatch.setattr(oidc.oidc_provider, "discovered", lambda issuer: endpoints)
    monkeypatch.setattr(oidc.oidc_provider, "id_token", lambda *arguments: "token")
    monkeypatch.setattr(oidc.oidc_provider, "keys_of", lambda url, **fresh: [])
    monkeypatch.setattr(oidc, "verified_email", lambda *arguments: seen["email"])
    monkeypatch.setattr(oidc, "open_accounts", lambda hashed, now: seen["looked_for"].append(hashed) or [])
    return seen


def test_what_is_kept_of_a_sign_in_holds_any_election_s_name() -> None:
    cookie = BEGUN.cookie()
    assert cookie.isascii()
    assert oidc.PendingSignIn.from_cookie(cookie) == BEGUN


@pytest.mark.parametrize("cookie", ["выборы", "\udcff", "é" * 5000])
def test_a_cookie_of_other_letters_is_no_sign_in(cookie: str) -> None:
    with pytest.raises(oidc.SignInRefused, match="has begun no sign-in"):
        oidc.PendingSignIn.from_cookie(cookie)


@pytest.mark.parametrize("state", ["стейт", f"{STATE}\u0301", "\u017f" * 43])
def test_a_state_of_other_letters_is_another_sign_in_s(proven: dict[str, Any], state: str) -> None:
    with pytest.raises(oidc.SignInRefused, match="another sign-in"):
        oidc.end(BEGUN, state, "code", "https://example.org/callback", NOW)
    assert proven["looked_for"] == []


@pytest.mark.parametrize(
    "email", ["аida@example.org", "aida@exаmple.org", "AIDA@EXAMPLE.ORG\u212a", "straße@example.org"]
)
def test_an_address_of_other_letters_is_nobody_s_that_looks_alike(proven: dict[str, Any], email: str) -> None:
    """Lower case makes `K` of the Kelvin sign and `ss` of `ß`: somebody else's address."""
    proven["email"] = email
    with pytest.raises(oidc.SignInRefused, match="signs in by a link"):
        oidc.end(BEGUN, STATE, "code", "https://example.org/callback", NOW)
    assert proven["looked_for"] == [], "no account is looked for"


def test_the_same_address_in_latin_letters_is_looked_for(proven: dict[str, Any]) -> None:
    with pytest.raises(oidc.SignInRefused, match="nobody has an account"):
        oidc.end(BEGUN, STATE, "code", "https://example.org/callback", NOW)
    assert len(proven["looked_for"]) == 1
