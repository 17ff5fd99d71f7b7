"""What a coordinator's SMS asks for: a command word in any language, then an incident's number, a time or a name.

A text that does not begin with a command word is no command. Words are compared as the eye sees them, so that case and
letters that look alike do not matter; nothing else is guessed.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal, get_args

from chalicelib.observation.incidents import STEPS, Step
from chalicelib.observation.reading.letters import DIGITS, skeleton

Verb = Literal["acknowledge", "verify", "reject", "resolve", "reopen", "mute", "status", "missing", "help"]
VERBS: Final[tuple[Verb, ...]] = get_args(Verb)

LONGEST_MUTE: Final = dt.timedelta(hours=12)

_WORD = re.compile(r"[\s.,:;!*\-–—\"'«]*(?P<word>[^\W\d_]+|\?)")
_NUMBER = re.compile(
    r"[\s.,:;=\-–—\"'»]*(?:[#№]|no\.?|n\.?)?\s*(?P<number>[\dOoОоlIіІЗз]{1,6})(?![^\W_])", re.IGNORECASE
)
_DURATION = re.compile(
    r"(?:(?P<hours>\d{1,2})\s*(?:h|hours?|ч|час\w*|с|саат\w*))?\s*(?:(?P<minutes>\d{1,3})\s*(?:m|min\w*|м|мин\w*|мүн\w*))?",
    re.IGNORECASE,
)
_OFF: Final = frozenset(map(skeleton, ("0", "off", "стоп", "токтот")))


@dataclass(frozen=True, slots=True)
class Command:
    """A command: `number` of the incident that it is about, None where it names none; the rest of the text in `rest`.

    `typed` is the command word as it was written.
    """

    verb: Verb
    typed: str
    number: int | None = None
    rest: str = ""

    @property
    def step(self) -> Step | None:
        """The step of an incident's life that it asks for, None for another command."""
        return next((step for step in STEPS if step == self.verb), None)

    @property
    def is_whole(self) -> bool:
        """Whether it names all that it needs, so that it cannot be mere words."""
        if self.step is not None:
            return self.number is not None
        return self.verb != "mute" or mute_duration(self.rest) is not None


def command_in(text: str) -> Command | None:
    """The command that a text begins with, None where it begins with no command word. Pure; never raises."""
    written = unicodedata.normalize("NFKC", text)
    begun = _WORD.match(written)
    if begun is None:
        return None
    verb = _verbs().get(skeleton(begun["word"]))
    if verb is None:
        return None
    rest = written[begun.end() :]
    named = _NUMBER.match(rest) if verb in STEPS else None
    if named is None or not any(digit.isdecimal() for digit in named["number"]):
        return Command(verb, begun["word"], None, _trimmed(rest))
    number = int(named["number"].translate(DIGITS))
    return Command(verb, begun["word"], number, _trimmed(rest[named.end() :]))


def mute_duration(written: str) -> dt.timedelta | None:
    """How long SMS are to be muted: `2h`, `30m`, `1h30m`, zero for `0` or `off`; None where that is not clear."""
    if skeleton(written) in _OFF:
        return dt.timedelta()
    match = _DURATION.fullmatch(written.strip())
    if match is None or not (match["hours"] or match["minutes"]):
        return None
    asked = dt.timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return asked if asked <= LONGEST_MUTE else None


@cache
def words() -> Mapping[Verb, Mapping[str, tuple[str, ...]]]:
    """Command words by verb and language; the first of a language is the one that it is taught by."""
    file = resources.files("chalicelib.observation") / "command_words.json"
    read = json.loads(file.read_text("utf-8"))
    return {verb: {language: tuple(said) for language, said in read[verb].items()} for verb in VERBS}


def word(verb: Verb, language: str) -> str:
    """The word by which a command is taught in a language, in English where it has none."""
    taught = words()[verb]
    return taught.get(language, taught["en"])[0]


@cache
def _verbs() -> Mapping[str, Verb]:
    found = {skeleton(said): verb for verb, taught in words().items() for many in taught.values() for said in many}
    return {**found, "?": "help"}


def _trimmed(rest: str) -> str:
    return " ".join(rest.split()).strip(" .,:;=!-–—\"'«»")
