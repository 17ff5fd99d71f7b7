"""Read the bodies and queries that a provider sent: JSON and forms.

Every fault names its field.
"""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, unquote_to_bytes, urlsplit

from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.refusals import Malformed

FORM = "application/x-www-form-urlencoded"
_PLAIN = r"+2AA-\u0041"


def json_object(body: bytes) -> dict[str, Any]:
    """Read a body that is one JSON object.

    As `json_document` reads it.
    """
    return require_object(json_document(body))


def require_object(document: Any) -> dict[str, Any]:
    """Return a body's document, which must be an object."""
    if not isinstance(document, dict):
        raise Malformed("not_an_object", "the body must be one JSON object", "body")
    return document


def json_document(body: bytes) -> Any:
    """Read a body of JSON, strictly.

    No repeated names, no NaN. A byte order mark is let pass.
    """
    try:
        document = _STRICTLY.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise Malformed("not_utf8", f"the body is not UTF-8: byte {fault.start} cannot be read", "body") from fault
    except json.JSONDecodeError as fault:
        raise Malformed("not_json", f"the body is not JSON: {fault.msg} at character {fault.pos}", "body") from fault
    except (ValueError, RecursionError) as fault:
        raise Malformed(
            "not_json", "the body is JSON that cannot be read: a number too long or too deep", "body"
        ) from fault
    return document


def form_fields(request: WebhookRequest, charset: str = "utf-8") -> list[tuple[str, str]]:
    """Read a form body's fields in their order.

    Empty ones included, decoded by the charset that the request names, or by `charset`.
    """
    if not is_form(request):
        raise Malformed("content_type", f"the Content-Type must be {FORM}", "Content-Type")
    return _pairs(request.body.decode("latin-1"), charset_of(request) or charset)


def is_form(request: WebhookRequest) -> bool:
    """Tell whether the body is a form, or of no stated type."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() in {FORM, ""}


def charset_of(request: WebhookRequest) -> str | None:
    """Return the charset that the Content-Type names."""
    return named_charset(request.headers.get("content-type", ""))


def named_charset(content_type: str) -> str | None:
    """Return the charset that a Content-Type names."""
    named = re.search(r"charset\s*=\s*\"?([\w.:-]+)", content_type, re.IGNORECASE)
    return named[1] if named else None


def query_fields(url: str, charset: str = "utf-8") -> list[tuple[str, str]]:
    """Read the fields of a URL's query in their order.

    Empty ones included.
    """
    return _pairs(split_url(url).query, charset)


def query_bytes(url: str) -> dict[str, bytes]:
    """Read the fields of a URL's query as bytes.

    For a charset that stands in one of them; the first of a name counts.
    """
    by_name: dict[str, bytes] = {}
    for field in split_url(url).query.split("&"):
        name, _, value = field.partition("=")
        by_name.setdefault(unquote_plus(name), unquote_to_bytes(value.replace("+", " ")))
    return by_name


def require_undamaged(written: bytes, name: str) -> None:
    """Malformed where a query's field came with U+FFFD in it.

    API Gateway decodes queries as UTF-8 and puts U+FFFD in the place of all else (Developer Guide, "Important notes").
    """
    if "\ufffd".encode() in written:
        detail = f"the field {name} came damaged: a URL carries UTF-8 alone; send it in a POST's body"
        raise Malformed("damaged_query", detail, name)


def split_url(url: str) -> Any:
    """`urlsplit`, with Malformed for what is no URL."""
    try:
        return urlsplit(url)
    except ValueError as fault:
        raise Malformed("bad_url", "the URL cannot be read", "url") from fault


def single(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return fields by name.

    Malformed where one comes twice with different values, for then nobody knows which is meant.
    """
    by_name: dict[str, str] = {}
    for name, value in fields:
        if by_name.setdefault(name, value) != value:
            raise Malformed("repeated_field", f"the field {name} is there twice, with different values", name)
    return by_name


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    by_name: dict[str, Any] = {}
    for name, value in pairs:
        if name in by_name:
            raise Malformed("repeated_field", f"the field {name} is there twice", name)
        by_name[name] = value
    return by_name


def _no_constant(name: str) -> None:
    raise Malformed("not_json", f"{name} is no JSON value", "body")


_STRICTLY = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


def _pairs(encoded: str, charset: str) -> list[tuple[str, str]]:
    """Fields in a charset."""
    if not is_charset_of_forms(charset):
        raise Malformed("not_a_form", f"the form cannot be read: {charset} is no charset of forms", "body")
    try:
        return parse_qsl(encoded, keep_blank_values=True, encoding=charset, errors="replace", max_num_fields=1000)
    except ValueError as fault:
        raise Malformed("not_a_form", f"the form cannot be read: {fault}", "body") from fault


def is_charset_of_forms(charset: str) -> bool:
    """Tell whether it is a charset that has ASCII in it.

    Another, as UTF-7, makes half surrogate pairs of it, which are no text.
    """
    try:
        return _PLAIN.encode().decode(charset) == _PLAIN
    except (LookupError, ValueError):
        return False
