"""The second stage: a canonical text as tokens, each with what separates it from the one before.

A token is (gap, number, word, mark), of which one of the last three is not empty: a number with the letters that
stand for digits in it, a run of letters, or a mark (a sign that changes a number, `@0012`, `#`, a phone).
"""

import re
from dataclasses import dataclass
from itertools import accumulate

from chalicelib.observation.reading.letters import DIGITS
from chalicelib.observation.reading.normalise import Canonical
from chalicelib.observation.reading.vocabulary import Vocabulary, Word

Token = tuple[str, str, str, str]

SPACES = re.compile(r"\s")


@dataclass(slots=True)
class Scan:
    """A tokenised text: `words` beside the tokens, None where a token is no run of letters."""

    canonical: Canonical
    vocabulary: Vocabulary
    tokens: list[Token]
    words: list[Word | None]
    _ends: list[int] | None = None

    def digits(self, index: int) -> str:
        """A number token's digits."""
        return self.tokens[index][1].translate(DIGITS)

    def starts_line(self, index: int) -> bool:
        """Whether a token is the first of the SMS or of a line."""
        return index == 0 or "\n" in self.tokens[index][0]

    def end(self, index: int) -> int:
        """Where a token ends in the canonical text; 0 for the token before the first."""
        if self._ends is None:
            self._ends = list(accumulate(len(gap) + len(n) + len(w) + len(m) for gap, n, w, m in self.tokens))
        return self._ends[index] if index >= 0 else 0

    def begin(self, index: int) -> int:
        """Where a token begins, its gap left out."""
        gap, number, word, mark = self.tokens[index]
        return self.end(index) - len(number) - len(word) - len(mark)

    def written(self, first: int, after: int) -> str:
        """What was typed from a token up to another one, the gap before the first left out."""
        if first >= after:
            return ""
        return self.canonical.written(self.begin(first), self.end(after - 1))


def scan(text: Canonical, vocabulary: Vocabulary) -> Scan:
    """The tokens of a text, with runs of letters split where they hold several things."""
    tokens: list[Token] = vocabulary.tokens.findall(text.text)
    words = [vocabulary[word] if word else None for _, _, word, _ in tokens]
    found = Scan(text, vocabulary, tokens, words)
    if any(word is not None and (word.parts or word.glued) for word in words):
        _split_runs(found)
    return found


def _split_runs(found: Scan) -> None:
    tokens, words = found.tokens, found.words
    found.tokens, found.words = [], []
    for index, (token, word) in enumerate(zip(tokens, words, strict=True)):
        parts = _parts(found.vocabulary, tokens, words, index) if word is not None else ()
        if not parts:
            found.tokens.append(token)
            found.words.append(word)
            continue
        for position, part in enumerate(parts):
            found.tokens.append((token[0] if position == 0 else "", "", part, ""))
            found.words.append(found.vocabulary[part])


def _parts(vocabulary: Vocabulary, tokens: list[Token], words: list[Word | None], index: int) -> tuple[str, ...]:
    word = words[index]
    assert word is not None
    if word.glued_form is not None and (names := _glued_code(vocabulary, tokens, words, index)):
        return names
    if not word.parts:
        return ()
    if vocabulary[word.parts[-1]].value is None:
        return word.parts if _value_follows(tokens, words, index) else ()
    follows = index + 1 < len(tokens) and words[index + 1] is not None
    following = words[index + 1] if follows else None
    # A one-letter answer counts unless prose follows it after a space (`By bus`).
    if len(word.parts[-1]) == 1 and following is not None and following.prose and tokens[index + 1][0]:
        return ()
    return word.parts


def _glued_code(vocabulary: Vocabulary, tokens: list[Token], words: list[Word | None], index: int) -> tuple[str, ...]:
    """Alias and code as two, where a code is glued to an alias (GRAMMAR: "Where a form is")."""
    word = words[index]
    assert word is not None
    names = word.glued_form
    assert names is not None
    alias, rest = word.typed[: word.glued], word.typed[word.glued :]
    parts = (rest,) if len(rest) == 1 else vocabulary[rest].parts
    if not parts or not _value_follows(tokens, words, index) and vocabulary[parts[-1]].value is None:
        return ()
    if vocabulary[parts[0]].letter not in names.questions:
        return ()
    after = index + 1 < len(tokens) and tokens[index + 1]
    gap = after[0] if after else ""
    further = _further_answer(words, tokens, index + 2, names.questions)
    natural = "natural_with_code" in word.roles
    if natural:
        counts = "=" in gap or further
    elif SPACES.search(gap) or len(rest) > 1:
        prose = index + 2 < len(tokens) and (next_word := words[index + 2]) is not None and next_word.prose
        counts = further or (_differ(alias[-1], rest[0]) and not prose)
    else:
        counts = True
    return (alias, *parts) if counts else ()


def _differ(one: str, other: str) -> bool:
    """Whether two letters differ in script or case."""
    return one.isascii() != other.isascii() or one.isupper() != other.isupper()


def _further_answer(words: list[Word | None], tokens: list[Token], index: int, questions: object) -> bool:
    """Whether another code of the form stands next, with a value."""
    while index < len(tokens) and words[index] is None and not tokens[index][3]:
        index += 1
    if index >= len(tokens):
        return False
    word = words[index]
    letters = word is not None and (word.letter or (word.parts and word.parts[0].upper()))
    if word is None or not letters:
        return False
    return bool(word.parts) or _value_follows(tokens, words, index)


def _value_follows(tokens: list[Token], words: list[Word | None], index: int) -> bool:
    """Whether a number or a value word stands right after a token."""
    if index + 1 >= len(tokens):
        return False
    if tokens[index + 1][1]:
        return True
    word = words[index + 1]
    return word is not None and word.value is not None
