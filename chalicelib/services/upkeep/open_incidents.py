"""Bring the list of open incidents to what the incidents are."""

from chalicelib.observation.incidents.lifecycle import OPEN
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.isolation import LoopResult, for_each
from chalicelib.services.upkeep.snapshot import Snapshot
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import get_incident
from chalicelib.store.open_incidents import ending, listed, open_incidents_of
from chalicelib.store.outcome import write


def reconcile_open(loaded: LoadedElection, reading: Snapshot) -> LoopResult[object]:
    """List open incidents that are not listed, and end rows of others.

    Each is read again before, for somebody may have changed it meanwhile. Raises StoreUnavailable.
    """
    election_id = loaded.election.id
    stored = {row.incident: row for row in open_incidents_of(election_id, None)}
    rows = {name: (row.state, row.region, row.severity) for name, row in stored.items()}
    open_now = {
        incident.id: (incident.state, incident.region, incident.severity)
        for incident in reading.incidents
        if incident.state in OPEN
    }
    differing = sorted(name for name in {*rows, *open_now} if rows.get(name) != open_now.get(name))

    def correct(incident_id: str) -> None:
        incident = get_incident(election_id, incident_id)
        change = listed(incident, incident.state) if incident is not None else ending(stored[incident_id])
        until_uncontended(lambda: write([change]), what=f"incident {incident_id}")

    return for_each("open incident", differing, correct)
