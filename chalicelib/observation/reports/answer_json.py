"""Answers as JSON, and back by their question's type."""

from decimal import Decimal
from typing import Any, Final

from chalicelib.observation.elections.election import Form
from chalicelib.observation.reading.model import UNKNOWN, UnknownAnswer, Value

_UNKNOWN: Final = {"unknown": True}


def value_json(value: Value) -> Any:
    """Write an answer as JSON.

    A decimal becomes a string, so that no digit is lost; "not known" becomes `{"unknown": true}`.
    """
    match value:
        case Decimal():
            return str(value)
        case tuple():
            return list(value)
        case UnknownAnswer():
            return dict(_UNKNOWN)
        case _:
            return value


def value_from_json(form: Form, code: str, written: Any) -> Value:
    """Read an answer from its JSON, by its question's type."""
    if written == _UNKNOWN:
        return UNKNOWN
    question = form.by_code.get(code)
    if question is not None and question.type == "decimal":
        return Decimal(written)
    return tuple(written) if isinstance(written, list) else written
