"""What a request must bring.

It brings a body that can be read, a version, a key.
"""

import re
from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.problem import Problem

LONGEST_BODY = 10_000
"""Bytes of a request's body: a note has 500 characters, an SMS 2,000."""
LONGEST_KEY = 100
_VERSION = re.compile(r'(?:W/)?"?([\w.-]{1,64})"?', re.ASCII)
_NUMBER = re.compile(r"(\d{1,9})(?:\.[0-9a-f]+)?", re.ASCII)
"""A version, alone or as an ETag has it that tells what is shown besides."""
_KEY = re.compile(rf"[\w.:-]{{1,{LONGEST_KEY}}}", re.ASCII)


def raw_body(http: Any, *, is_wanted: bool, largest: int = LONGEST_BODY) -> bytes:
    """Return the body's bytes, of a body that may be JSON.

    Problem where it is longer than `largest`, of another type, or where none is wanted.
    """
    body: bytes = http.raw_body or b""
    if not body:
        return b""
    if len(body) > largest:
        raise Problem(HTTPStatus.BAD_REQUEST, f"The body is longer than {largest} bytes.")
    if not is_wanted:
        raise Problem(HTTPStatus.BAD_REQUEST, "This route takes no body.")
    content_type: str = http.headers.get("content-type") or "application/json"
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send application/json; {content_type} is not read here.")
    return body


def seen_version(http: Any) -> str:
    """Return the version that If-Match names, without its quotes.

    Problem where it names none.
    """
    written: str | None = http.headers.get("if-match")
    if written is None:
        detail = 'Name the version that you have seen, as its ETag says: If-Match: "1".'
        raise Problem(HTTPStatus.PRECONDITION_REQUIRED, detail)
    version = _VERSION.fullmatch(written.strip())
    if version is None:
        raise Problem(HTTPStatus.PRECONDITION_FAILED, "What If-Match names is no version; read it again.")
    return version[1]


def version_number(seen: str) -> int:
    """Return a version that is a number; Problem where it is none."""
    version = _NUMBER.fullmatch(seen)
    if version is None:
        raise Problem(HTTPStatus.PRECONDITION_FAILED, f"{seen} is no version of this; read it again.")
    return int(version[1])


def idempotency_key(http: Any) -> str:
    """Return the request's Idempotency-Key.

    Problem where there is none, or it is none.
    """
    written: str | None = http.headers.get("idempotency-key")
    if written is None:
        detail = "Send an Idempotency-Key, a UUID made when the form was opened: then a repetition does no harm."
        raise Problem(HTTPStatus.BAD_REQUEST, detail)
    if not _KEY.fullmatch(written.strip()):
        detail = f"An Idempotency-Key has at most {LONGEST_KEY} letters, digits and .:-_"
        raise Problem(HTTPStatus.BAD_REQUEST, detail)
    return written.strip()
