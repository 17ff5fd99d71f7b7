"""Which incidents a coordinator's command is about.

They are numbers such as `17`, `№17`, `17, 18 и 19`, and it may not be clear which. A coordinator who takes the wrong
incident over keeps the right one from those who would act. So where a second number, another command or a counted noun
follows (`RESOLVE 5 questions`), the coordinator is asked, and nothing is done.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from chalicelib.observation.incidents.lifecycle import Step
from chalicelib.observation.sms.look_alikes import DIGITS, LIKE_DIGITS, skeleton

MOST_AT_ONCE: Final = 10
"""Incidents that one command may take over: their numbers still fit the reply."""

_SIGN: Final = r"(?:#|no\.?|n\.?|number|номер\w*|incident|инцидент\w*|окуя\w*)"
_DIGIT: Final = rf"[\d{LIKE_DIGITS}]"
_FIRST = re.compile(rf"[\s.,:;=\-–—\"'»(/]*(?:{_SIGN}\s*){{0,2}}(?P<number>{_DIGIT}{{1,6}})(?![^\W_])", re.IGNORECASE)
_SIGN_BEFORE = re.compile(rf"(?<![^\W_]){_SIGN}\s*(?=\d)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_LIST = re.compile(r"(?:[\w\s,;+&/()!]|\.(?!\d))*")
_APART = re.compile(r"(?<!\d)(?:\d[^\S\n]+\d+|\d+[^\S\n]+\d)(?!\d)")
"""A number of one digit beside another: `1 7` may be 17."""

_NOTE = re.compile(r"\s*[.:]\s")
_JOINING: Final = frozenset(map(skeleton, ("and", "и", "жана", "менен")))
_COUNTED: Final = frozenset(
    map(
        skeleton,
        (
            *("people", "persons", "voters", "observers", "ballots", "questions", "incidents", "times"),
            *("minute", "minutes", "min", "hour", "hours"),
            *("человек", "человека", "людей", "избирателя", "избирателей", "наблюдателя", "наблюдателей"),
            *("бюллетеня", "бюллетеней", "вопрос", "вопроса", "вопросов", "инцидента", "инцидентов", "раз", "раза"),
            *("мин", "минут", "минуты", "минуту", "час", "часа", "часов"),
            *("киши", "адам", "шайлоочу", "байкоочу", "бюллетень", "суроо", "жолу", "мүнөт", "мүнөттө", "саат"),
        ),
    )
)
"""Words after which a number counts things and is no incident's."""


@dataclass(frozen=True, slots=True)
class IncidentNumbers:
    """Numbers of incidents, and what follows them.

    There is no number where none is named. Also whether it is clear that they are meant.
    """

    numbers: tuple[int, ...]
    rest: str
    is_doubtful: bool = False


def meant_by(rest: str, step: Step, step_of: Callable[[str], str | None]) -> IncidentNumbers:
    """Return which incidents the text after a command word names.

    `step_of` knows the words of all commands. Never raises. Several may be taken over at once, if nothing but their
    numbers is said; any other step is taken one by one.
    """
    first = _FIRST.match(rest)
    number = _number(first["number"]) if first else None
    if first is None or number is None:
        return IncidentNumbers((), rest)
    after = rest[first.end() :]
    tail = _SIGN_BEFORE.sub("", after)
    words = _WORD.findall(tail)
    if step == "acknowledge":
        others = [_number(word) for word in words if skeleton(word) not in _JOINING and step_of(word) != step]
        listed = tuple(dict.fromkeys((number, *(other for other in others if other is not None))))
        if others and None not in others:
            is_clear = len(listed) <= MOST_AT_ONCE and _LIST.fullmatch(tail)
            return IncidentNumbers(listed, "", not is_clear or bool(_APART.search(f"{number}{tail}")))
    return IncidentNumbers((number,), after, _is_doubtful(step, tail, words, step_of))


def _is_doubtful(step: Step, tail: str, words: Sequence[str], step_of: Callable[[str], str | None]) -> bool:
    if any(step_of(word) and _number(next_word) is not None for word, next_word in pairwise(words)):
        return True
    meaningful = [word for word in words if skeleton(word) not in _JOINING]
    if not meaningful:
        return False
    if all(_number(word) is not None for word in meaningful):
        return True
    if step != "acknowledge" and _NOTE.match(tail):
        return False
    is_counted = tail[:1].isspace() and skeleton(meaningful[0]) in _COUNTED
    is_other_step = (
        step_of(meaningful[0]) in ("verify", "reject", "resolve", "reopen") and step_of(meaningful[0]) != step
    )
    return is_counted or is_other_step or _number(meaningful[0]) is not None


def _number(word: str) -> int | None:
    """Return the number that a word is.

    Letters that look like digits are read as such.
    """
    is_number = re.fullmatch(rf"{_DIGIT}{{1,6}}", word) and any(letter.isdecimal() for letter in word)
    return int(word.translate(DIGITS)) if is_number else None
