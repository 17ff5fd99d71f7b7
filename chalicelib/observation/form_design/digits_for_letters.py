"""Names and codes that a digit for a letter makes one.

`6A` for GA and БА, `V0` for VO and for an answer to V.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Final

from chalicelib.observation.form_design.confusion import Confusion, Name, Path
from chalicelib.observation.reading.digit_names import DIGITS_FOR

_AS_DIGITS: Final = str.maketrans({letter: digits[0] for letter, digits in DIGITS_FOR.items()})


def names_one_digit_apart(names: Iterable[Name], questions: Iterable[str]) -> Iterator[Confusion]:
    """Yield names that digits make one, or an answer to a question."""
    listed = [name for name in names if len(name.shape) > 1]
    for name, other in combinations(listed, 2):
        typed = _typed(name.shape)
        if name.form != other.form and name.shape != other.shape and typed == _typed(other.shape):
            reason = f"{other.written} and {name.written} are one with a digit for a letter, {typed}"
            yield Confusion(other.path, name.path, f"{reason}, which is then read as neither; choose another word")
    codes = frozenset(questions)
    for name in listed:
        rest = _typed(name.shape[1:])
        if rest.isdigit() and name.shape[0] in codes:
            code = name.shape[0]
            reason = f"{code}{rest} for {name.written} is an answer to {code}"
            yield Confusion(name.path, None, f"{reason}, so a digit for its letter is not repaired; use another word")


def codes_one_digit_apart(places: Mapping[str, Path]) -> Iterator[Confusion]:
    """Yield codes of one form that look alike by a digit.

    AB and A8.
    """
    for place, other in combinations(places, 2):
        if place[1:] != other[1:] and place[0] == other[0] and _typed(place[1:]) == _typed(other[1:]):
            yield Confusion(
                places[other], places[place], f"{place} and {other} look alike; use another letter or number"
            )


def _typed(shape: str) -> str:
    return shape.translate(_AS_DIGITS)
