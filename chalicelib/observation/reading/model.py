"""What a text says: the values that a reading is made of (GRAMMAR: "What a reading returns")."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Value = bool | int | str | Decimal | tuple[int, ...]
"""A canonical answer: yesno bool, integer and choice int, choices sorted tuple, time "HH:MM", decimal Decimal."""

Reason = Literal["out_of_range", "wrong_type", "conflicting", "ambiguous", "unknown_code"]

CATEGORY = "category"
"""The code under which an incident's category is answered or rejected."""

STATION = "station"
"""The code under which a station is rejected."""

OBSERVER = "observer"
"""The code under which an observer's number is rejected: it is not certain whose the report is."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that was read otherwise than it was typed, and the rule that allowed it."""

    typed: str
    read_as: str
    rule: str


@dataclass(frozen=True, slots=True)
class ReportReading:
    """One form in a text: `observer` is the number after @; it, `station` and `round` are None where none was named."""

    form: str
    station: str | None = None
    round: str | None = None
    observer: str | None = None
    answers: Mapping[str, Value] = field(default_factory=dict)
    rejected: Mapping[str, Reason] = field(default_factory=dict)
    comment: str | None = None
    repairs: tuple[Repair, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def is_undecided(self) -> bool:
        """Whether it names two stations or observers, so that a form counts for none until an operator decides."""
        return "ambiguous" in (self.rejected.get(STATION), self.rejected.get(OBSERVER))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a whole SMS says: its reports in their order, or why it was held and counts for nothing."""

    reports: tuple[ReportReading, ...] = ()
    held: str | None = None
