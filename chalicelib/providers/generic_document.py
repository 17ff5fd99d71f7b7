"""A described gateway's call as a document.

Its fields under the gateway's names, and the way to each. A way is names with dots between, an index where there is a
list: `contents.0.text`; "." is the whole document.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.providers.content import (
    FORM,
    charset_of,
    form_fields,
    is_form,
    json_document,
    query_bytes,
    query_fields,
    require_undamaged,
    single,
)
from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.encodings import decode_text
from chalicelib.providers.generic_format import Condition, Format, TextCoding
from chalicelib.providers.multipart import is_multipart, multipart_fields
from chalicelib.providers.refusals import Malformed
from chalicelib.providers.xml_body import TEXT, xml_object

_BYTES = "latin-1"
"""The charset in which every byte is one character."""


def document_of(request: WebhookRequest, described: Format, *, as_bytes: bool = False) -> Any:
    """Read the call's fields as the gateway names them; raises Malformed.

    `as_bytes`: of a form or query each byte is one character, for a text whose charset stands in the call.
    """
    charset = _BYTES if as_bytes else described.charset
    if described.method != request.method:
        raise Malformed("bad_method", f"the method must be {described.method}", "method")
    if request.method == "GET":
        for name, value in query_bytes(request.url).items():
            require_undamaged(value, name)
        return single(query_fields(request.url, charset))
    if described.body == "form":
        return single(_form(request, charset, is_forced=as_bytes))
    if described.body == "xml":
        return xml_object(request.body, charset_of(request))
    return json_document(request.body)


def value_at(document: Any, way: str) -> Any:
    """Return the value that a way leads to.

    Of an XML element its text; None where there is none. A field whose own name has dots in it goes before an inner
    one.
    """
    value = node_at(document, way)
    return value[TEXT] if isinstance(value, Mapping) and TEXT in value else value


def node_at(document: Any, way: str) -> Any:
    """Return the node that a way leads to.

    Of an XML element the whole; None where there is none.
    """
    if isinstance(document, Mapping) and way in document:
        return document[way]
    value = document
    for step in [] if way == "." else way.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and len(step) <= 4:
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value


def first_at(documents: Sequence[Any], ways: Sequence[str]) -> Any:
    """Return the first value that is there and not empty.

    The ways are tried in turn, in each document in turn.
    """
    empty = None
    for way in ways:
        for document in documents:
            value = value_at(document, way)
            if value not in (None, ""):
                return value
            empty = value if empty is None else empty
    return empty


def holds(condition: Condition, documents: Sequence[Any]) -> bool:
    """Tell whether every field of a condition has its value.

    One of its values, or is there where any value will do.
    """
    return all(_has(first_at(documents, (way,)), values) for way, values in condition.items())


def text_of(value: Any) -> Any:
    """Return a number as a text, all else as it is.

    A gateway's JSON may have numbers where ours has texts.
    """
    return json.dumps(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def coded_text(documents: Sequence[Any], described: Format, coding: TextCoding, *, is_part: bool) -> Any:
    """Decode the text by the charset that stands in the call.

    Raises Malformed.
    """
    written = text_of(first_at(documents, described.fields["text"]))
    if not isinstance(written, str) or (coding.written == "plain" and not described.is_form):
        return written
    named = text_of(first_at(documents, (coding.charset_field,))) if coding.charset_field else None
    charset = coding.charsets.get(str(named), described.charset) if coding.charsets else str(named or described.charset)
    return decode_text(_content(written, coding.written), charset, is_part=is_part)


def bytes_of(value: str) -> bytes:
    """Return the bytes of a value that was read as bytes."""
    return value.encode(_BYTES, "replace")


def _content(written: str, way: str) -> bytes:
    try:
        if way == "hex":
            return bytes.fromhex(written)
        if way == "base64":
            return base64.b64decode(written, validate=True)
    except (ValueError, binascii.Error) as fault:
        raise Malformed("bad_text", f"the text is not written in {way}", "text") from fault
    return bytes_of(written)


def _form(request: WebhookRequest, charset: str, *, is_forced: bool) -> list[tuple[str, str]]:
    if is_multipart(request):
        return multipart_fields(request, charset)
    if is_forced and is_form(request):
        request = replace(request, headers={**request.headers, "content-type": FORM})
    return form_fields(request, charset)


def _has(value: Any, values: frozenset[str] | None) -> bool:
    if values is None:
        return value not in (None, "")
    return str(text_of(value)) in values if value is not None else False
