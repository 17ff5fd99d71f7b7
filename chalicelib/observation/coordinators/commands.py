"""What a coordinator's SMS asks for: a command.

A command word in any language, then an incident's number, a time or a name. A text that does not begin with a command
word is no command. Words are compared as the eye sees them, so that case and letters that look alike do not matter;
nothing else is guessed. `incident_numbers` says which incidents it is about.
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

from chalicelib.observation.coordinators.incident_numbers import meant_by
from chalicelib.observation.incidents.lifecycle import STEPS, Step
from chalicelib.observation.reading.normalise import folded
from chalicelib.observation.sms.look_alikes import skeleton

Verb = Literal["acknowledge", "verify", "reject", "resolve", "reopen", "mute", "status", "missing", "help"]
VERBS: Final[tuple[Verb, ...]] = get_args(Verb)

LONGEST_MUTE: Final = dt.timedelta(hours=12)

_WORD = re.compile(r"[\s.,:;!*\-–—\"'«(]*(?P<word>[^\W\d_]+|\?)")
_HOUR: Final = r"(?:h|hrs?|hours?|ч|час\w*|с|саат\w*)"
_MINUTE: Final = r"(?:m|min\w*|м|мин\w*|мүн\w*)"
_DURATION = re.compile(
    rf"(?:(?:for|на)\s+)?(?:(?P<hours>\d{{1,2}})\s*{_HOUR})?\s*(?:(?P<minutes>\d{{1,3}})\s*{_MINUTE})?",
    re.IGNORECASE,
)
_ONE_HOUR = re.compile(r"(?:(?:for|на)\s+)?(?:(?:an|one|один|бир)\s+)?(?:hour|час|саат)", re.IGNORECASE)
_MARKS: Final = " .,:;=!-–—/\"'«»"
_OFF: Final = frozenset(map(skeleton, ("0", "off", "стоп", "токтот")))


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its word, incident numbers, and the rest.

    `numbers` of the incidents that it is about, none where it names none; the rest of the text in `rest`. `typed` is
    the command word as it was written. `is_doubtful`: which incidents it is about, or what is to be done with them, is
    not clear.
    """

    verb: Verb
    typed: str
    numbers: tuple[int, ...] = ()
    rest: str = ""
    is_doubtful: bool = False

    @property
    def step(self) -> Step | None:
        """The step of an incident's life that it asks for, or None."""
        return next((step for step in STEPS if step == self.verb), None)

    @property
    def is_whole(self) -> bool:
        """Whether it names all that it needs.

        Such a text cannot be mere words.
        """
        if self.step is not None:
            return bool(self.numbers)
        return self.verb != "mute" or mute_duration(self.rest) is not None


def command_in(text: str) -> Command | None:
    """Return the command that a text begins with.

    It is None if the text begins with no command word. Pure; never raises.
    """
    written = unicodedata.normalize("NFKC", folded(text))
    begun = _WORD.match(written)
    verb = verb_of(begun["word"]) if begun else None
    if begun is None or verb is None:
        return None
    rest = written[begun.end() :]
    if verb not in STEPS:
        return Command(verb, begun["word"], rest=_trimmed(rest))
    named = meant_by(rest, verb, verb_of)
    return Command(verb, begun["word"], named.numbers, _trimmed(named.rest), named.is_doubtful)


def mute_duration(written: str) -> dt.timedelta | None:
    """Return how long SMS are to be muted.

    `2h`, `for 30m`, `час`, zero for `0` or `off`; None where that is not clear.
    """
    if skeleton(written) in _OFF:
        return dt.timedelta()
    if _ONE_HOUR.fullmatch(written.strip()):
        return dt.timedelta(hours=1)
    match = _DURATION.fullmatch(written.strip())
    if match is None or not (match["hours"] or match["minutes"]):
        return None
    duration = dt.timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return duration if duration <= LONGEST_MUTE else None


@cache
def words() -> Mapping[Verb, Mapping[str, tuple[str, ...]]]:
    """Return command words by verb and language.

    The first of a language is the one that it is taught by.
    """
    file = resources.files(__package__) / "command_words.json"
    read = json.loads(file.read_text("utf-8"))
    return {verb: {language: tuple(taught) for language, taught in read[verb].items()} for verb in VERBS}


def word(verb: Verb, language: str) -> str:
    """Return the word by which a command is taught in a language.

    It is the English one if the language has none.
    """
    taught = words()[verb]
    return taught.get(language, taught["en"])[0]


def verb_of(word: str) -> Verb | None:
    """Return the command whose word this is, in any language."""
    return _verbs().get(skeleton(word))


@cache
def _verbs() -> Mapping[str, Verb]:
    verbs = {
        skeleton(taught): verb
        for verb, by_language in words().items()
        for many in by_language.values()
        for taught in many
    }
    return {**verbs, "?": "help"}


def _trimmed(rest: str) -> str:
    return " ".join(rest.split()).strip(_MARKS if "(" in rest else _MARKS + ")")
