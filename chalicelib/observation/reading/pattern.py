"""The pattern of a text's tokens, compiled for an election."""

import re
from collections.abc import Iterable
from typing import Final

from chalicelib.observation.reading.normalise import PHONE_MARK
from chalicelib.observation.sms.look_alikes import LIKE_DIGITS, looking_like

_LETTER: Final = r"[^\W\d_]"
_LIKE: Final = f"[{LIKE_DIGITS}]"
SIGNS: Final = "%~<>+?^"
# Runs of letters like digits are bounded, so that a text full of them takes no more than linear time.
_GAP: Final = rf"([^\w{SIGNS}@#{PHONE_MARK}]*+)"
_ATOM: Final = (
    rf"({_LIKE}{{0,3}}\d(?:{_LIKE}{{0,4}}\d)*(?:{_LIKE}{{1,4}}(?!{_LETTER})|{_LIKE}{{1,4}}(?={_LETTER}[^\w]{{0,3}}(?:\d|(?i:ANSWERS))))?)"
    rf"|(NAMES{_LETTER}+(?!(?<={_LIKE}){_LIKE}{{0,3}}\d))"
    rf"|([{SIGNS}#]|@(?:\s?\d+)?|{PHONE_MARK}+)|\Z"
)


def token_pattern(names: Iterable[str], answers: Iterable[str]) -> re.Pattern[str]:
    """Compile the tokens' pattern for an election.

    A form's name that ends like a digit (`VO4712`) keeps its last letter.

    What separates the last token from the end is a token of nothing else, once or twice: a pattern that had to fail
    there would try again from every one of its characters.
    """
    ends = [name for name in names if name[-1] in LIKE_DIGITS.upper()]
    ending = "".join(rf"(?<!{_LETTER}){_looking_like(name)}(?=\d)|" for name in ends)
    return re.compile(_GAP + "(?:" + _ATOM.replace("NAMES", ending).replace("ANSWERS", "|".join(answers)) + ")")


def _looking_like(name: str) -> str:
    return "".join(f"[{''.join(alike)}]" for alike in map(looking_like, name))
