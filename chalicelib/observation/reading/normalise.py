"""Make an SMS canonical, with a map back.

It is the first stage (docs/grammar.md, "Tolerance").

The canonical text has ASCII digits, one kind of dash, quote and space, no invisible characters, and `~` for
superscripts and fractions, which change a number. Letters stay as they were typed.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

_DASHES: Final = frozenset("_‐‑‒–—―−﹘﹣－⸺⸻〰")
_QUOTES: Final = frozenset("'’‘‚‛ʼʹ′`´ˈ‹›")
_DOUBLE_QUOTES: Final = frozenset('"“”„‟«»″')
_DOUBTS: Final = frozenset("≈≠≤≥±∼⁓〜×✕✖÷")
_ARROWS: Final = frozenset("→⇒➜➡⟶➔")
_BREAKS: Final = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")
_BLANKS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_IRREGULAR: Final = "\x00"
"""Stands for a character that is not exactly one canonical character on its own."""

_MARKS_READ: Final = 4
"""Combining marks read after one letter; a tower of them is decoration."""

# Patterns that are looked for in every text begin with a set of characters: Python passes over all others quickly.
_HASH_NUMBER = re.compile(r"#(?=\d)")
_PART_COUNTER = re.compile(r"(?<![A-Za-zА-я])(?<![A-Za-zА-я] )\(\s?\d{1,2}\s?/\s?\d{1,2}\s?\)")
# A code and its value is no emoticon, whatever stands between them (`;D)1`, `:D=нет`).
_VALUE_FOLLOWS = r"[^\w\n]{0,4}(?:\d|(?i:да|нет|ооба|жок|yes|no|da|net|ooba|jok|[дднyn])\b)"
_EMOTICON = re.compile(
    r"[:;=xXхХ](?:(?<!\w.)(?:(?<=[:;=])['-]?[DPdp]{1,9}|(?<=[xXхХ])[DdД]{1,9})(?![\w])"
    rf"(?!{_VALUE_FOLLOWS})|(?<=\d[:;])-?D{{1,9}}(?!\s{{0,3}}[\w=:.-]|{_VALUE_FOLLOWS}))"
)
_HALF_DAY = re.compile(r"(?<![^\W\d_])([aApPаАрР])\.\s?[mMмМ]\b\.?")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# It begins with +, 0 or a bracket, never inside a number's groups of thousands (`A3,028 0555 12 34 56`).
_PHONE = re.compile(
    r"[+0(](?:(?<=\+)|(?<!\w.)(?<!\d[.,'].)(?!(?<=\d 0)\d\d(?!\d)[ ()-]{0,2}[+0(]))"
    r"(?:(?<=0)[ ()-]{0,2}|(?<=\+)\(?|(?<=\())(?:\d[ ()-]{0,2}){7,}\d"
)


class Canonical(NamedTuple):
    """A text in its canonical form.

    `starts` gives where each character began in the original, None for one to one.
    """

    text: str
    original: str
    starts: Sequence[int] | None

    def written(self, begin: int, end: int) -> str:
        """Return what was typed for a stretch of the text.

        The stretch is of the canonical text.
        """
        if self.starts is None:
            return self.original[begin:end]
        return self.original[self.starts[begin] : self.starts[end]] if begin < end else ""


def canonical(text: str) -> Canonical:
    """Return the canonical form of a text; never fails.

    It takes time in proportion to the text's length.
    """
    if _UNTOUCHED.fullmatch(text) is not None:
        return Canonical(_masked(text), text, None)
    characters = text.translate(_FOLDS)
    if _IRREGULAR not in characters:
        return Canonical(_masked(characters), text, None)
    read, starts = _irregular(text, characters)
    return Canonical(_masked(read), text, starts)


def folded(text: str) -> str:
    """Return a text with each kind of sign as one.

    Invisible characters are left out; dashes, quotes, spaces and digits become one of each kind.
    """
    read = text.translate(_FOLDS)
    return read if _IRREGULAR not in read else _irregular(text, read)[0]


def _irregular(text: str, folded: str) -> tuple[str, list[int]]:
    """Return the canonical form where a character is none or several.

    Marks over a letter are read together with it.
    """
    characters: list[str] = []
    starts: list[int] = []
    at, end = 0, len(text)
    while at < end:
        after = at + 1
        if folded[at] != _IRREGULAR and (after == end or folded[after] != _IRREGULAR):
            characters.append(folded[at])
            starts.append(at)
            at = after
            continue
        while after < end and unicodedata.category(text[after])[0] == "M":
            after += 1
        cluster = text[at : min(after, at + 1 + _MARKS_READ)]
        read = _fold(cluster) if len(cluster) == 1 else _fold_cluster(cluster)
        characters.append(read)
        starts += [at] * len(read)
        at = after
    starts.append(end)
    return "".join(characters), starts


def _fold_cluster(cluster: str) -> str:
    composed = unicodedata.normalize("NFKC", cluster)
    return "".join(_fold(character) for character in composed if unicodedata.category(character)[0] != "M")


def _fold(character: str) -> str:
    """One character's canonical form: none, one or several characters."""
    if "!" <= character <= "~" and character not in _SPECIAL:
        return character
    single = _single(character)
    if single is not None:
        return single
    composed = unicodedata.normalize("NFKC", character)
    if composed == character:
        return character
    return "".join(_fold(part) if part != character else part for part in composed)


