"""Names of forms with one letter wrong, missing, extra or swapped.

See docs/grammar.md, "Where a form is".
"""

from collections.abc import Iterator
from typing import Final

MISSPELT_FROM: Final = 6
"""Letters that an alias needs at least for one wrong letter to be forgiven."""


def deletions(aliases: Iterator[str]) -> dict[str, list[str]]:
    """Find long aliases by themselves and by one letter less.

    Shorter ones cannot be misspelt.
    """
    by_shape: dict[str, list[str]] = {}
    for alias in aliases:
        if len(alias) >= MISSPELT_FROM:
            for less in {alias, *shorter(alias)}:
                by_shape.setdefault(less, []).append(alias)
    return by_shape


def shorter(shape: str) -> Iterator[str]:
    """Give what one letter less leaves of a word."""
    return (shape[:at] + shape[at + 1 :] for at in range(len(shape)))


def one_edit(alias: str, shape: str) -> bool:
    """Tell whether one edit makes one word of the other.

    One letter may be wrong, missing, extra or swapped.
    """
    begin = 0
    while begin < min(len(alias), len(shape)) and alias[begin] == shape[begin]:
        begin += 1
    if len(alias) != len(shape):
        longer, shorter = sorted((alias, shape), key=len, reverse=True)
        return longer[begin + 1 :] == shorter[begin:]
    swapped = alias[begin : begin + 2] == shape[begin : begin + 2][::-1] and alias[begin + 2 :] == shape[begin + 2 :]
    return swapped or alias[begin + 1 :] == shape[begin + 1 :]
