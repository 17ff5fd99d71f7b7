"""Take what is searched for from headers, and not from addresses.

Whoever carries a request writes its address down. A field of a query that may hold a name or words of an SMS is
declared by `searched`. `Search-Text: %D0%90%D0%B9`, UTF-8 and percent-encoded (RFC 3986), for headers are ASCII.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from pydantic import BaseModel, Field

from chalicelib.entrypoints.api.problem import Problem

LONGEST = 600
"""Characters of what is searched for, as it is written: a hundred letters that are not ASCII."""
SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"}
_MARK = "x-search-header"


def searched() -> Any:
    """Declare a query's optional field that a header says."""
    return Field(default=None, max_length=LONGEST, json_schema_extra={_MARK: True})


def search_headers(model: type[BaseModel]) -> dict[str, str]:
    """Return the header of each such field, by the field's name."""
    return {
        name: f"Search-{name.title()}"
        for name, field in model.model_fields.items()
        if isinstance(field.json_schema_extra, dict) and _MARK in field.json_schema_extra
    }


def words_of(model: type[BaseModel], query: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    """Return what the headers say of a query's fields.

    Raises Problem where the address says it.
    """
    words = {}
    for name, header in search_headers(model).items():
        if name in query:
            what = f"Say it in the header {header}, percent-encoded: addresses are logged"
            raise Problem(HTTPStatus.BAD_REQUEST, f"{what}.", errors=[{"at": f"/{name}", "what": what}])
        if written := headers.get(header.lower()):
            words[name] = unquote(written)
    return words
