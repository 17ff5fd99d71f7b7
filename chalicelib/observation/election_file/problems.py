"""Problems of an election's files, worded for the person who wrote them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A mistake: where it is, what is wrong and what to do.

    It is in a file, at a line (from 1) and a key or column.
    """

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (f"{self.file}:{self.line}", self.field, self.message) if part)


class ElectionInvalid(Exception):
    """The election's files hold mistakes; `problems` names every one.

    They are in the order of the files and lines.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class Findings:
    """The mistakes noted so far, and the warnings.

    A warning is of what is allowed but should be looked at.
    """

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def suggestion(written: str, candidates: Iterable[str]) -> str:
    """Suggest the known words that a written word resembles.

    `did you mean "x"?`, or the known words where it resembles none; a part of a message.
    """
    words = sorted(candidates)
    close = get_close_matches(written, words, n=1, cutoff=0.6) or [word for word in words if _is_part(written, word)]
    if close:
        return f'did you mean "{close[0]}"?'
    return f"use one of {', '.join(words)}" if words else "leave it out"


def _is_part(written: str, word: str) -> bool:
    return len(written) >= 3 and written in word
