"""Read the answer after a code, by the question's type.

It is the fourth stage (docs/grammar.md, "Values").

What stands after a code is canonical text: separators, digits, value words, `~` for whatever makes a number doubtful
and `&` for a word that joins a list.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from chalicelib.observation.elections.election import Question
from chalicelib.observation.reading.answer_names import answer_names
from chalicelib.observation.reading.dates import read_date
from chalicelib.observation.reading.day_parts import PART, hour_of_day
from chalicelib.observation.reading.model import UNKNOWN, Reason, Value
from chalicelib.observation.reading.words import words
from chalicelib.observation.sms.look_alikes import skeleton

DOUBT: Final = "~"
JOIN: Final = "&"
BREAK: Final = "\x02"
"""Stands where something was passed over between two numbers: they are never one number."""
NOT_KNOWN: Final = "\x1a"
"""What stands for a word by which the observer says that they do not know: no text has this character left."""

_BEFORE_TEXT: Final = " \t\n\r:=;,.-–—/|"
_AFTER_TEXT: Final = " \t\n\r;,|"
_EDGES: Final = " \t\n\r;,.:-=/|()*!\"'&\\•·"
_OUTSIDE = re.compile(r"^\W+|\W+$")
_GROUPED: Final = str.maketrans("", "", " ,.'")
_INTEGER = re.compile(r"\d+|[1-9]\d{0,2}(?:([ ,.'])\d{3})(?:\1\d{3})*")
_MINUS = re.compile(r"\s*[=:]\s*-\d")
_TIME = re.compile(r"(\d{1,2})(?:[^\w~\n]{1,2}|\s?[чЧhH]\s?)(\d{2})(?:\s?(?:[мМmM]|мин|МИН|min))?|(\d{1,2})(\d{2})")
_CLOCK_MARK = re.compile(r"(?<=\d)\s?[чЧhH]\b")
_DECIMAL = re.compile(r"\d+(?:[.,]\d+)?")
_OPEN_POINT = re.compile(r"\W*[.,]\d")
_EITHER_COMMA = re.compile(r"[1-9]\d{0,2},\d{3}")
_WHOLE = re.compile(r"(?:[ :=-]|\. )?(\d{1,9})")
"""A number as it mostly stands behind its code."""
_NUMBER = re.compile(r"\d+")
_RANGE = re.compile(r"\d\s*(?:-|\.\.)[\s.]*\d")
_BROKEN_GROUP = re.compile(r"\d+(?:[.,']\d+)+")

_VALUES_KEPT: Final = 2_000
_LONGEST_KEPT: Final = 24
"""Characters of the longest value that is kept; nearly all are shorter, and long ones would fill the memory."""

Answer = tuple[Value, None] | tuple[None, Reason]


class Values(dict[str, Answer]):
    """What was typed after a question's code → the answer.

    The answer that is read in it, worked out when it is first met.

    `year`: the year of a date without one. `names`: answers that are words, options' labels and "not known". `plain`: a
    whole number is nothing but itself.
    """

    def __init__(self, question: Question, year: int) -> None:
        super().__init__()
        self.question = question
        self.year = year
        self.names = answer_names(question)
        self.plain = question.type == "integer" and not question.unknown

    def __missing__(self, typed: str) -> Answer:
        number = _WHOLE.fullmatch(typed) if self.plain else None
        answer = _in_range(self.question, int(number[1])) if number else interpret(self.question, typed, self.year)
        if len(typed) <= _LONGEST_KEPT:
            if len(self) >= _VALUES_KEPT:
                self.clear()
            self[typed] = answer
        return answer


def interpret(question: Question, typed: str, year: int) -> Answer:
    """Read a canonical answer of a question's type, or why none.

    In what was typed after its code.
    """
    if question.type == "text":
        return _text(question, typed)
    if _is_doubtful(question, typed):
        return None, "ambiguous"
    inner = typed.strip(_EDGES)
    if not (inner[:1] + inner[-1:]).isalnum() and PART not in inner and NOT_KNOWN not in inner:
        inner = _OUTSIDE.sub("", inner)
    if question.unknown and (inner == NOT_KNOWN or _plain_number(inner) in question.unknown):
        return UNKNOWN, None
    return read_date(inner, year) if question.type == "date" else _TYPES[question.type](question, inner)


def _is_doubtful(question: Question, typed: str) -> bool:
    """Whether something among what was typed keeps any answer from being certain."""
    if DOUBT in typed or BREAK in typed or (NOT_KNOWN in typed and typed.strip(_EDGES) != NOT_KNOWN):
        return True
    if "-" in typed and question.type in ("integer", "decimal") and _MINUS.match(typed):
        return True
    return question.type == "decimal" and _OPEN_POINT.match(typed) is not None


def _plain_number(inner: str) -> str:
    """Return a number without separators and leading zeros.

    Its thousands' separators; anything else as it is.
    """
    return inner.translate(_GROUPED).lstrip("0") if _INTEGER.fullmatch(inner) else inner


def _text(question: Question, typed: str) -> Answer:
    """Read a text as it was typed; refuse a long one.

    What separates it from its neighbours is left out.
    """
    text = typed.strip().lstrip(_BEFORE_TEXT).rstrip(_AFTER_TEXT)
    if not text:
        return None, "wrong_type"
    if skeleton(text) in map(skeleton, question.unknown):
        return UNKNOWN, None
    return (text, None) if len(text) <= question.max_length else (None, "out_of_range")


def _integer(question: Question, inner: str) -> Answer:
    if _INTEGER.fullmatch(inner) is None:
        return None, "wrong_type" if _BROKEN_GROUP.fullmatch(inner) else _why(inner)
    return _in_range(question, int(inner.translate(_GROUPED)[:_DIGITS_READ]))


_DIGITS_READ: Final = 30
"""Digits after which any number is out of range; Python refuses to read thousands of them."""


def _decimal(question: Question, inner: str) -> Answer:
    if _DECIMAL.fullmatch(inner) is None:
        return None, "wrong_type" if _BROKEN_GROUP.fullmatch(inner) else _why(inner)
    if _EITHER_COMMA.fullmatch(inner):
        return None, "ambiguous"
    return _in_range(question, Decimal(inner.replace(",", ".")[:_DIGITS_READ]))


def _in_range(question: Question, number: int | Decimal) -> Answer:
    least = 0 if question.min is None else question.min
    if number < least or (question.max is not None and number > question.max):
        return None, "out_of_range"
    if len(str(number)) >= _DIGITS_READ:
        return None, "out_of_range"
    return number, None


def _yesno(_: Question, inner: str) -> Answer:
    answers = _answers(inner)
    if answers is None:
        return None, _why(inner)
    if len(answers) == 1:
        return answers.pop(), None
    return None, "out_of_range" if not answers else "ambiguous"


def _answers(inner: str) -> set[bool] | None:
    """Return the different answers in a run of yes and no.

    It is None for a number but 1 and 2, None for anything else.
    """
    if inner.isdigit():
        return {"1": {True}, "2": {False}}.get(inner.lstrip("0")[:2], set())
    different: set[bool] = set()
    for word in re.findall(r"[^\W_]+", inner):
        answer = {"1": True, "2": False}.get(word)
        if answer is None:
            answer = words().values.get(skeleton(word))
        if answer is None:
            return None
        different.add(answer)
    return different or None


def _choice(question: Question, inner: str) -> Answer:
    if not inner.isdigit():
        return None, _why(inner)
    option = int(inner[:_DIGITS_READ])
    return (option, None) if option in question.options else (None, "out_of_range")


def _choices(question: Question, inner: str) -> Answer:
    if re.search(r"[^\W\d]", inner) or not inner:
        return None, _why(inner)
    if _RANGE.search(inner):
        return None, "ambiguous"
    numbers = _NUMBER.findall(inner)
    single = all(option < 10 for option in question.options)
    groups = [[int(digit) for digit in number] if single else [int(number[:_DIGITS_READ])] for number in numbers]
    missing = [
        position for position, group in enumerate(groups) if any(number not in question.options for number in group)
    ]
    if missing:
        # A number apart that is no option may be anything: the list cannot take it in.
        apart = missing[0] > 0 and re.search(r"\d\s+\d", inner)
        return None, "ambiguous" if apart else "out_of_range"
    return tuple(sorted({option for group in groups for option in group})), None


def _time(_: Question, inner: str) -> Answer:
    part = None
    if inner[:1] == PART or inner[-1:] == PART:
        inner, part = _without_part(inner)
    match = _TIME.fullmatch(inner)
    if match is None:
        return None, _why(_CLOCK_MARK.sub("", inner))
    hour, minute = int(match[1] or match[3]), int(match[2] or match[4])
    if hour > 23 or minute > 59:
        return None, "out_of_range"
    if part is not None:
        of_day = hour_of_day(hour, part)
        if of_day[0] is None:
            return None, of_day[1]
        hour = of_day[0]
    return f"{hour:02}:{minute:02}", None


def _without_part(inner: str) -> tuple[str, str]:
    """Return a time and its part of the day.

    The part stands before or after it.
    """
    if inner[-1:] == PART:
        time, part, _ = inner.rsplit(PART, 2)
    else:
        _, part, time = inner.split(PART, 2)
    return time.strip(_EDGES), part


_TYPES: Final[Mapping[str, Callable[[Question, str], Answer]]] = {
    "integer": _integer,
    "decimal": _decimal,
    "yesno": _yesno,
    "choice": _choice,
    "choices": _choices,
    "time": _time,
}


def _why(inner: str) -> Reason:
    """Return why a type cannot take what was typed.

    Several things side by side are ambiguous, one is of the wrong type.
    """
    return "ambiguous" if len(re.findall(r"\d+|[^\W\d_]+", inner)) > 1 else "wrong_type"
