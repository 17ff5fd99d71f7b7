"""Which stations a list is asked for."""

from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.elections.election import Election, Station

STATES: Final = ("complete", "partial", "conflict", "missing", "expected", "closed", "late", "failed_check")
"""By which a form's round is filtered: its state, or that it was late or fails a check."""
LACKING: Final = frozenset({"missing", "partial"})
Described = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StationFilter:
    """Which stations are asked for.

    `states`: any of these, in `form` and `round` or in any. `text`: in the number, the name or an observer's number or
    name. None and empty: whichever.
    """

    form: str | None = None
    round: str | None = None
    states: frozenset[str] = frozenset()
    is_lacking: bool = False
    is_silent: bool = False
    is_closed: bool | None = None
    district: str | None = None
    text: str | None = None
    organisation: str | None = None

    def names(self, election: Election, station: Station, *, with_people: bool) -> bool:
        """Whether a station's own or its people's words fit.

        Its observers' names `with_people` alone.
        """
        observers = election.observers_by_station.get(station.number, ())
        words = [station.number, station.name, *(observer.number for observer in observers)]
        words += [observer.name for observer in observers] if with_people else []
        is_named = self.text is None or any(self.text.casefold() in word.casefold() for word in words)
        is_theirs = self.organisation is None or self.organisation in election.organisations_of(station.number)
        return is_named and is_theirs and self.district in (None, station.district)

    def fits(self, described: Described) -> bool:
        """Whether what a station has reported fits."""
        rounds = [
            round_described
            for form, described_rounds in described["forms"].items()
            for name, round_described in described_rounds.items()
            if self.form in (None, form) and self.round in (None, name)
        ]
        every = [report for described_rounds in described["forms"].values() for report in described_rounds.values()]
        return (
            (not self.states or any(self.states & flags(report) for report in rounds))
            and (not self.is_lacking or any(report["state"] in LACKING for report in every))
            and (not self.is_silent or described["is_silent"])
            and self.is_closed in (None, described["closed_at"] is not None)
        )


def flags(described: Described) -> set[str]:
    """Return by what a form's round can be found."""
    late = {"late"} if described["late"] else set()
    failed = {"failed_check"} if described["failed_checks"] else set()
    return {described["state"], *late, *failed}
