"""Who reads a view, and what is not shown to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from chalicelib.services.access.operators import Operator
from chalicelib.services.quick_count.visibility import withheld_answers
from chalicelib.store.elections import LoadedElection

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

    def withheld_of(self, form: str) -> frozenset[str]:
        """Return codes of a form whose answers are not shown."""
        return self.withheld.get(form, frozenset())


def reader_of(loaded: LoadedElection, operator: Operator) -> Reader:
    """Return who reads an election's views; raises StoreUnavailable."""
    return Reader(operator, withheld_answers(loaded, operator))
