"""What send APIs have in common: settings, requests, and what their answers mean."""

import base64
import json
from collections.abc import Container, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalicelib.providers.contract import CannotSend, OutboundRequest, ReceiptState, Secrets, SendOutcome

LONGEST_WAIT = 24 * 3600
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_OUR_FAULT = frozenset({401, 402, 403, 404, 405})
_BUSY = frozenset({429, 503})


def outcome(status: int, headers: Mapping[str, str], body: bytes, *reference: str | int) -> SendOutcome:
    """What an HTTP answer means, the provider's id being found at a path of names and indexes in its JSON.

    4xx says that the SMS was not taken: for ever where the SMS itself is at fault, for now where the account or
    the rate is. Any other failure leaves it in doubt.
    """
    reason = f"HTTP {status}: {body[:200].decode(errors='replace')}"
    if 200 <= status < 300:
        return SendOutcome("sent", reference=found(answer_json(body), *reference))
    if status in _BUSY or status in _OUR_FAULT:
        return SendOutcome("not_sent", reason=reason, retry_after=retry_after(headers))
    if 400 <= status < 500 and status != 408:
        return SendOutcome("refused", reason=reason)
    return SendOutcome("in_doubt", reason=reason, retry_after=retry_after(headers))


def answer_json(body: bytes) -> Any:
    """An answer's JSON, None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def found(answer: Any, *path: str | int) -> str | None:
    """The text or number at a path in an answer, as text."""
    for step in path:
        if isinstance(step, int) and isinstance(answer, list) and step < len(answer):
            answer = answer[step]
        elif isinstance(step, str) and isinstance(answer, dict):
            answer = answer.get(step)
        else:
            return None
    return str(answer) if isinstance(answer, str | int) and not isinstance(answer, bool) and path else None


def retry_after(headers: Mapping[str, str]) -> int | None:
    """The seconds that Retry-After asks for (RFC 9110, 10.2.3), at most a day; a date counts from the answer's own."""
    named = {name.lower(): value.strip() for name, value in headers.items()}
    asked = named.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return min(int(asked[:6]), LONGEST_WAIT)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - large, and intake never needs it

    try:
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(named.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0, min(int(wait.total_seconds()), LONGEST_WAIT))


def required(secrets: Secrets, name: str) -> str:
    """A setting that sending needs, the current value of one in rotation; raises CannotSend."""
    kept = secrets.get(name)
    value = kept[0] if isinstance(kept, list | tuple) and kept else kept
    if not isinstance(value, str) or not value:
        raise CannotSend(f"the setting {name} is not set")
    return value


def base(secrets: Secrets, usual: str) -> str:
    """Where the provider's API is: the setting `base_url`, without a slash at its end, else the usual place.

    Raises CannotSend unless it is https; plain http is for this machine alone.
    """
    chosen = str(secrets.get("base_url") or usual).rstrip("/")
    parts = urlsplit(chosen)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        return chosen
    raise CannotSend("the setting base_url must begin with https:// and a host")


def get_request(
    url: str,
    query: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> OutboundRequest:
    """A GET that asks for JSON."""
    named = {"Accept": "application/json", **_authorization(basic), **(headers or {})}
    return OutboundRequest("GET", f"{url}?{urlencode(query)}" if query else url, named, b"")


def form_request(
    url: str, fields: Mapping[str, str], basic: tuple[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> OutboundRequest:
    """A POST of a form."""
    named = {"Content-Type": "application/x-www-form-urlencoded", **_authorization(basic), **(headers or {})}
    return OutboundRequest("POST", url, named, urlencode(fields).encode())


def json_request(
    url: str, document: object, basic: tuple[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> OutboundRequest:
    """A POST of JSON."""
    named = {"Content-Type": "application/json", **_authorization(basic), **(headers or {})}
    return OutboundRequest("POST", url, named, json.dumps(document, ensure_ascii=False).encode())


def state_of(word: str, delivered: Container[str], failed: Container[str]) -> ReceiptState:
    """A receipt's state from a provider's word for it."""
    if word in delivered:
        return "delivered"
    return "failed" if word in failed else "on_its_way"


def _authorization(basic: tuple[str, str] | None) -> dict[str, str]:
    if basic is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(":".join(basic).encode()).decode()}
