"""Tokenise a canonical text.

It is the second stage: each token has what separates it from the one before.

A token is (gap, number, word, mark), of which one of the last three is not empty: a number with the letters that stand
for digits in it, a run of letters, or a mark (a sign that changes a number, `@0012`, `#`, a phone).
"""

import re
from dataclasses import dataclass
from itertools import accumulate
from operator import attrgetter, itemgetter

from chalicelib.observation.reading.normalise import Canonical
from chalicelib.observation.reading.runs import SPACES, Token, drop_numbering, split_aliases, split_runs
from chalicelib.observation.reading.vocabulary import Vocabulary, Word
from chalicelib.observation.sms.look_alikes import DIGITS

_COMPOUND = attrgetter("compound")
_TYPED = itemgetter(2)
_NUMBERED = re.compile(r"1(?<!\w1)\s?[.)]\s{0,3}[^\W\d_]")

_PARTED = frozenset(",;\n")

__all__ = ["SPACES", "Scan", "Token", "scan"]


@dataclass(slots=True)
class Scan:
    """A tokenised text, with `words` beside the tokens.

    NO_WORD where a token is no run of letters.
    """

    canonical: Canonical
    vocabulary: Vocabulary
    tokens: list[Token]
    words: list[Word]
    respelt: frozenset[int] = frozenset()
    """Where names begin that were typed with digits for letters."""
    _ends: list[int] | None = None

    def digits(self, index: int) -> str:
        """Return a number token's digits."""
        number = self.tokens[index][1]
        return number if number.isdigit() else number.translate(DIGITS)

    def starts_line(self, index: int) -> bool:
        """Whether a token is the first of its line or SMS."""
        return index == 0 or "\n" in self.tokens[index][0]

    def opens_line(self, index: int) -> bool:
        """Whether a token opens its line.

        Only greetings and observers' numbers stand before it.
        """
        while not self.starts_line(index):
            index -= 1
            if "courtesies" in self.words[index].roles or self.names_observer(index):
                continue
            if not self.is_leading_hash(index):
                return False
        return True

    def is_leading_hash(self, index: int) -> bool:
        """Whether `#` opens a line, glued to what follows."""
        return self.tokens[index][3] == "#" and self.tokens[index + 1][0] == "" and self.starts_line(index)

    def names_observer(self, index: int) -> bool:
        """Whether a token is an observer's number after @."""
        mark = self.tokens[index][3]
        return len(mark) > 1 and mark[0] == "@"

    def line_ends(self, index: int, limit: int) -> int:
        """Return the index after the last token of a line.

        The line is that of a token.
        """
        index += 1
        while index < limit and "\n" not in self.tokens[index][0]:
            index += 1
        return index

    def signs_at(self, index: int) -> bool:
        """Whether a phone's own signature begins at a token (`Sent from`)."""
        word = self.words[index]
        if "signatures" not in word.roles:
            return False
        phrases = self.vocabulary.lists.signatures[word.skeleton]
        return any(self._words_at(index + 1, phrase) for phrase in phrases)

    def _words_at(self, index: int, phrase: tuple[str, ...]) -> bool:
        after = index + len(phrase)
        return tuple(word.skeleton for word in self.words[index:after]) == phrase

    def thing_ends(self, index: int, limit: int) -> int:
        """Return the index after a place or a thing.

        It passes its word, and a letter and number that name it (`room A2`).
        """
        after = index + 1
        while after < limit and "number_words" in self.words[after].roles and not self._numbered(after, limit):
            after += 1
        parted = after < limit and not _PARTED.isdisjoint(self.tokens[after][0])
        return after + 2 if self._numbered(after, limit) and not parted else index + 1

    def _numbered(self, index: int, limit: int) -> bool:
        """Whether a letter with a glued number stands at a token."""
        if index + 1 >= limit or self.words[index].letter is None or not self.tokens[index + 1][1]:
            return False
        return self.tokens[index + 1][0].strip("-") == ""

    def end(self, index: int) -> int:
        """Return where a token ends in the canonical text.

        0 for the token before the first.
        """
        ends = self._ends or self._count_ends()
        return ends[index + 1]

    def begin(self, index: int) -> int:
        """Where a token begins, its gap left out."""
        ends = self._ends or self._count_ends()
        return ends[index] + len(self.tokens[index][0])

    def _count_ends(self) -> list[int]:
        self._ends = list(accumulate(map(len, map("".join, self.tokens)), initial=0))
        return self._ends

    def written(self, first: int, after: int) -> str:
        """Return what was typed from one token to another.

        The gap before the first is left out.
        """
        if first >= after:
            return ""
        return self.canonical.written(self.begin(first), self.end(after - 1))

    def ends_with_token(self, last: int) -> bool:
        """Whether nothing is written after the last token."""
        _, number, word, mark = self.tokens[last]
        return self.canonical.text.endswith(number or word or mark)

    def around(self, first: int, after: int) -> str:
        """Return what was typed from a token to another, or the end."""
        size = len(self.tokens)
        if first >= after and after < size:
            return ""
        begin = self.begin(first) if first < size else self.end(first - 1)
        return self.canonical.written(begin, self.begin(after) if after < size else len(self.canonical.text))


def scan(text: Canonical, vocabulary: Vocabulary) -> Scan:
    """Tokenise a text; split runs of letters that hold several things."""
    tokens: list[Token] = vocabulary.tokens.findall(text.text)
    while tokens and not any(tokens[-1][1:]):
        # Only what stands after the last token.
        tokens.pop()
    words = list(map(vocabulary.__getitem__, map(_TYPED, tokens)))
    if any(map(_COMPOUND, words)):
        tokens, words = split_aliases(vocabulary, *split_runs(vocabulary, tokens, words))
    if (")" in text.text or "." in text.text) and _NUMBERED.search(text.text) is not None:
        tokens, words = drop_numbering(tokens, words)
    return Scan(text, vocabulary, tokens, words)
