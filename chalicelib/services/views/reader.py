"""Who reads a view, and what is not shown to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from chalicelib.observation.elections.election import Election
from chalicelib.services.access.operators import Operator
from chalicelib.services.quick_count.release import withheld_answers
from chalicelib.store.elections import LoadedElection
from chalicelib.store.reports import StoredReport, reports_of

Withheld = Mapping[str, frozenset[str]]
"""Codes by form of questions whose answers are not shown."""
NOTHING: Withheld = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and the answers that are withheld from them."""

    operator: Operator
    withheld: Withheld = field(default_factory=lambda: NOTHING)

    @property
    def sees_people(self) -> bool:
        """Whether names, phones, and who entered what are shown."""
        return self.operator.sees_phones()

    def toward(self, observer: str) -> "Reader":
        """Return the reader as they see an observer."""
        return replace(self, operator=self.operator.toward(observer))

    def reports_at(self, election: Election, station: str) -> list[StoredReport]:
        """Return what a station has reported, as far as the reader sees it; raises StoreUnavailable."""
        stored = reports_of(election, station)
        if self.operator.sight is None:
            return stored
        seen = self.operator.sees_reports_of
        shown = (replace(one, report=one.report.only(seen)) for one in stored)
        return [one for one in shown if one.report.given]

    def withheld_of(self, form: str) -> frozenset[str]:
        """Return codes of a form whose answers are not shown."""
        return self.withheld.get(form, frozenset())


def reader_of(loaded: LoadedElection, operator: Operator) -> Reader:
    """Return who reads an election's views; raises StoreUnavailable."""
    return Reader(operator, withheld_answers(loaded, operator))
