"""Find where a text behind a code ends.

It ends at the next code that is written as one and answered, or at a line of prose.
"""

from typing import Final

from chalicelib.observation.reading.answer_names import LONGEST_NAME, length_of_name
from chalicelib.observation.reading.interpret import Values
from chalicelib.observation.reading.tokens import SPACES, Scan
from chalicelib.observation.reading.vocabulary import FormNames

Style = tuple[bool, bool]
"""Whether a code is written in Latin letters, and in capitals."""

_GLUE: Final = frozenset("=:-")
_TOKENS_OF_VALUE: Final = 6


def text_end(scan: Scan, form: FormNames, first: int, limit: int, usual: Style | None, *, apart: bool) -> int:
    """Return the index of the token that ends a text.

    The text begins at `first`; `limit` where only that ends it.

    `usual`: how most codes before are written, None where there are none; `apart`: whether their values stand apart.
    """
    for index in range(first, limit):
        is_mark = scan.names_observer(index) or scan.tokens[index][3] == "#"
        opens_prose = index > first and scan.starts_line(index) and scan.words[index].prose
        if is_mark or opens_prose or begins_answer(scan, form, index, limit, usual, apart=apart):
            return index
    return limit


def begins_answer(scan: Scan, form: FormNames, index: int, limit: int, usual: Style | None, *, apart: bool) -> bool:
    """Whether a token is a code that an answer follows.

    It is a code of the form, written as one; an answer to its question.
    """
    word, gap = scan.words[index], scan.tokens[index][0]
    if word.letter is None or not gap or gap == ".":
        return False
    code, after = word.letter, index + 1
    if form.numbered and len(code) == 1 and after < limit and not scan.tokens[after][0] and scan.tokens[after][1]:
        code, after = code + scan.digits(after), after + 1
    values = form.questions.get(code)
    if values is None or after >= limit:
        return False
    follows = scan.tokens[after][0]
    is_text = values.question.type == "text"
    glued = SPACES.search(follows) is None or not _GLUE.isdisjoint(follows)
    if "\n" not in gap and not (word.style[1] and (glued or apart or is_text)) and not (glued and word.style == usual):
        return False
    return follows[:1] != "." if is_text else _takes(scan, values, after, limit)


def name_length(scan: Scan, values: Values, first: int, limit: int) -> int:
    """Return how many tokens are a name of an answer.

    They begin at one of them and name a question; 0 for none. A name stands on one line.
    """
    if not values.names:
        return 0
    parts: list[str] = []
    for index in range(first, min(limit, first + LONGEST_NAME)):
        gap, number, _, mark = scan.tokens[index]
        if mark or (parts and "\n" in gap):
            break
        parts.append(scan.digits(index) if number else scan.words[index].skeleton)
    return length_of_name(values.names, parts)


def _takes(scan: Scan, values: Values, first: int, limit: int) -> bool:
    """Whether the tokens from one on are an answer.

    Up to a blank, to a question.
    """
    typed = ""
    for index in range(first, min(limit, first + _TOKENS_OF_VALUE)):
        gap, number, word, _ = scan.tokens[index]
        if index > first and (SPACES.search(gap) or (word and not gap)):
            break
        typed += gap + (scan.digits(index) if number else word)
    return values[typed][1] is None or name_length(scan, values, first, limit) > 0
