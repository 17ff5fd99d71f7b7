"""Split runs of letters that hold several things.

Codes and value words (`даC`), or a form's name and a code (`ЯвкаA415`).

docs/grammar.md, "Where answers are", "Where a form is".
"""

import re
from collections.abc import Sequence
from typing import Final

from chalicelib.observation.reading.vocabulary import NO_WORD, Vocabulary, Word
from chalicelib.observation.sms.look_alikes import uniform

Token = tuple[str, str, str, str]
"""Gap, number, word, mark: what separates a token from the one before, and one of a number, letters or a sign."""

SPACES: Final = re.compile(r"\s")

Runs = tuple[list[Token], list[Word]]


def split_runs(vocabulary: Vocabulary, tokens: Sequence[Token], words: Sequence[Word]) -> Runs:
    """Split each run of codes and value words.

    Returns tokens and words, the run in its parts where it can only be that.
    """
    runs: Runs = ([], [])
    for index, (token, word) in enumerate(zip(tokens, words, strict=True)):
        if word.parts and _splits(tokens, words, index):
            _append(runs, vocabulary, token, word.parts)
        else:
            runs[0].append(token)
            runs[1].append(word)
    return runs


def _append(runs: Runs, vocabulary: Vocabulary, token: Token, parts: Sequence[str]) -> None:
    for position, part in enumerate(parts):
        runs[0].append((token[0] if position == 0 else "", "", part, ""))
        runs[1].append(vocabulary[part])


def _splits(tokens: Sequence[Token], words: Sequence[Word], index: int) -> bool:
    word, following = words[index], words[index + 1] if index + 1 < len(words) else NO_WORD
    if word.ends_in_code:
        return value_follows(tokens, words, index)
    # A one-letter answer counts unless prose follows it after a space (`By bus`).
    prose = following.prose and not following.parts and "courtesies" not in following.roles
    return len(word.parts[-1]) > 1 or not (prose and tokens[index + 1][0])


def split_aliases(vocabulary: Vocabulary, tokens: Sequence[Token], words: Sequence[Word]) -> Runs:
    """Split each form's name from a code glued to it.

    Returns tokens and words, split where that may be.
    """
    runs: Runs = ([], [])
    for index, (token, word) in enumerate(zip(tokens, words, strict=True)):
        if word.glued_form is not None and _glued(vocabulary, tokens, words, index):
            alias, rest = word.typed[: word.glued], word.typed[word.glued :]
            parts = (rest,) if vocabulary[rest].letter is not None else vocabulary[rest].parts
            _append(runs, vocabulary, token, (alias, *parts))
        else:
            runs[0].append(token)
            runs[1].append(word)
    return runs


def _glued(vocabulary: Vocabulary, tokens: Sequence[Token], words: Sequence[Word], index: int) -> bool:
    word = words[index]
    alias, rest = word.typed[: word.glued], word.typed[word.glued :]
    valued = value_follows(tokens, words, index)
    single = vocabulary[rest].letter is not None
    if not valued and (single or vocabulary[rest].ends_in_code):
        return False
    further = _further_answer(tokens, words, index + (2 if valued else 1))
    if not single:
        return further or len(vocabulary[rest].parts) > 2 or not uniform(word.typed)
    gap = tokens[index + 1][0]
    if "natural_with_code" in word.roles:
        return "=" in gap or further
    if SPACES.search(gap) is None:
        return True
    return further or (_differ(alias[-1], rest[0]) and not _prose_at(words, index + 2))


def _differ(number: str, other: str) -> bool:
    """Whether two letters differ in script or case."""
    return number.isascii() != other.isascii() or number.isupper() != other.isupper()


def _prose_at(words: Sequence[Word], index: int) -> bool:
    word = words[index] if index < len(words) else NO_WORD
    return word.prose and "courtesies" not in word.roles


def _further_answer(tokens: Sequence[Token], words: Sequence[Word], index: int) -> bool:
    """Whether a code with a value stands next.

    The rest of a number left out.
    """
    while index < len(tokens) and tokens[index][1]:
        index += 1
    word = words[index] if index < len(tokens) else NO_WORD
    return word.letter is not None and value_follows(tokens, words, index)


def value_follows(tokens: Sequence[Token], words: Sequence[Word], index: int) -> bool:
    """Whether a number or a value word stands right after a token."""
    if index + 1 >= len(tokens):
        return False
    word = words[index + 1]
    return bool(tokens[index + 1][1]) or word.value is not None or word.begins_with_value


_NUMBERING_GAP: Final = re.compile(r"\s*[.)]\s*")


def drop_numbering(tokens: Sequence[Token], words: Sequence[Word]) -> Runs:
    """Drop numbering before codes.

    Returns tokens and words with it (`1. A-1 2. B-0730`, in order) as a part of the codes' gaps.
    """
    numbers = [index for index in range(len(tokens) - 1) if _numbers_code(tokens, words, index)]
    in_order = [tokens[index][1] for index in numbers] == [str(number) for number in range(1, len(numbers) + 1)]
    if len(numbers) < 2 or not in_order:
        return list(tokens), list(words)
    places = frozenset(numbers)
    runs: Runs = ([], [])
    for index, (token, word) in enumerate(zip(tokens, words, strict=True)):
        if index - 1 in places:
            gap, number, _, _ = tokens[index - 1]
            token = (gap + number + token[0], *token[1:])  # noqa: PLW2901 (the token with the number in its gap)
        if index not in places:
            runs[0].append(token)
            runs[1].append(word)
    return runs


def _numbers_code(tokens: Sequence[Token], words: Sequence[Word], index: int) -> bool:
    following, before = words[index + 1], words[index - 1] if index else NO_WORD
    if not tokens[index][1] or following.letter is None or (before.letter is not None and before.value is None):
        return False
    return _NUMBERING_GAP.fullmatch(tokens[index + 1][0]) is not None
