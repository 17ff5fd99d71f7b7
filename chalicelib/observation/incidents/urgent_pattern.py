"""Tell at a glance that an SMS may open an incident.

Before anything is read.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from chalicelib.observation.elections.election import Election, Question
from chalicelib.observation.reading.digit_names import DIGITS_FOR as _DIGITS_FOR
from chalicelib.observation.reading.words import words
from chalicelib.observation.sms.look_alikes import DIGITS, LIKE_DIGITS, looking_like, skeleton

_LONG = 4
"""Letters from which on a name is known where it only begins a word."""
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_BETWEEN = r"[\W_]{0,3}"
"""What may stand between a question's code and its answer."""
_MORE_OPTIONS = r"[\d\W]{0,20}?"
"""What may stand before one of several options."""


def incident_pattern(election: Election) -> str | None:
    """Build a pattern for SMS (NFKC) that may open an incident.

    None if the election's can open none. It is found in every SMS that names the incidents' form, and in every one that
    gives a critical answer as observers are told to: the code, then the answer. It is coarse: what it finds may be
    anything, and is read as every SMS is. Letters that look alike are one.
    """
    patterns = [*_named(election), *_critical(election)]
    return "|".join(patterns) or None


def _named(election: Election) -> Iterator[str]:
    if election.incidents is not None:
        names = {skeleton(name) for name in (election.incidents.code, *election.incidents.aliases)}
        yield _NO_LETTER_BEFORE + "(?:" + "|".join(_name(name) for name in sorted(names)) + ")"


def _name(name: str) -> str:
    return _letters(name, _DIGITS_FOR) + ("" if len(name) >= _LONG else _NO_LETTER_AFTER)


def _critical(election: Election) -> Iterator[str]:
    questions = [question for form in election.forms for question in form.questions]
    yield from sorted(
        {_answer(question, question.critical_if) for question in questions if question.critical_if is not None}
    )


def _answer(question: Question, critical: bool | int) -> str:
    code = _letters(question.code) + _BETWEEN
    if not isinstance(critical, bool):
        return code + (f"{_MORE_OPTIONS}{_number(critical)}" if question.type == "choices" else _whole_number(critical))
    names = sorted(word for word, answer in words().values.items() if answer is critical)
    return code + "(?:" + "|".join([_whole_number(1 if critical else 2), *map(_letters, names)]) + ")"


def _whole_number(number: int) -> str:
    return rf"0*{_number(number)}(?!\d)"


def _number(number: int) -> str:
    return "".join(f"[{digit}{_looking_like_digit(digit)}]" for digit in str(number))


def _looking_like_digit(digit: str) -> str:
    return "".join(letter for letter in LIKE_DIGITS if letter.translate(DIGITS) == digit)


def _letters(name: str, digits: Mapping[str, str] = MappingProxyType({})) -> str:
    alike = (looking_like(letter) + digits.get(letter, "") for letter in name)
    return "".join(
        f"[{re.escape(letters)}]" if letters else re.escape(letter) for letter, letters in zip(name, alike, strict=True)
    )
