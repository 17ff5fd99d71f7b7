"""An OpenID provider over HTTP.

What it says of itself, its keys, and tokens for a code.

Discovery: OpenID Connect Discovery 1.0, section 4; the token request: RFC 6749, 4.1.3, with PKCE (RFC 7636). What it
says of itself and its keys are kept for some minutes per process.
"""

import base64
import json
from collections.abc import Mapping
from time import monotonic
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import urllib3

KEPT_SECONDS: Final = 300.0
AGAIN_SECONDS: Final = 10.0
"""How soon keys are read anew for a token that none of them has signed."""
LARGEST: Final = 256 * 1024
_TIMEOUT: Final = urllib3.Timeout(connect=2, read=5)
_OF_THIS_MACHINE: Final = frozenset(("127.0.0.1", "::1", "localhost"))

_kept: dict[str, tuple[float, dict[str, Any]]] = {}


class ProviderUnreachable(OSError):
    """The OpenID provider does not answer as it must.

    Names its host alone.
    """


def discovered(issuer: str) -> dict[str, Any]:
    """Return what an issuer says of itself; raises ProviderUnreachable."""
    document = _read(f"{issuer.rstrip('/')}/.well-known/openid-configuration", KEPT_SECONDS)
    if document.get("issuer") != issuer:
        raise ProviderUnreachable(f"{_host(issuer)} says that it is another issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        require_secure(str(document.get(name, "")))
    return document


def require_secure(url: str) -> None:
    """Refuse a URL that is neither https nor on this machine.

    Raises ProviderUnreachable.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _OF_THIS_MACHINE):
        raise ProviderUnreachable(f"{_host(url) or 'a URL'} is not asked: only https URLs are")


def keys_of(url: str, *, fresh: bool = False) -> list[dict[str, Any]]:
    """Return an issuer's keys; `fresh`: not older than some seconds. Raises ProviderUnreachable."""
    keys = _read(url, AGAIN_SECONDS if fresh else KEPT_SECONDS).get("keys")
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


def id_token(url: str, fields: Mapping[str, str], client_id: str, secret: str | None) -> str:
    """Exchange a code for an ID token, once.

    Raises ProviderUnreachable, with the provider's error alone.

    A client with a secret proves itself by HTTP Basic, one without by PKCE alone.
    """
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    if secret is not None:
        proof = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(proof.encode()).decode()}"
    body = urlencode({**fields, "client_id": client_id})
    status, document = _exchange("POST", url, headers, body)
    token = document.get("id_token")
    if status != 200 or not isinstance(token, str):
        raise ProviderUnreachable(f"{_host(url)} answered {status} {str(document.get('error', ''))[:60]}".strip())
    return token


def _read(url: str, within: float) -> dict[str, Any]:
    kept = _kept.get(url)
    if kept is not None and monotonic() - kept[0] < within:
        return kept[1]
    begun = monotonic()
    status, document = _exchange("GET", url, {"Accept": "application/json"}, None)
    if status != 200:
        raise ProviderUnreachable(f"{_host(url)} answered {status}")
    _kept[url] = (begun, document)
    return document


def _exchange(method: str, url: str, headers: Mapping[str, str], body: str | None) -> tuple[int, dict[str, Any]]:
    require_secure(url)
    try:
        answer = urllib3.PoolManager().request(
            method,
            url,
            headers=dict(headers),
            body=body,
            timeout=_TIMEOUT,
            redirect=False,
            retries=False,
            preload_content=False,
        )
        written = answer.read(LARGEST + 1)
        answer.release_conn()
        document = json.loads(written) if len(written) <= LARGEST else None
    except (urllib3.exceptions.HTTPError, ValueError, RecursionError) as fault:
        raise ProviderUnreachable(f"{_host(url)} cannot be read: {type(fault).__name__}") from None
    if not isinstance(document, dict):
        raise ProviderUnreachable(f"{_host(url)} answered no JSON object")
    return answer.status, document


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
