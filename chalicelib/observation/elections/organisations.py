"""A coalition's members, and what each sees of the others'.

Sums are the coalition's. A member sees its own observers' people, reports and stations, and of the others' what the
election file says. It acts for its own observers alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chalicelib.observation.elections.values import ElectionValue, Texts

if TYPE_CHECKING:
    from chalicelib.observation.elections.election import Election

Extent = Literal["own", "all"]


class VisibleToMember(ElectionValue):
    """Whose phones (and names), reports and stations a member sees."""

    phones: Extent = "own"
    reports: Extent = "own"
    stations: Extent = "own"


class Organisation(ElectionValue):
    """A member of the coalition: its name, and what it sees."""

    name: Texts
    sees: VisibleToMember = VisibleToMember()


NOTHING_OF_OTHERS = VisibleToMember()


@dataclass(frozen=True, slots=True)
class MemberView:
    """What a member of the coalition sees of an election.

    A member that the election file does not name any more has no observers, and sees nothing.
    """

    election: "Election"
    organisation: str

    @property
    def sees(self) -> VisibleToMember:
        """What the election file lets the member see of the others'."""
        members: Mapping[str, Organisation] = self.election.organisations
        return members[self.organisation].sees if self.organisation in members else NOTHING_OF_OTHERS

    def owns(self, observer: str | None) -> bool:
        """Whether an observer, by number, is the member's; nobody is None."""
        named = self.election.observer_by_number.get(observer or "")
        return named is not None and named.organisation == self.organisation

    def owns_part_of(self, station: str) -> bool:
        """Whether one of a station's observers is the member's."""
        observers = self.election.observers_by_station.get(station, ())
        return any(observer.organisation == self.organisation for observer in observers)

    def owns_all_of(self, station: str) -> bool:
        """Whether all of a station's observers are the member's."""
        observers = self.election.observers_by_station.get(station, ())
        return bool(observers) and all(observer.organisation == self.organisation for observer in observers)

    def sees_station(self, station: str) -> bool:
        """Whether the member sees a station, by number."""
        return self.sees.stations == "all" or self.owns_part_of(station)

    def sees_reports_of(self, observer: str | None) -> bool:
        """Whether the member sees what an observer reports.

        What nobody known has sent is seen by who sees everybody's.
        """
        return self.sees.reports == "all" or self.owns(observer)

    def sees_people_of(self, observer: str | None) -> bool:
        """Whether the member sees an observer's name and phones."""
        return self.sees.phones == "all" or self.owns(observer)


def without_others_people(election: "Election", sight: MemberView) -> "Election":
    """Leave out names and phones that a member does not see."""
    if sight.sees.phones == "all":
        return election
    observers = tuple(
        observer if sight.owns(observer.number) else observer.model_copy(update={"name": "", "phones": ()})
        for observer in election.observers
    )
    kept = {name: getattr(election, name) for name in type(election).model_fields}
    return type(election).model_construct(**kept | {"observers": observers})
