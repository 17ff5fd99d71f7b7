"""Sign in by an OpenID provider, where the deployer has configured one.

It is the authorization code flow with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9700). What one sign-in knows
(state, nonce, verifier) stays in a cookie of the browser that began it, so that no other can end it. The provider
proves an email address; who has no account of it gets in nowhere, and nothing is made by itself.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.services.access.accounts import address_hash, address_of
from chalicelib.services.access.id_token import ExpectedClaims, KeyUnknown, verified_email
from chalicelib.services.access.sign_in import SignInResult, bound_caller, open_accounts
from chalicelib.services.clients import oidc_provider
from chalicelib.services.clients.provider_settings import SecretsUnavailable, settings_of

LASTS: Final = dt.timedelta(minutes=10)
SETTINGS: Final = "sign-in/oidc"
"""Below the stack's parameters: a SecureString with the provider's settings as JSON."""


class NoProvider(LookupError):
    """This stack signs nobody in by an OpenID provider."""


class SignInRefused(Exception):
    """The provider's answer signs nobody in."""


class ProviderSettings(BaseModel):
    """The provider as the deployer configured it.

    `label`: its name on the page. `client_secret` is missing where the provider takes public clients.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(min_length=8)
    client_id: str = Field(min_length=1)
    client_secret: str | None = None
    label: str = Field(default="OpenID", max_length=60)


class PendingSignIn(BaseModel):
    """A sign-in that somebody has begun, as their browser keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: str = Field(min_length=20, max_length=100)
    nonce: str = Field(min_length=20, max_length=100)
    verifier: str = Field(min_length=43, max_length=128)
    election: str | None = Field(default=None, max_length=100)

    def cookie(self) -> str:
        """Return it as a cookie's value."""
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode().rstrip("=")

    @classmethod
    def from_cookie(cls, value: str | None) -> "PendingSignIn":
        """Read what `cookie` wrote; raises SignInRefused."""
        written = value or ""
        try:
            return cls.model_validate_json(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
        except ValueError as invalid:
            raise SignInRefused("this browser has begun no sign-in, or too long ago") from invalid


def provider() -> ProviderSettings:
    """Return the configured provider; raises NoProvider, SecretsUnavailable."""
    settings = settings_of(SETTINGS)
    if settings is None:
        raise NoProvider("no OpenID provider is configured here: sign in by a link or a code")
    try:
        return ProviderSettings.model_validate(settings)
    except ValidationError as invalid:
        faulty = ", ".join(str(error["loc"][0]) for error in invalid.errors(include_input=False) if error["loc"])
        raise SecretsUnavailable(f"the settings {SETTINGS} are not valid: {faulty}") from None


def begin(redirect: str, election: str | None, caller: str, now: dt.datetime) -> tuple[str, PendingSignIn]:
    """Return where the browser goes, and what it keeps meanwhile.

    `redirect`: where the provider sends it back. Raises NoProvider, TooManyAttempts, ProviderUnreachable,
    SecretsUnavailable, StoreUnavailable.
    """
    settings = provider()
    bound_caller(caller, now)
    endpoint = str(oidc_provider.discovered(settings.issuer)["authorization_endpoint"])
    state, nonce, verifier = (secrets.token_urlsafe(size) for size in (32, 32, 48))
    begun = PendingSignIn(state=state, nonce=nonce, verifier=verifier, election=election)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": redirect,
        "scope": "openid email",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}", begun


def end(begun: PendingSignIn, state: str, code: str, redirect: str, now: dt.datetime) -> SignInResult:
    """Return who signs in by a provider's code.

    Raises NoProvider, SignInRefused, TokenInvalid, ProviderUnreachable, SecretsUnavailable, StoreUnavailable.
    """
    if not hmac.compare_digest(begun.state.encode(), state.encode()):
        raise SignInRefused("the answer is to another sign-in")
    if not code:
        raise SignInRefused("the provider has signed nobody in")
    settings = provider()
    described = oidc_provider.discovered(settings.issuer)
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": begun.verifier,
    }
    endpoint = str(described["token_endpoint"])
    token = oidc_provider.id_token(endpoint, fields, settings.client_id, settings.client_secret)
    email = _proven(
        token, str(described["jwks_uri"]), ExpectedClaims(settings.issuer, settings.client_id, begun.nonce), now
    )
    if not email.isascii():  # lower case makes one address of several then
        raise SignInRefused("an address with other than Latin letters signs in by a link")
    accounts = open_accounts(address_hash(address_of(email)), now)
    chosen = next((account for account in accounts if begun.election in (None, account.scope)), None)
    if chosen is None:
        raise SignInRefused("nobody has an account of this address")
    return SignInResult(chosen, tuple(accounts))


def _proven(token: str, keys: str, expected: ExpectedClaims, now: dt.datetime) -> str:
    try:
        return verified_email(token, oidc_provider.keys_of(keys), expected, now)
    except KeyUnknown:  # the issuer may have changed its keys since they were read
        return verified_email(token, oidc_provider.keys_of(keys, fresh=True), expected, now)


def describe() -> dict[str, Any]:
    """Tell by which provider people sign in; raises SecretsUnavailable."""
    try:
        return {"label": provider().label}
    except NoProvider:
        return {"label": None}
