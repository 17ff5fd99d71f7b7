"""Find texts that mark themselves as no report.

They are a test, an example, a cancellation, our own reply.

See docs/grammar.md, "Held". Such a phrase holds the answers, never the alarm.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Final

from chalicelib.observation.reading.tokens import Scan
from chalicelib.observation.reading.words import words

QUOTED_REPLY: Final = "quoted_reply"
_HOLDS: Final = attrgetter("holds")
_ASIDE: Final = frozenset(("courtesies",))


def held_phrase(scan: Scan, stretches: Sequence[tuple[int, int]]) -> str | None:
    """Return the first phrase that keeps a text from counting.

    It is None where there is none.

    `stretches` are the tokens outside comments and incident texts. A phrase that is also an ordinary word about what
    was seen marks it only at the start of the SMS or of a line, before any answer's code, or with no other words beside
    it.
    """
    if not any(map(_HOLDS, scan.words)):
        return None
    indexes = [index for begin, end in stretches for index in range(begin, end) if scan.words[index].typed]
    shapes = [scan.words[index].skeleton for index in indexes]
    text = " ".join(shapes)
    for phrase in _phrases().finditer(text):
        first = text.count(" ", 0, phrase.start())
        last = first + phrase[0].count(" ")
        if phrase[0] in words().held or _marks(scan, indexes[first], indexes[last]):
            return phrase[0].lower()
    return None


def _marks(scan: Scan, first: int, last: int) -> bool:
    """Whether an ordinary word marks a text.

    It opens a line, greetings aside, or stands alone between codes and the line's ends.
    """
    before = list(_line_before(scan, first))
    if all(not _ASIDE.isdisjoint(scan.words[index].roles) or scan.names_observer(index) for index in before):
        return True
    if not any(scan.words[index].letter is not None for index in before) and _names_form(scan, before):
        return True
    after = last + 1
    follows = after < len(scan.words) and "\n" not in scan.tokens[after][0] and _is_word(scan, after)
    return not follows and not (before and _is_word(scan, before[0]))


def _names_form(scan: Scan, indexes: Sequence[int]) -> bool:
    return any(scan.words[index].form is not None for index in indexes)


def _is_word(scan: Scan, index: int) -> bool:
    word = scan.words[index]
    return word.prose and word.form is None and _ASIDE.isdisjoint(word.roles)


def _line_before(scan: Scan, index: int) -> Iterator[int]:
    """Yield the tokens before one on its line, nearest first."""
    while not scan.starts_line(index):
        index -= 1
        yield index


@lru_cache(maxsize=1)
def _phrases() -> re.Pattern[str]:
    phrases = (*words().held, *words().held_alone)
    alternatives = "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))
    return re.compile(rf"(?<!\S)(?:{alternatives})(?!\S)")
