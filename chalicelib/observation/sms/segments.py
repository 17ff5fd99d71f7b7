"""How many SMS a text costs, and fitting it into some.

Alphabet, escape table and lengths are those of 3GPP TS 23.038 (formerly GSM 03.38), sections 6.2.1 and 6.2.1.1; the
room that a part's concatenation header leaves is that of 3GPP TS 23.040, section 9.2.3.24.1.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet without its escape: one septet each."""

EXTENSION: Final = frozenset("\f^{}\\[~]|€")
"""The extension table: an escape and a septet each, and the two stay together."""

CUT: Final = " ..."
"""The ending of a text that was cut, where a reader could miss it."""

_ALPHABET: Final = BASIC | EXTENSION

_WORD_END = re.compile(r"\S(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Segments:
    """What sending a text takes.

    `count` SMS, `units` septets (GSM-7) or 16-bit units (UCS-2) in all.
    """

    encoding: Literal["GSM-7", "UCS-2"]
    count: int
    units: int


def count_segments(text: str) -> Segments:
    """Count the SMS that carry a text.

    160 septets or 70 UTF-16 units alone, 153 or 67 per part where it takes several. A part never ends within an escape
    pair or a surrogate pair, which may leave its last unit empty.
    """
    if _ALPHABET.issuperset(text):
        sizes = [2 if character in EXTENSION else 1 for character in text]
        return Segments("GSM-7", _parts(sizes, alone=160, together=153), sum(sizes))
    sizes = [2 if character > "\uffff" else 1 for character in text]
    return Segments("UCS-2", _parts(sizes, alone=70, together=67), sum(sizes))


def _parts(sizes: list[int], *, alone: int, together: int) -> int:
    total = sum(sizes)
    if total <= alone:
        return 1
    if total == len(sizes):
        return -(-total // together)
    count, room = 1, together
    for size in sizes:
        if size > room:
            count, room = count + 1, together
        room -= size
    return count


def fit(text: str, segments: int = 2, *, ending: str = "") -> str:
    """Cut a text to the words that so many SMS hold.

    The longest beginning that ends with a whole word is kept; "" if none does. A text that is cut gets the `ending`,
    which counts too.
    """
    if count_segments(text).count <= segments:
        return text
    ends = [match.end() for match in _WORD_END.finditer(text, 0, 160 * segments + 1)]
    while ends and count_segments(text[: ends[-1]] + ending).count > segments:
        ends.pop()
    return text[: ends[-1]] + ending if ends else ""


def continued(text: str, more: str, segments: int = 2, *, ending: str = "") -> str:
    """Continue a text that fits by as much of another as fits.

    As many whole words are added as fit; what is cut there gets the `ending`.
    """
    longer = fit(" ".join(f"{text} {more}".split()), segments, ending=ending)
    return longer if len(longer) > len(text) else text
