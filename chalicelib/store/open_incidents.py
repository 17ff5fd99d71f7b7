"""Open incidents: a small row each, for the board to count.

They lie in the table of incidents. Whatever opens, changes or ends an incident writes them in its own transaction; the
schedule adds those of earlier versions.
"""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.observation.elections.values import Severity
from chalicelib.observation.incidents.lifecycle import OPEN, State
from chalicelib.store.attributes import InstantAttribute, WordAttribute
from chalicelib.store.incidents import Incident, IncidentsTableRow
from chalicelib.store.tables import store_faults
from chalicelib.store.writes import Write

MOST_READ = 200
"""Open incidents that a board reads; of more it tells that there are so many at least."""


class OpenIncident(IncidentsTableRow):
    """An incident that somebody still has to do something about.

    `at`: when it was opened, on the election's clock. `incident` is its id.
    """

    region = UnicodeAttribute()
    severity = WordAttribute[Severity]()
    state = WordAttribute[State]()
    at = InstantAttribute()
    incident = UnicodeAttribute()

    @property
    def number(self) -> int:
        """The incident's number."""
        return int(self.id)

    @property
    def is_new(self) -> bool:
        """Whether nobody has acknowledged it."""
        return self.state == "new"


def open_incidents_of(election_id: str, limit: int | None = MOST_READ) -> list[OpenIncident]:
    """Return an election's open incidents by number, at most so many.

    Raises StoreUnavailable.
    """
    with store_faults():
        return list(OpenIncident.query(_partition(election_id), limit=limit))


def listed(incident: Incident, state: State) -> Write:
    """Return the write that lists or unlists an incident by its state."""
    row = OpenIncident(
        _partition(incident.election),
        f"{incident.number:06}",
        region=incident.region,
        severity=incident.severity,
        state=state,
        at=incident.opened_at,
        incident=incident.id,
    )
    return Write.put("row", row.id, row) if state in OPEN else ending(row)


def ending(row: OpenIncident) -> Write:
    """Return the write that takes a row from the list."""
    return Write.delete("row", row.id, row)


def _partition(election_id: str) -> str:
    return f"{election_id}#open"
