"""Bodies with the types that their documents ask for, and the strangest values that those allow."""

import random
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

USUAL = ("1", "1001", "OP", "TU", "-", "A", "Bishkek", "+996502000000", "generic#x", "reply", "2026-10-04T12:00:00Z")
WIDEST = "\U0010ffff"
ODD = ("", " ", "\x00", "#", "a#b#c", "/", "é", "\u202e", "0" * 40)
MANY = 3
LEFT_OUT = 0.3


def typed_body(chance: random.Random, model: type[BaseModel]) -> dict[str, Any]:
    """Return a body of a model's fields, some of the optional ones left out."""
    schema = model.model_json_schema()
    body = _value(chance, schema, schema.get("$defs", {}))
    assert isinstance(body, dict)
    return body


def _value(chance: random.Random, schema: Mapping[str, Any], shared: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return _value(chance, shared[schema["$ref"].rpartition("/")[2]], shared)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return _value(chance, chance.choice(choices), shared)
    return _plain(chance, schema, shared)


def _plain(chance: random.Random, schema: Mapping[str, Any], shared: Mapping[str, Any]) -> Any:
    value: Any = None
    match schema:
        case {"const": constant}:
            value = constant
        case {"enum": constants}:
            value = chance.choice(constants)
        case {"type": "object"}:
            value = _fields(chance, schema, shared)
        case {"type": "array"}:
            count = chance.randrange(schema.get("minItems", 0), MANY + 1)
            value = [_value(chance, schema.get("items", {}), shared) for _ in range(count)]
        case {"type": "integer" | "number"}:
            value = chance.choice((schema.get("minimum", 0), schema.get("maximum", 10**9), 1))
        case {"type": "boolean"}:
            value = chance.random() < 0.5
        case {"type": "string"}:
            value = _text(chance, schema)
    return value


def _fields(chance: random.Random, schema: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    fields = {
        name: _value(chance, field, shared)
        for name, field in schema.get("properties", {}).items()
        if name in required or chance.random() > LEFT_OUT
    }
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        fields |= {chance.choice((*USUAL, *ODD)): _value(chance, others, shared) for _ in range(MANY)}
    return fields


def _text(chance: random.Random, schema: Mapping[str, Any]) -> str:
    longest = schema.get("maxLength", 100)
    kind = chance.random()
    if kind < 0.5:
        return chance.choice(USUAL)
    return chance.choice(ODD)[:longest] if kind < 0.8 else WIDEST * min(longest, 5_000)
