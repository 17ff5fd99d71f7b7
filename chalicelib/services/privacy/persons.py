"""Whom to forget, and where a text tells of them."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from chalicelib.observation.sms.phones import written_forms

MARK: Final = "-"
"""What stands in the place of a name or a phone."""
SHORTEST_NAME: Final = 5
SHORTEST_QUOTE: Final = 12
"""Characters of an SMS by which a quotation is known; a shorter one is a word that others use too."""
_NUMBER = re.compile(r"(?<!\d)\+?\d(?:[\s().\u2013-]{0,2}\d){4,}")
_LONGEST_WRITTEN: Final = 11
"""Digits from which on a phone is looked for within a longer number."""
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True)
class Persons:
    """People by phones in E.164, full names, and their SMS.

    `everybody`: whoever is told of is meant, known here or not.
    """

    phones: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    everybody: bool = False

    @cached_property
    def _numbers(self) -> frozenset[str]:
        return frozenset(digits for phone in self.phones for digits in _written(phone))

    @cached_property
    def _names(self) -> Mapping[str, tuple[str, ...]]:
        """Names by their first word."""
        by_word: dict[str, list[str]] = {}
        for name in self.names:
            if len(name) >= SHORTEST_NAME:
                by_word.setdefault(re.findall(r"\w+", name.casefold())[0], []).append(name.casefold())
        return {word: tuple(sorted(names, key=len, reverse=True)) for word, names in by_word.items()}

    @cached_property
    def _quotes(self) -> frozenset[str]:
        """Beginnings and ends of texts, since a quotation may be cut."""
        spaced = (" ".join(text.split()) for text in self.texts)
        return frozenset(
            end
            for text in spaced
            if len(text) >= SHORTEST_QUOTE
            for end in (text[:SHORTEST_QUOTE], text[-SHORTEST_QUOTE:])
        )

    def has_phone(self, written: str) -> bool:
        """Whether a text is one of the phones, however it is written."""
        digits = re.sub(r"\D", "", written)
        return digits in self._numbers and not re.search(r"[^\W\d_]", written)

    def without(self, text: str) -> str:
        """Return a text with marks for their phones and names.

        One that hides them behind escapes becomes a mark as a whole.
        """
        if "\\u" in text and self._unmarked(_ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)):
            return MARK
        return self._without_names(_NUMBER.sub(self._number, text))

    def _unmarked(self, text: str) -> bool:
        return self._without_names(_NUMBER.sub(self._number, text)) != text

    def is_quoted_in(self, text: str) -> bool:
        """Whether a text quotes an SMS of theirs, whole or cut."""
        if not self._quotes:
            return False
        spaced = " ".join(html.unescape(text).split())
        return any(spaced[at : at + SHORTEST_QUOTE] in self._quotes for at in range(len(spaced) - SHORTEST_QUOTE + 1))

    def _number(self, match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match[0])
        if digits in self._numbers:
            return MARK
        if len(digits) > _LONGEST_WRITTEN and any(phone[1:] in digits for phone in self.phones):
            return MARK
        return match[0]

    def _without_names(self, text: str) -> str:
        folded = text.casefold()
        if not self._names or len(folded) != len(text):  # casefolding that changes lengths would cut at wrong places
            folded = text.lower() if len(text.lower()) == len(text) else text
        spans: list[tuple[int, int]] = []
        for word in re.finditer(r"\w+", folded):
            name = next((name for name in self._names.get(word[0], ()) if folded.startswith(name, word.start())), None)
            if name is not None:
                spans.append((word.start(), word.start() + len(name)))
        for begin, end in reversed(spans):
            text = text[:begin] + MARK + text[end:]
        return text


def _written(phone: str) -> frozenset[str]:
    """Return a phone's digits as people and gateways write them."""
    digits = {re.sub(r"\D", "", form) for form in written_forms(phone)}
    national = {form.lstrip("0") for form in digits}
    return frozenset(digits | national | {f"00{phone.removeprefix('+')}"})
