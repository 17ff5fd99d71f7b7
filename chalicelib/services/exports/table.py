"""A table of an export.

It has its columns, and its rows as they are read.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from chalicelib.observation.elections.clock import local_time
from chalicelib.services.access.operators import Operator
from chalicelib.store.elections import LoadedElection

What = Literal["reports", "incidents", "messages", "audit", "roster", "contacts"]
Format = Literal["csv", "xlsx"]
Cell = str | int | float | Decimal | bool | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A name, columns, and rows that are made one by one.

    Whatever their number.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterator[Row]


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What somebody asks for.

    `regions`, `forms` and `stations` empty: all that they see. `people`: with names, phones and texts. `language`: of
    labels.
    """

    what: What
    format: Format
    regions: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    language: str = "en"
    people: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """An election, who asks for its rows, and which of them."""

    loaded: LoadedElection
    operator: Operator
    wanted: ExportRequest

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions asked for that may be seen, in election order."""
        chosen = self.wanted.regions or self.loaded.election.regions
        return tuple(
            region for region in self.loaded.election.regions if region in chosen and self.operator.sees(region)
        )

    @property
    def sees_all(self) -> bool:
        """Whether rows of no region belong to it."""
        return self.operator.sees_all() and not self.wanted.regions and not self.wanted.stations

    def wants(self, station: str | None) -> bool:
        """Whether rows of a station are asked for."""
        return not self.wanted.stations or station in self.wanted.stations

    def sees_people_of(self, observer: str | None) -> bool:
        """Whether an observer's name and phones belong to it."""
        return self.operator.toward(observer) is self.operator

    def sees_phone(self, phone: str | None) -> bool:
        """Whether a phone, and what was said on it, belongs to it."""
        sight = self.operator.sight
        if sight is None:
            return True
        return any(
            sight.sees_people_of(observer.number) for observer in sight.election.observers_by_phone.get(phone or "", ())
        )

    def moments(self, at: dt.datetime | None) -> tuple[Cell, Cell]:
        """Return an instant in UTC and in the election's time zone."""
        return local_time(at, dt.UTC), local_time(at, self.loaded.election.zone)
