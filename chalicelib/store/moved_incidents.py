"""Incidents that people have moved to another station.

Their ids begin with the first one.
"""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.store.incidents import Incident, IncidentsTableRow, incidents_at, incidents_by_id
from chalicelib.store.tables import store_faults
from chalicelib.store.writes import Write


class MovedIncident(IncidentsTableRow):
    """An incident that was moved to a station; its `id` is `STATION#NUMBER`."""

    incident = UnicodeAttribute()


def incidents_of_station(election_id: str, station: str) -> list[Incident]:
    """Return the incidents that happened at a station.

    Wherever they were reported for.

    Raises StoreUnavailable.
    """
    with store_faults():
        begins = MovedIncident.id.startswith(f"{station}#")
        moved = [row.incident for row in MovedIncident.query(_partition(election_id), begins, consistent_read=True)]
    rows = [*incidents_at(election_id, station), *(incidents_by_id(election_id, moved) if moved else ())]
    return [row for row in {row.id: row for row in rows}.values() if row.station == station]


def moving(incident: Incident, station: str) -> list[Write]:
    """Return the writes by which an incident is found elsewhere.

    At the station that it is moved to.
    """
    if incident.station == station:
        return []
    first = incident.id.partition("#")[0]
    left, reached = _row(incident, incident.station), _row(incident, station)
    writes = [] if incident.station == first else [Write.delete("row", left.id, left)]
    return writes if station == first else [*writes, Write.put("row", reached.id, reached)]


def _row(incident: Incident, station: str) -> MovedIncident:
    row_id = f"{station}#{incident.number:06}"
    return MovedIncident(_partition(incident.election), row_id, incident=incident.id)


def _partition(election_id: str) -> str:
    return f"{election_id}#moved"
