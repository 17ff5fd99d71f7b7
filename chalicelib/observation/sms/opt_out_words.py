"""Opting out: an SMS that is nothing but a wish's word.

The wish is for no more SMS, or for SMS again. `cancel` is no such word here, though some providers take it for one: in
an observer's SMS it means that a report is void, and such an SMS is held.
"""

import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final, get_args

from chalicelib.observation.sms.look_alikes import skeleton
from chalicelib.observation.sms.phones import OptOutState

WISHES: Final[tuple[OptOutState, ...]] = get_args(OptOutState)


def wish_in(text: str) -> OptOutState | None:
    """Return the wish that is all that a text says.

    It is None where it says anything else. Case, look-alike letters, blanks, punctuation and emoji do not matter; a
    single further letter or digit does.
    """
    written = unicodedata.normalize("NFKC", text)
    return _wishes().get(skeleton("".join(filter(str.isalnum, written))))


@cache
def words() -> Mapping[OptOutState, Mapping[str, tuple[str, ...]]]:
    """Return the words by wish and language.

    The first of a language is the one that it is taught by.
    """
    read = json.loads((resources.files(__package__) / "opt_out_words.json").read_text("utf-8"))
    return {wish: {language: tuple(words) for language, words in read[wish].items()} for wish in WISHES}


def word(wish: OptOutState, language: str) -> str:
    """Return the word by which a wish is taught in a language.

    It is the English one where the language has none.
    """
    taught = words()[wish]
    return taught.get(language, taught["en"])[0]


@cache
def _wishes() -> Mapping[str, OptOutState]:
    return {
        skeleton(phrase.replace(" ", "")): wish
        for wish, taught in words().items()
        for phrases in taught.values()
        for phrase in phrases
    }
