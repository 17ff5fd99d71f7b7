"""What providers' signatures have in common.

Secrets in rotation, keyed hashes, constant-time comparison, age.
"""

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable

from chalicelib.providers.contract import Secrets, WebhookRequest
from chalicelib.providers.refusals import NotAuthentic, Stale, Undecidable, Unsigned

TOLERANCE = dt.timedelta(minutes=5)
"""How far the moment of signing may lie from ours, either way, unless the settings say otherwise."""


def secret_values(secrets: Secrets, *names: str) -> tuple[str, ...]:
    """Return the valid values of a secret; raises Undecidable.

    It may stand under several names. Undecidable where it is not set.
    """
    kept = [secrets.get(name) for name in names]
    values = [value for secret in kept for value in (secret if isinstance(secret, list | tuple) else (secret,))]
    usable = tuple(value for value in values if isinstance(value, str) and value)
    if not usable:
        raise Undecidable("secret_missing", f"the setting {names[0]} is not set, so nothing can be verified")
    return usable


def header(request: WebhookRequest, name: str) -> str:
    """Return a header that proves the sender; raises Unsigned."""
    value = request.headers.get(name.lower(), "").strip()
    if not value:
        raise Unsigned("unsigned", f"the header {name} is missing")
    return value


def mac(algorithm: str, key: str, message: bytes) -> bytes:
    """Compute a keyed hash (RFC 2104) under a text key."""
    return hmac.digest(key.encode(), message, algorithm)


def base64_mac(algorithm: str, key: str, message: bytes) -> str:
    """Compute a keyed hash in base64."""
    return base64.b64encode(mac(algorithm, key, message)).decode()


def plain_hash(algorithm: str, message: bytes) -> str:
    """Compute a hash without a key, in lower-case hexadecimal."""
    return hashlib.new(algorithm, message, usedforsecurity=False).hexdigest()


def same(presented: str, expected: str) -> bool:
    """Tell whether two texts are equal, in constant time.

    The time does not tell where they differ.
    """
    return hmac.compare_digest(presented.encode(errors="surrogatepass"), expected.encode(errors="surrogatepass"))


def any_same(presented: str, expected: Iterable[str]) -> bool:
    """Whether a text equals one of several; every one is compared."""
    return sum(same(presented, signature) for signature in expected) > 0


def require_same(presented: str, expected: Iterable[str], hint: str) -> None:
    """Raise NotAuthentic unless the texts are the same.

    The fault has a hint for those who may read the settings.
    """
    if not any_same(presented, expected):
        raise NotAuthentic("bad_signature", "the signature does not match", hint=hint)


def tolerance(secrets: Secrets, usual: dt.timedelta = TOLERANCE) -> dt.timedelta:
    """Return how old a signed request may be.

    It is the setting `tolerance_seconds`, else what is usual for the provider.
    """
    chosen = secrets.get("tolerance_seconds")
    return dt.timedelta(seconds=chosen) if isinstance(chosen, int) and 0 < chosen <= 10**6 else usual


def require_fresh(signed_at: dt.datetime, at: dt.datetime, allowed: dt.timedelta) -> None:
    """Raise Stale unless a request was signed about when it arrived.

    `allowed` is either way.
    """
    age = at - signed_at
    if abs(age) > allowed:
        seconds = int(age.total_seconds())
        when = f"{seconds} s ago" if seconds > 0 else f"{-seconds} s ahead of our clock"
        raise Stale("stale", f"it was signed {when}; {int(allowed.total_seconds())} s are allowed")
