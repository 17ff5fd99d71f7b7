"""Attributes that hold whole numbers, instants, and words of a kind."""

import datetime as dt
from typing import Any, TypeVar

from pynamodb.attributes import Attribute, UTCDateTimeAttribute
from pynamodb.constants import NUMBER, NUMBER_SET, STRING

_WRITTEN = len("2017-10-15T08:00:00.000000+0000")
Word = TypeVar("Word", bound=str)


class IntAttribute(Attribute[int]):
    """A whole number."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """Write the number as DynamoDB takes it."""
        return str(int(value))

    def deserialize(self, value: str) -> int:
        """Read the number."""
        return int(value)


class IntSetAttribute(Attribute[set[int]]):
    """Whole numbers, each once."""

    attr_type = NUMBER_SET

    def serialize(self, value: set[int]) -> list[str]:
        """Write the numbers as DynamoDB takes them."""
        return [str(int(number)) for number in value]

    def deserialize(self, value: list[str]) -> set[int]:
        """Read the numbers."""
        return {int(number) for number in value}


class InstantAttribute(UTCDateTimeAttribute):
    """An instant, aware, as PynamoDB writes it."""

    def serialize(self, value: dt.datetime) -> str:
        """Write the instant, in a quarter of `strftime`'s time."""
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "+0000"

    def deserialize(self, value: str) -> dt.datetime:
        """Read the instant, in a fifth of PynamoDB's time."""
        if len(value) != _WRITTEN or not value.endswith("+0000"):
            return super().deserialize(value)  # type: ignore[no-untyped-call, no-any-return]
        return dt.datetime.fromisoformat(value)


class WordAttribute(Attribute[Word]):
    """One of a few words that only this code writes.

    For example `WordAttribute[Severity]()`.
    """

    attr_type = STRING

    def serialize(self, value: Any) -> Any:
        """Write the word."""
        return str(value)

    def deserialize(self, value: Any) -> Any:
        """Read the word."""
        return value
