"""Candidates: codes, each with what was typed after it.

What the coded part of a form is split into.
"""

from dataclasses import dataclass, field

from chalicelib.observation.reading.interpret import Values
from chalicelib.observation.reading.rounds import NamedRound


@dataclass
class Candidate:
    """A code and what was typed after it.

    `typed` is the canonical form, `values` reads it; None for an unknown code.

    `at` and `end` are the indexes of its first token and after its last one, `numbers` those of its numbers. `wrong`: a
    word that is no value stands where the value should. `between_digits`: a letter that resembles a digit stands
    between digits. `prose_after`: an ordinary word follows. `is_text`: what was typed after it is a text, as it was
    written. `repaired`: its code or a number of it looks otherwise than it is read.

    One is made for every answer: what is rarely true stays on the class until it is.
    """

    code: str
    letter: str
    values: Values | None
    at: int
    end: int
    typed: str = ""
    numbers: list[int] = field(default_factory=list)
    valued: bool = field(default=False, init=False)
    wrong: bool = field(default=False, init=False)
    between_digits: bool = field(default=False, init=False)
    prose_after: bool = field(default=False, init=False)
    is_text: bool = field(default=False, init=False)
    repaired: bool = field(default=False, init=False)


@dataclass(slots=True)
class CodedPart:
    """A coded part: candidates, its end, and what else was named.

    The end is the index after its last token.

    `strangers` are letters that are no code, glued into digits; `read_as_words` codes that were taken for words;
    `skipped` stretches of prose between answers, as pairs of token indexes. `ended`: prose ended it. `misfit`: a word
    that announces a station stands before a number that is none.
    """

    end: int
    candidates: list[Candidate] = field(default_factory=list)
    station: str | None = None
    misfit: bool = False
    rounds: list[NamedRound] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)
    read_as_words: list[str] = field(default_factory=list)
    skipped: list[tuple[int, int]] = field(default_factory=list)
    russian_order: bool = False
    ended: bool = False
