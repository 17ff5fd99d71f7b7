"""Proof by a secret that the provider sends along.

The secret is a token in the path or query, basic authentication, or an address. It proves who calls, not what is said:
whoever reads one request can write others. HTTPS alone keeps it secret.
"""

import base64
import ipaddress
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from chalicelib.providers.content import query_fields, split_url
from chalicelib.providers.contract import Secrets, WebhookRequest
from chalicelib.providers.refusals import NotAuthentic, Undecidable, Unsigned
from chalicelib.providers.signatures import any_same, secret_values

PROVEN_BY = ("path_token", "query_token", "basic_password")
"""The settings that `require_shared_secret` takes a proof by."""
_SENT_ALONG = ("secret", "secrets", "path_token", "query_token")
_BLANK = "[secret]"
_INTRODUCES = re.compile(r"[%&\\]")
"""What every way to write a character begins with, but itself, and a space as `+`."""
_XML_NAMES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
Proof = Callable[[WebhookRequest, Secrets], bool | None]


def require_shared_secret(request: WebhookRequest, secrets: Secrets) -> None:
    """Raise WebhookRefused unless a configured proof holds.

    The source address must be one of those listed, if any are. Settings: `path_token` (a segment of the URL's path),
    `query_token` (the value of one of its query's fields), `basic_user` with `basic_password`; `source_addresses`,
    networks such as 203.0.113.0/24.
    """
    proofs = [proof for setting, proof in _PROOFS.items() if secrets.get(setting)]
    if not proofs:
        raise Undecidable("secret_missing", f"none of the settings {', '.join(_PROOFS)} is set")
    shown = [proof(request, secrets) for proof in proofs]
    if all(secret is None for secret in shown):
        raise Unsigned("unsigned", "the request carries neither token nor credentials")
    if not any(shown):
        raise NotAuthentic("bad_secret", "the token or the credentials are wrong")
    require_source(request, secrets)


def offers_shared_secret(secrets: Secrets) -> bool:
    """Tell whether a shared secret alone proves requests.

    The settings say so.
    """
    return any(secrets.get(setting) for setting in _PROOFS)


def require_basic(request: WebhookRequest, secrets: Secrets, user: str, password: str) -> None:
    """Raise WebhookRefused unless the basic authentication holds.

    RFC 7617, of two settings.
    """
    proven = _basic(request, secrets, user, password)
    if proven is None:
        raise Unsigned("unsigned", "the request carries no basic authentication")
    if not proven:
        raise NotAuthentic("bad_secret", "user name or password is wrong")
    require_source(request, secrets)


def require_source(request: WebhookRequest, secrets: Secrets) -> None:
    """Raise NotAuthentic unless the source address is listed.

    It must be one of `source_addresses`, where there are any.
    """
    listed = secrets.get("source_addresses")
    if not listed:
        return
    try:
        networks = [ipaddress.ip_network(network, strict=False) for network in listed]
    except (TypeError, ValueError) as fault:
        raise Undecidable(
            "bad_setting", "source_addresses must be a list of networks such as 203.0.113.0/24"
        ) from fault
    try:
        source = ipaddress.ip_address(request.source_ip or "")
    except ValueError as fault:
        raise NotAuthentic("source_unknown", "the request's source address is not known") from fault
    if not any(source in network for network in networks):
        raise NotAuthentic("source_not_listed", "the request's source address is not in source_addresses")


def without_secrets(text: str, secrets: Secrets) -> str:
    """Blank the secrets in what is kept of a payload.

    Some providers send them along in it; however each of their characters is written: as itself, percent-encoded, or
    escaped as JSON or XML do.
    """
    for name in _SENT_ALONG:
        kept = secrets.get(name)
        for value in kept if isinstance(kept, list | tuple) else (kept,):
            if isinstance(value, str) and value:
                text = _blanked(text, value)
    return text


def _blanked(text: str, secret: str) -> str:
    if not (_INTRODUCES.search(text) or (" " in secret and "+" in text)):
        return text.replace(secret, _BLANK)
    return _pattern_of(secret).sub(_BLANK, text)


@lru_cache(maxsize=64)
def _pattern_of(secret: str) -> re.Pattern[str]:
    """Return a pattern of every way to write a secret."""
    may_begin = rf"(?=[%&+\\{re.escape(secret[0])}])"  # most characters of a text are passed over by it
    return re.compile(may_begin + "".join(map(_written, secret)))


def _written(character: str) -> str:
    """Return a pattern of every way to write a character."""
    encoded = "".join(f"%{byte:02x}" for byte in character.encode(errors="surrogatepass"))
    units = character.encode("utf-16-be", errors="surrogatepass").hex()
    escaped = "".join(rf"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    # The longest first: else only a part of what it is written as would go.
    number = ord(character)
    references = [
        f"&#0*{number};",
        f"(?i:&#x0*{number:x};)",
        *([f"&{_XML_NAMES[character]};"] if character in _XML_NAMES else []),
    ]
    ways = [*references, f"(?i:{escaped})", rf"\\{re.escape(character)}", f"(?i:{encoded})", re.escape(character)]
    return "(?:" + "|".join([*ways, *([r"\+"] if character == " " else [])]) + ")"


def _by_path(request: WebhookRequest, secrets: Secrets) -> bool | None:
    segments = [segment for segment in str(split_url(request.url).path).split("/") if segment]
    return _one_of(segments, secret_values(secrets, "path_token"))


def _by_query(request: WebhookRequest, secrets: Secrets) -> bool | None:
    values = [value for _, value in query_fields(request.url) if value]
    return _one_of(values, secret_values(secrets, "query_token")) if values else None


def _by_basic(request: WebhookRequest, secrets: Secrets) -> bool | None:
    return _basic(request, secrets, "basic_user", "basic_password")


def _basic(request: WebhookRequest, secrets: Secrets, user: str, password: str) -> bool | None:
    scheme, _, presented = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    return any_same(presented.strip(), _credentials(secret_values(secrets, user), secret_values(secrets, password)))


def _credentials(users: tuple[str, ...], passwords: tuple[str, ...]) -> Iterator[str]:
    for user in users:
        for password in passwords:
            yield base64.b64encode(f"{user}:{password}".encode()).decode()


def _one_of(presented: list[str], expected: tuple[str, ...]) -> bool:
    return sum(any_same(value, expected) for value in presented) > 0


_PROOFS: dict[str, Proof] = {"path_token": _by_path, "query_token": _by_query, "basic_user": _by_basic}
