"""ID tokens: whose they are, and everything that makes one nobody's."""

import base64
import datetime as dt
import hashlib
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from chalicelib.providers import ec_signatures
from chalicelib.services.access.id_token import ExpectedClaims, KeyUnknown, TokenInvalid, verified_email

NOW = dt.datetime(2026, 11, 29, 9, 0, tzinfo=dt.UTC)
RSA = rsa.generate_private_key(65537, 2048)
SMALL = rsa.generate_private_key(65537, 1024)
EC = ec.generate_private_key(ec.SECP256R1())
EXPECTED = ExpectedClaims("https://id.example.org", "baykoo", "nonce-1")
CLAIMS = {
    "iss": EXPECTED.issuer,
    "aud": "baykoo",
    "nonce": "nonce-1",
    "email": "Aida@Example.org",
    "email_verified": True,
    "iat": NOW.timestamp(),
    "exp": NOW.timestamp() + 300,
}


def jwk(key: Any, name: str, **more: str) -> dict[str, Any]:
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    document: dict[str, Any] = algorithm.to_jwk(key.public_key(), as_dict=True)  # type: ignore[attr-defined]
    return document | {"kid": name, "use": "sig"} | more


KEYS = [jwk(RSA, "r"), jwk(EC, "e")]


def token(key: Any = RSA, alg: str = "RS256", kid: str | None = "r", **changed: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changed).items() if value is not None}
    return jwt.encode(claims, key, algorithm=alg, headers={"kid": kid} if kid else None)


@pytest.mark.parametrize("written", [token(), token(EC, "ES256", "e"), token(kid=None), token(aud=["baykoo"])])
def test_a_token_proves_its_address(written: str) -> None:
    assert verified_email(written, KEYS, EXPECTED, NOW) == "Aida@Example.org"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://id.example.com"},
        {"aud": "another"},
        {"aud": ["baykoo", "another"]},
        {"azp": "another"},
        {"nonce": "nonce-2"},
        {"nonce": None},
        {"exp": NOW.timestamp() - 61},
        {"exp": None},
        {"iat": NOW.timestamp() + 61},
        {"email": None},
        {"email_verified": False},
        {"email_verified": None},
    ],
    ids=str,
)
def test_a_token_that_says_something_else_proves_nothing(changed: dict[str, Any]) -> None:
    with pytest.raises(TokenInvalid):
        verified_email(token(**changed), KEYS, EXPECTED, NOW)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_signature_must_be_one_of_the_issuer_s_keys() -> None:
    other = rsa.generate_private_key(65537, 2048)
    with pytest.raises(TokenInvalid, match="signature"):
        verified_email(token(other), KEYS, EXPECTED, NOW)
    with pytest.raises(KeyUnknown):
        verified_email(token(kid="new"), KEYS, EXPECTED, NOW)
    with pytest.raises(TokenInvalid, match="signature"):
        verified_email(token(SMALL, kid="s"), [jwk(SMALL, "s")], EXPECTED, NOW)


def test_what_is_signed_otherwise_is_not_taken() -> None:
    """Neither by nobody, nor by a secret that is the public key, nor by an RSA key as if it were a curve's."""
    unsigned = jwt.encode(CLAIMS, None, algorithm="none")
    secret = hashlib.sha256(json.dumps(KEYS[0]).encode()).hexdigest()
    by_secret = jwt.encode(CLAIMS, secret, algorithm="HS256", headers={"kid": "r"})
    header, claims, signature = token().split(".")
    swapped = base64.urlsafe_b64encode(b'{"alg":"ES256","kid":"r"}').decode().rstrip("=")
    for written in (unsigned, by_secret, f"{swapped}.{claims}.{signature}", f"{header}.{claims}."):
        with pytest.raises(TokenInvalid):
            verified_email(written, KEYS, EXPECTED, NOW)


@given(st.text(max_size=60) | st.from_regex(r"[\w-]{0,20}\.[\w-]{0,20}\.[\w-]{0,20}", fullmatch=True))
def test_whatever_is_written_is_refused_and_never_fails(written: str) -> None:
    with pytest.raises(TokenInvalid):
        verified_email(written, KEYS, EXPECTED, NOW)


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 63))
def test_a_curve_s_signature_holds_for_its_message_alone(message: bytes, place: int) -> None:
    signature = ECAlgorithm(ECAlgorithm.SHA256).sign(message, EC)
    numbers = EC.public_key().public_numbers()
    key = ec_signatures.Point(numbers.x, numbers.y)
    changed = bytearray(signature)
    changed[place] ^= 1
    assert ec_signatures.verifies(key, message, signature)
    assert not ec_signatures.verifies(key, message + b"!", signature)
    assert not ec_signatures.verifies(key, message, bytes(changed))
    assert not ec_signatures.verifies(ec_signatures.Point(numbers.x, numbers.y ^ 1), message, signature)
    assert not ec_signatures.verifies(key, message, bytes(64))
