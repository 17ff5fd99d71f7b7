"""A report's fields as a person types them, and their faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST_TYPED = 300


@dataclass(frozen=True, slots=True)
class EntryFields:
    """A report's fields as they were typed.

    `answers` by code, blank ones left out.

    Of an incident `answers` holds its `category`, and `comment` what happened.
    """

    form: str
    station: str | None = None
    round: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with a field; `at` is its JSON pointer."""

    at: str
    what: str


class FieldsRefused(ValueError):
    """Fields that no SMS could say."""

    def __init__(self, faults: tuple[FieldFault, ...]) -> None:
        super().__init__("; ".join(f"{fault.at}: {fault.what}" for fault in faults))
        self.faults = faults
