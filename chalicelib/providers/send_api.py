"""What send APIs have in common.

Settings, requests, and what their answers mean.
"""

import base64
import json
from collections.abc import Container, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from chalicelib.providers.contract import CannotSend, OutboundRequest, OutboundSms, Secrets, SendOutcome
from chalicelib.providers.inbound import ReceiptState

LONGEST_WAIT = 24 * 3600
_OUR_FAULT = frozenset({401, 402, 403, 404, 405})
_BUSY = frozenset({429, 503})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def outcome(status: int, headers: Mapping[str, str], body: bytes, *reference: str | int) -> SendOutcome:
    """Return what an HTTP answer means.

    The provider's id is found at a path of names and indexes in its JSON. 4xx says that the SMS was not taken: for ever
    where the SMS itself is at fault, for now where the account or the rate is. Any other failure leaves it in doubt.
    """
    reason = f"HTTP {status}: {body[:200].decode(errors='replace')}"
    if 200 <= status < 300:
        return SendOutcome("sent", reference=value_in(answer_json(body), *reference))
    if status in _BUSY or status in _OUR_FAULT:
        return SendOutcome("not_sent", reason=reason, retry_after=retry_after(headers))
    if 400 <= status < 500 and status != 408:
        return SendOutcome("refused", reason=reason)
    return SendOutcome("in_doubt", reason=reason, retry_after=retry_after(headers))


def answer_json(body: bytes) -> Any:
    """Return an answer's JSON, None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def value_in(answer: Any, *path: str | int) -> str | None:
    """Return the text or number at a path, as text."""
    for step in path:
        if isinstance(step, int) and isinstance(answer, list) and step < len(answer):
            answer = answer[step]
        elif isinstance(step, str) and isinstance(answer, dict):
            answer = answer.get(step)
        else:
            return None
    return str(answer) if isinstance(answer, str | int) and not isinstance(answer, bool) and path else None


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Return the seconds that Retry-After asks for.

    RFC 9110, 10.2.3; at most a day; a date counts from the answer's own.
    """
    named = {name.lower(): value.strip() for name, value in headers.items()}
    retry_after_header = named.get("retry-after", "")
    if retry_after_header.isascii() and retry_after_header.isdigit():
        return min(int(retry_after_header[:6]), LONGEST_WAIT)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - large, and intake never needs it

    try:
        wait = parsedate_to_datetime(retry_after_header) - parsedate_to_datetime(named.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0, min(int(wait.total_seconds()), LONGEST_WAIT))


def required(secrets: Secrets, name: str) -> str:
    """Return a setting that sending needs; raises CannotSend.

    It is the current value of one in rotation.
    """
    kept = secrets.get(name)
    value = kept[0] if isinstance(kept, list | tuple) and kept else kept
    if not isinstance(value, str) or not value:
        raise CannotSend(f"the setting {name} is not set")
    return value


def sender_of(secrets: Secrets, message: OutboundSms) -> str | None:
    """Return whom an SMS comes from.

    It is the setting `sender`, else what the message asks for; None leaves it to the account.
    """
    return secrets.get("sender") or message.sender


def one_of_ours(secrets: Secrets, sender: str | None) -> str | None:
    """Return a sender that is ours; raises CannotSend.

    If only those in the setting `sender`, one or a list, are ours: the one that was asked for if it is among them, else
    the first; None without the setting.
    """
    kept = secrets.get("sender") or []
    ours = kept if isinstance(kept, list) else [kept]
    if not all(isinstance(number, str) and number for number in ours):
        raise CannotSend("the setting sender must be a text or a list of texts")
    return sender if sender in ours else next(iter(ours), None)


def base_url(secrets: Secrets, default: str | None = None) -> str:
    """Return where a provider's API is; raises CannotSend.

    It is the setting `base_url` (regional, private), else the usual.
    """
    written = str(secrets.get("base_url") or default or required(secrets, "base_url"))
    return secure_url(written if "://" in written else f"https://{written}", "base_url").rstrip("/")


def secure_url(written: str, setting: str) -> str:
    """Return a URL to which credentials and texts may go.

    It is HTTPS, or HTTP within this machine. Raises CannotSend.
    """
    try:
        url = urlsplit(written)
        host, _ = url.hostname, url.port
    except ValueError as fault:
        raise CannotSend(f"the setting {setting} is not a URL: {fault}") from fault
    if not host or url.scheme not in {"http", "https"}:
        raise CannotSend(f"the setting {setting} must be a URL such as https://api.example.org")
    if url.scheme == "http" and host not in _LOOPBACK:
        raise CannotSend(f"the setting {setting} must begin with https://: {host} is not this machine")
    return written


def receipt_url(secrets: Secrets, name: str, api_url: str) -> str | None:
    """Return the URL that a provider's receipts come to.

    It has the proof that its settings ask for; None where none is known. `public_url` in the settings decides; else it
    is the provider's webhook under `api_url`.
    """
    if secrets.get("public_url"):
        return str(secrets["public_url"]).partition("#")[0]
    if not api_url:
        return None
    webhook = f"{api_url}/webhooks/{name}"
    if secrets.get("path_token"):
        return f"{webhook}/{quote(required(secrets, 'path_token'), safe='')}"
    if secrets.get("query_token"):
        return f"{webhook}?{urlencode({'token': required(secrets, 'query_token')})}"
    if secrets.get("basic_user"):
        user, password = (quote(required(secrets, setting), safe="") for setting in ("basic_user", "basic_password"))
        return webhook.replace("://", f"://{user}:{password}@", 1)
    return webhook


def get_request(
    url: str,
    query: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> OutboundRequest:
    """Make a GET that asks for JSON."""
    named = {"Accept": "application/json", **_authorization(basic), **(headers or {})}
    return OutboundRequest("GET", f"{url}?{urlencode(query)}" if query else url, named, b"")


def form_request(
    url: str, fields: Mapping[str, str], basic: tuple[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> OutboundRequest:
    """Make a POST of a form."""
    named = {"Content-Type": "application/x-www-form-urlencoded", **_authorization(basic), **(headers or {})}
    return OutboundRequest("POST", url, named, urlencode(fields).encode())


def json_request(
    url: str, document: object, basic: tuple[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> OutboundRequest:
    """Make a POST of JSON."""
    named = {"Content-Type": "application/json", **_authorization(basic), **(headers or {})}
    return OutboundRequest("POST", url, named, json.dumps(document, ensure_ascii=False).encode())


def state_of(word: str, delivered: Container[str], failed: Container[str]) -> ReceiptState:
    """Return a receipt's state from a provider's word."""
    if word in delivered:
        return "delivered"
    return "failed" if word in failed else "on_its_way"


def _authorization(basic: tuple[str, str] | None) -> dict[str, str]:
    if basic is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(":".join(basic).encode()).decode()}
