"""ID tokens of OpenID Connect: whose they are, verified.

OpenID Connect Core 1.0, 3.1.3.7; JSON Web Signature: RFC 7515; keys: RFC 7517. Only RS256 and ES256 are taken, and only
with a key of the issuer's set: neither `none` nor a key that the token brings.
"""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.providers import ec_signatures, rsa_signatures

LEEWAY: Final = dt.timedelta(seconds=60)
"""How far the issuer's clock may be from ours."""
LONGEST_TOKEN: Final = 16_000
_PARTS: Final = 3
_SMALLEST_MODULUS: Final = 2048
_LARGEST_MODULUS: Final = 8192
_LONGEST_EXPONENT: Final = 64


class TokenInvalid(ValueError):
    """An ID token is not the issuer's, or not for this sign-in."""


class KeyUnknown(TokenInvalid):
    """The issuer's keys, as last read, have none that signed it."""


@dataclass(frozen=True, slots=True)
class ExpectedClaims:
    """What a token must say: issuer, client, nonce."""

    issuer: str
    client_id: str
    nonce: str


def verified_email(token: str, keys: Sequence[Mapping[str, Any]], expected: ExpectedClaims, now: dt.datetime) -> str:
    """Return the email address that a token proves.

    `keys`: the issuer's, as its JWKS has them. Raises TokenInvalid, which says what is wrong and nothing of the token.
    """
    claims = _claims(token, keys)
    if claims.get("iss") != expected.issuer:
        raise TokenInvalid("the token is another issuer's")
    _check_audience(claims, expected.client_id)
    _check_times(claims, now)
    if not expected.nonce or claims.get("nonce") != expected.nonce:
        raise TokenInvalid("the token answers another sign-in")
    email = claims.get("email")
    if not isinstance(email, str) or "@" not in email or claims.get("email_verified") not in (True, "true"):
        raise TokenInvalid("the token proves no email address")
    return email


def _claims(token: str, keys: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    parts = token.split(".") if len(token) <= LONGEST_TOKEN and token.isascii() else []
    if len(parts) != _PARTS:
        raise TokenInvalid("there is no token")
    header, claims = _document(parts[0]), _document(parts[1])
    signed, signature = ".".join(parts[:2]).encode(), _decoded(parts[2])
    candidates = [key for key in keys if _may_have_signed(key, header)]
    if not candidates:
        raise KeyUnknown("no key of the issuer's has signed the token")
    if not any(_verifies(key, signed, signature) for key in candidates):
        raise TokenInvalid("the token's signature is wrong")
    return claims


def _may_have_signed(key: Mapping[str, Any], header: Mapping[str, Any]) -> bool:
    kind = {"RS256": "RSA", "ES256": "EC"}.get(str(header.get("alg")))
    is_named = header.get("kid") is None or key.get("kid") == header["kid"]
    is_for_it = key.get("use") in (None, "sig") and key.get("alg") in (None, header.get("alg"))
    return kind is not None and key.get("kty") == kind and is_named and is_for_it


def _verifies(key: Mapping[str, Any], signed: bytes, signature: bytes) -> bool:
    if key["kty"] == "RSA":
        public = rsa_signatures.PublicKey(_number(key.get("n")), _number(key.get("e")))
        is_sound = _SMALLEST_MODULUS <= public.modulus.bit_length() <= _LARGEST_MODULUS
        is_sound = is_sound and 1 < public.exponent.bit_length() <= _LONGEST_EXPONENT
        return is_sound and rsa_signatures.verifies(public, "sha256", signed, signature)
    if key.get("crv") != "P-256":
        return False
    point = ec_signatures.Point(_number(key.get("x")), _number(key.get("y")))
    return ec_signatures.verifies(point, signed, signature)


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if client_id not in named or claims.get("azp", client_id) != client_id or (len(named) > 1 and "azp" not in claims):
        raise TokenInvalid("the token is for another client")


def _check_times(claims: Mapping[str, Any], now: dt.datetime) -> None:
    until, issued = claims.get("exp"), claims.get("iat")
    if not _is_number(until) or not _is_number(issued):
        raise TokenInvalid("the token does not say until when it holds")
    at, leeway = now.timestamp(), LEEWAY.total_seconds()
    if at >= float(until or 0) + leeway:
        raise TokenInvalid("the token has expired")
    if float(issued or 0) > at + leeway:
        raise TokenInvalid("the token is of the future")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _document(part: str) -> dict[str, Any]:
    try:
        document = json.loads(_decoded(part))
    except (ValueError, RecursionError) as invalid:
        raise TokenInvalid("the token cannot be read") from invalid
    if not isinstance(document, dict):
        raise TokenInvalid("the token cannot be read")
    return document


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as invalid:
        raise TokenInvalid("the token cannot be read") from invalid


def _number(written: object) -> int:
    return int.from_bytes(_decoded(written)) if isinstance(written, str) else 0
