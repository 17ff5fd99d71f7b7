"""Read parts of the day beside an hour.

`1:30pm`, `7.30 утра`, `кечинде 8:05` (docs/grammar.md, "Times").
"""

from collections.abc import Mapping
from typing import Final

from chalicelib.observation.reading.model import Reason

PART: Final = "\x03"
"""Stands around the name of a part of the day in what was typed after a code."""

_AS_WRITTEN: Final[Mapping[str, frozenset[int]]] = {
    "am": frozenset(range(12)),
    "pm": frozenset(range(12, 24)),
    "morning": frozenset(range(12)),
    "day": frozenset((11, 12, *range(13, 18))),
    "evening": frozenset(range(16, 24)),
    "night": frozenset((0, 1, 2, 3, 4, 22, 23)),
}
_TWELVE_LATER: Final[Mapping[str, frozenset[int]]] = {
    "pm": frozenset(range(1, 12)),
    "day": frozenset(range(1, 6)),
    "evening": frozenset(range(4, 12)),
    "night": frozenset((9, 10, 11)),
}


def hour_of_day(hour: int, part: str) -> tuple[int, None] | tuple[None, Reason]:
    """Return an hour of a part of the day, or why none.

    An hour beyond twelve that the part does not have contradicts it: `out_of_range`. Any other is `ambiguous`.
    """
    if part == "am" and hour == _NOON:
        return 0, None
    if hour in _AS_WRITTEN[part]:
        return hour, None
    if hour in _TWELVE_LATER.get(part, ()):
        return hour + _NOON, None
    return None, "out_of_range" if hour > _NOON else "ambiguous"


_NOON: Final = 12
