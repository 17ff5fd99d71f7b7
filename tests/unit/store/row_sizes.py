"""The size of a row as DynamoDB counts it, and its bound, for tests."""

from collections.abc import Mapping
from typing import Any

LARGEST_ROW = 400 * 1024


def size_of(value: Mapping[str, Any]) -> int:
    """Bytes of an attribute's value as AWS counts them (Amazon DynamoDB, "Item sizes and formats")."""
    [(kind, held)] = value.items()
    if kind == "N":
        return len(held) // 2 + 2
    if kind == "NS":
        return sum(len(number) // 2 + 2 for number in held)
    return len(held.encode()) if isinstance(held, str) else len(held) if isinstance(held, bytes) else 1


def row_bytes(row: Mapping[str, Mapping[str, Any]]) -> int:
    return sum(len(name.encode()) + size_of(value) for name, value in row.items())
