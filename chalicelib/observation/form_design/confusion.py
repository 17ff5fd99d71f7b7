"""What is easily confused in an election file, and where it stands."""

from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keys and list positions that lead to a value of the election file."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Something easily confused: where it is, with what, and why.

    `other` is None if that is no part of the file.
    """

    path: Path
    other: Path | None
    message: str


@dataclass(frozen=True, slots=True)
class Name:
    """A form's code or alias, as written and as it looks.

    `codes` are the form's.
    """

    written: str
    path: Path
    form: int
    codes: frozenset[str]
    shape: str
