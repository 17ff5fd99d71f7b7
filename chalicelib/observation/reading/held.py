"""Texts that mark themselves as no report: a test, an example, a cancellation, our own reply (GRAMMAR: "Held")."""

import re
from collections.abc import Sequence
from functools import lru_cache

from chalicelib.observation.reading.words import words

QUOTED_REPLY = "quoted_reply"


def held_words(read_words: Sequence[str]) -> str | None:
    """The first phrase of the catalogue that marks a text as not to be counted, None where there is none.

    `read_words` are skeletons of the words outside comments and incident texts, in their order.
    """
    if _first_words().isdisjoint(read_words):
        return None
    found = _phrases().search(" ".join(read_words))
    return found[0].lower() if found else None


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    return frozenset(phrase.split()[0] for phrase in words().held)


@lru_cache(maxsize=1)
def _phrases() -> re.Pattern[str]:
    alternatives = "|".join(sorted(map(re.escape, words().held), key=len, reverse=True))
    return re.compile(rf"(?<!\S)(?:{alternatives})(?!\S)")