def _single(character: str) -> str | None:
    for characters, read in _KINDS:
        if character in characters:
            return read
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category == "No" and unicodedata.decomposition(character).startswith(("<super>", "<fraction>")):
        return "~"
    return _CATEGORIES.get(category)


_KINDS: Final = (
    (_BREAKS, "\n"),
    (frozenset("\t"), "\t"),
    (_BLANKS, ""),
    (_DASHES, "-"),
    (_QUOTES, "'"),
    (_DOUBLE_QUOTES, '"'),
    (_DOUBTS, "~"),
    (_ARROWS, ">"),
    (frozenset("‰٪"), "%"),
    (frozenset("№"), "№"),
    (frozenset("Ӏӏ"), "I"),
)
_SPECIAL: Final = frozenset("_'\"`")
_CATEGORIES: Final = {
    "Cc": "", "Cf": "", "Cs": "", "Co": "", "Cn": "", "Mn": "", "Me": "", "Mc": "",
    "Zs": " ", "Zl": "\n", "Zp": "\n", "Pd": "-",
}  # fmt: skip


class _Folds(dict[int, str]):
    """Code point → its one canonical character.

    Worked out when it is first met.
    """

    def __missing__(self, codepoint: int) -> str:
        read = _fold(chr(codepoint))
        folded = read if len(read) == 1 else _IRREGULAR
        self[codepoint] = folded
        return folded


_FOLDS: Final = _Folds()
_USUAL: Final = [chr(codepoint) for codepoint in (*range(ord("\n"), ord("~") + 1), *range(ord("Ё"), ord("ӿ") + 1))]
_UNTOUCHED: Final = re.compile(f"[{re.escape(''.join(letter for letter in _USUAL if _fold(letter) == letter))}]*+")
"""Most texts: every character is canonical already."""


def _masked(text: str) -> str:
    """Take out what only looks like codes and numbers.

    Character for character.
    """
    if "://" in text or "www." in text:
        text = _ADDRESS.sub(lambda match: PHONE_MARK * len(match[0]), text)
    if "#" in text:
        text = _HASH_NUMBER.sub("№", text)
    if "(" in text:
        text = _PART_COUNTER.sub(_blank, text)
    text = _EMOTICON.sub(_blank, text)
    if "." in text:
        text = _HALF_DAY.sub(lambda match: f"{match[1]}m".rjust(len(match[0])), text)
    return _PHONE.sub(_phone, text)


PHONE_DIGITS: Final = 9
"""A number of as many digits, or more, is a phone."""

PHONE_MARK: Final = "\x01"
"""What each character of a phone written in groups, or of a web address, becomes."""


def _phone(match: re.Match[str]) -> str:
    typed = match[0]
    digits = sum(character.isdigit() for character in typed)
    grouped = typed[0] in "+0(" and digits >= PHONE_DIGITS
    return PHONE_MARK * len(typed) if grouped else typed


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
