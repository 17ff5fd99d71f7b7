"""Answers as JSON, and back by their question's type."""

from decimal import Decimal
from typing import Any

from chalicelib.observation.elections.election import Form
from chalicelib.observation.reading.model import Value


def value_json(value: Value) -> Any:
    """An answer as JSON: a decimal as a string, so that no digit is lost."""
    return str(value) if isinstance(value, Decimal) else list(value) if isinstance(value, tuple) else value


def value_from_json(form: Form, code: str, written: Any) -> Value:
    """An answer from its JSON, by its question's type."""
    question = form.by_code.get(code)
    if question is not None and question.type == "decimal":
        return Decimal(written)
    return tuple(written) if isinstance(written, list) else written
