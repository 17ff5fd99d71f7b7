"""Letters that look alike (docs/grammar.md, "Tolerance").

Cyrillic read as Latin, letters read as digits.
"""

from functools import cache
from typing import Final

_CAPITALS: Final = str.maketrans("АВЕКМНОРСТУХІЈЁӨҮҢҺԚԜ", "ABEKMHOPCTYXIJEOYHHQW")

CODE_LETTERS: Final = str.maketrans("АВСЕНКМОРТХІУЈавсенкмортхіуј", "ABCEHKMOPTXIYJABCEHKMOPTXIYJ")
"""Cyrillic letters to the Latin codes that they look like."""

LIKE_DIGITS: Final = "OoОоlIіІЗз"
"""Letters that a digit is often typed as; DIGITS gives which."""

DIGITS: Final = str.maketrans("OoОоlIіІЗз", "0000111133")

RESEMBLING: Final = frozenset("OoОоlIіІЗзBSGZDbsgzdВвБб")
"""Letters that resemble a digit so much that one glued to a number makes the number doubtful."""

RUSSIAN_ORDER: Final = frozenset("БГДЖФ")
"""Letters that show a card coded in the Russian alphabet's order, where В is the third letter and no B."""

WORD_LETTERS: Final = frozenset("авикосуя")
"""Lower-case Cyrillic letters that are words of their own."""


def skeleton(word: str) -> str:
    """Reduce a word to what the eye sees.

    Capitals, Latin where Cyrillic looks the same, without Ё, Ө, Ү and Ң.
    """
    return word.upper().translate(_CAPITALS)


def code_letter(letter: str) -> str:
    """Return the code that a letter stands for.

    Latin and upper case where it looks Latin, else itself in upper case.
    """
    return letter.translate(CODE_LETTERS).upper()


@cache
def looking_like(letter: str) -> str:
    """Every letter, of either case, with the skeleton of one."""
    alike = {chr(latin) for latin in range(ord("A"), ord("z") + 1) if skeleton(chr(latin)) == letter}
    alike |= {chr(cyrillic) for cyrillic in range(0x400, 0x530) if skeleton(chr(cyrillic)) == letter}
    return "".join(sorted(alike))


def uniform(typed: str) -> bool:
    """Tell whether a run of letters is of one script and case.

    Its case is one but for a capital at its beginning.
    """
    scripts = {character.isascii() for character in typed}
    return len(scripts) == 1 and (typed[1:].islower() or typed.isupper())
