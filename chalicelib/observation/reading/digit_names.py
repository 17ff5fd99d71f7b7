"""Read forms' names typed with digits for letters.

`1N`, `0P`, `V0`; docs/grammar.md, "Where a form is".
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import product
from typing import Final, NamedTuple

from chalicelib.observation.reading.normalise import Canonical
from chalicelib.observation.sms.look_alikes import code_letter, looking_like, skeleton

DIGITS_FOR: Final[Mapping[str, str]] = {
    "O": "0", "I": "1l|!", "З": "3", "S": "5", "B": "8", "Б": "6", "G": "6", "Ч": "4", "Z": "2"
}  # fmt: skip
"""What may be typed for a capital letter, or a Cyrillic one that looks like it."""

_RUNS_KEPT: Final = 20_000
_RUNS: Final = re.compile(r"[^\W_]{2,24}")
_LETTER: Final = r"[^\W\d_]"


class RespeltText(NamedTuple):
    """A text with names in letters, and where each begins."""

    text: Canonical
    places: frozenset[int]


class DigitNames(dict[str, bool]):
    """Run of letters and digits → whether a digit-typed name begins it.

    The name of one of an election's forms.
    """

    def __init__(self, names: Iterable[str], codes: Container[str]) -> None:
        super().__init__()
        self._codes = codes
        self._names = [name for name in names if len(name) > 1 and not DIGITS_FOR.keys().isdisjoint(name)]
        self._patterns = {name: re.compile(_typed(name)) for name in self._names}
        self._hint = _hint(self._names)
        self._beginnings = frozenset(beginning for name in self._names for beginning in _beginnings(name))
        alternatives = "|".join(_typed(name) for name in sorted(self._names, key=len, reverse=True))
        self._pattern = re.compile(rf"(?:{alternatives})(?!{_LETTER}(?!\d))")

    def __missing__(self, run: str) -> bool:
        match = self._pattern.match(run)
        begins = match is not None and self._spelt(match, set()) != match[0]
        if len(self) >= _RUNS_KEPT:
            self.clear()
        self[run] = begins
        return begins

    def respelt(self, text: Canonical) -> RespeltText | None:
        """Return the text with such names in letters, if any.

        It is None where it has none.
        """
        if self._hint.search(text.text) is None:
            return None
        if not any(run[:2] in self._beginnings and self[run] for run in _RUNS.findall(text.text)):
            return None
        places: set[int] = set()
        spelt = self._pattern.sub(lambda match: self._spelt(match, places), text.text)
        return RespeltText(text._replace(text=spelt), frozenset(places)) if places else None

    def _spelt(self, match: re.Match[str], places: set[int]) -> str:
        typed = match[0]
        if not self._is_name(typed):
            return typed
        fitting = [name for name, pattern in self._patterns.items() if pattern.fullmatch(typed)]
        shapes = {skeleton(name) for name in fitting}
        if (
            len(shapes) != 1
            or not any(character.isalpha() for character in typed)
            or (typed.isalpha() and "l" not in typed)
        ):
            return typed
        places.add(match.start())
        return fitting[0]

    def _is_name(self, typed: str) -> bool:
        """Whether a word has a digit for a letter.

        It is then neither a number nor a code with its value.
        """
        if all(character.isalpha() and character != "l" for character in typed):
            return False
        valued = typed[1:].isdigit() and code_letter(typed[0]) in self._codes
        return any(character.isalpha() for character in typed) and not valued


def _hint(names: Iterable[str]) -> re.Pattern[str]:
    """Compile what every such name has.

    A letter right after a digit, a sign typed for I, or a digit at its end.

    It begins with a set of characters, so that nearly every text is passed over at once.
    """
    ended = [name for name in names if name[-1] in DIGITS_FOR]
    named = "|".join(f"(?<={''.join(_letters(name))})" for name in ended)
    last = re.escape("".join(sorted({DIGITS_FOR[name[-1]] for name in ended})))
    ends = rf"|(?<=[{last}])(?:{named})" if ended else ""
    return re.compile(rf"[\dl|!](?:(?<=[l|!])|(?={_LETTER}){ends})")


def _beginnings(name: str) -> Iterator[str]:
    """Yield two first characters of every spelling with a digit.

    Of a name, as it may be typed.
    """
    later = not DIGITS_FOR.keys().isdisjoint(name[2:])
    for first, second in product(*(looking_like(letter) + DIGITS_FOR.get(letter, "") for letter in name[:2])):
        if later or not (first.isalpha() and second.isalpha()) or "l" in (first, second):
            yield first + second


def _typed(name: str) -> str:
    first, *rest = _letters(name)
    return first + r"(?<![^\W_].)" + "".join(rest)


def _letters(name: str) -> list[str]:
    """Return the characters that may be typed per letter of a name."""
    typed = ("".join(sorted({*looking_like(letter), *DIGITS_FOR.get(letter, "")})) for letter in name)
    return [f"[{re.escape(characters)}]" for characters in typed]
