"""What every change by an operator has in common.

The version that they have seen, and the note that says why.
"""

import json
import re
from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.problem import Problem

_VERSION = re.compile(r'(?:W/)?"?(\d{1,9})"?', re.ASCII)
LONGEST_BODY = 10_000
"""Characters of a request's body: a note has 500."""


def seen_version(request: Any) -> int:
    """Return the version that If-Match names.

    Problem where it names none.
    """
    written: str | None = request.headers.get("if-match")
    if written is None:
        detail = 'Name the version that you have seen, as its ETag says: If-Match: "1".'
        raise Problem(HTTPStatus.PRECONDITION_REQUIRED, detail)
    version = _VERSION.fullmatch(written.strip())
    if version is None:
        raise Problem(HTTPStatus.PRECONDITION_FAILED, f"{written} is no version; read it again.")
    return int(version[1])


def note_of(request: Any) -> str:
    """Return the note in the body, `{"note": …}`, or "".

    Problem where the body is something else.
    """
    body: bytes | str = request.raw_body
    if not body:
        return ""
    if len(body) > LONGEST_BODY:
        raise Problem(HTTPStatus.BAD_REQUEST, f"The body is longer than {LONGEST_BODY} characters.")
    try:
        document = json.loads(body)
    except RecursionError as nested:
        raise Problem(HTTPStatus.BAD_REQUEST, "The body is nested too deeply.") from nested
    except ValueError as invalid:
        raise Problem(HTTPStatus.BAD_REQUEST, f"The body is no JSON: {invalid}.") from invalid
    note = document.get("note", "") if isinstance(document, dict) else None
    if not isinstance(note, str):
        raise Problem(HTTPStatus.BAD_REQUEST, 'The body holds {"note": "…"}, or nothing.')
    if not note.isascii() and any("\ud800" <= character <= "\udfff" for character in note):
        raise Problem(HTTPStatus.BAD_REQUEST, "The note holds half of a character, which no text can.")
    return note
