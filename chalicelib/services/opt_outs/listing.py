"""Who has opted out, as operators see it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from chalicelib.observation.elections.election import Election, Observer
from chalicelib.services.access.operators import Operator
from chalicelib.store.opt_outs import OptOutRow, opted_out


@dataclass(frozen=True, slots=True)
class OptOut:
    """A phone that wants no bulk SMS and reminders, and whose.

    `since`: a real instant. `message`: the SMS that said so, or that was refused. `regions`: those of its observers.
    """

    phone: str
    since: dt.datetime
    source: str
    message: str
    observers: tuple[Observer, ...]
    coordinators: tuple[str, ...]
    regions: tuple[str, ...]

    def is_seen_by(self, operator: Operator) -> bool:
        """Tell whether an operator of the election sees it.

        Phones of no region's observers only those who see all.
        """
        of_regions = operator.sees_all() or any(operator.sees(region) for region in self.regions)
        of_people = operator.sight is None or any(
            operator.sight.sees_people_of(observer.number) for observer in self.observers
        )
        return of_regions and of_people

    def document(self) -> dict[str, Any]:
        """Return it as JSON's values."""
        return {
            "phone": self.phone,
            "since": self.since.isoformat(),
            "told": self.source,
            "message": self.message,
            "observers": [{"number": observer.number, "station": observer.station} for observer in self.observers],
            "coordinators": list(self.coordinators),
            "regions": list(self.regions),
        }


def list_opt_outs(election: Election) -> list[OptOut]:
    """Everybody who has opted out, by phone. Raises StoreUnavailable."""
    return [_describe(election, row) for row in opted_out(election.id)]


def _describe(election: Election, row: OptOutRow) -> OptOut:
    observers = election.observers_by_phone.get(row.phone, ())
    coordinators = tuple(coordinator.name for coordinator in election.coordinators_by_phone.get(row.phone, ()))
    regions = dict.fromkeys(election.region_of(observer.station) for observer in observers)
    return OptOut(row.phone, row.at, row.source, row.message, observers, coordinators, tuple(regions))
