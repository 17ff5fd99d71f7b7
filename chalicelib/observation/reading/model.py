"""What a text says: the values that make a reading.

See docs/grammar.md, "Never guess".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Final, Literal


class UnknownAnswer(Enum):
    """The answer of an observer who says that they do not know."""

    UNKNOWN = "unknown"


UNKNOWN: Final = UnknownAnswer.UNKNOWN

Value = bool | int | str | Decimal | tuple[int, ...] | UnknownAnswer
"""A canonical answer, or UNKNOWN.

yesno bool, integer and choice int, choices sorted tuple, time "HH:MM", decimal Decimal, date "YYYY-MM-DD", text str.
"""

Reason = Literal["out_of_range", "wrong_type", "conflicting", "ambiguous", "unknown_code"]

CATEGORY = "category"
"""The code under which an incident's category is answered or rejected."""

STATION = "station"
"""The code under which a station is rejected."""

OBSERVER = "observer"
"""The code under which an observer's number is rejected: it is not certain whose the report is."""


ROUND = "round"
"""The code under which a round is rejected: an hour was named in which none or several of the form's begin."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What was read otherwise than typed, and the rule that allowed it."""

    typed: str
    read_as: str
    rule: str


@dataclass(frozen=True, slots=True)
class ReportReading:
    """One form in a text.

    `observer` is the number after @; it, `station` and `round` are None where none was named.

    `rounds` are those of which the clock decides: their hour was named, but not which day's, or it was named as so many
    `days_ago` (0 for today).
    """

    form: str
    station: str | None = None
    round: str | None = None
    observer: str | None = None
    rounds: tuple[str, ...] = ()
    days_ago: int | None = None
    answers: Mapping[str, Value] = field(default_factory=dict)
    rejected: Mapping[str, Reason] = field(default_factory=dict)
    comment: str | None = None
    repairs: tuple[Repair, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def is_undecided(self) -> bool:
        """Whether its station, observer or round is not certain.

        A form is then not counted before it is asked.
        """
        return any(self.rejected.get(code) == "ambiguous" for code in (STATION, OBSERVER, ROUND))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a whole SMS says: its reports, or why it is held."""

    reports: tuple[ReportReading, ...] = ()
    held: str | None = None
