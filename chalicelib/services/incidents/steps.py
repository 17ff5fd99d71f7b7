"""Take incidents through their life: who, when and why, one person at a time; and show them as operators see them."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.observation.elections.election import Election
from chalicelib.observation.incidents.lifecycle import NEEDS_NOTE, STATES, State, Step, after
from chalicelib.services.access.operators import Operator
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.incidents.alerts import describe
from chalicelib.services.versions import LONGEST_NOTE, NoteMissing, VersionPassed
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident, changing, incident_of_number, incidents_at, incidents_of
from chalicelib.store.operators import recorded
from chalicelib.store.outcome import IncidentChanged, write
from chalicelib.store.writes import Write


def step_writes(
    incident: Incident, step: Step, who: str, note: str, at: dt.datetime, now: dt.datetime
) -> tuple[State, tuple[Write, ...]]:
    """The state that a step leads to, and the writes that take it, with its line in the audit trail.

    `at` is on the election's clock, `now` the real instant. Raises StepRefused, NoteMissing.
    """
    state = after(incident.current, step)
    if step in NEEDS_NOTE and not note.strip():
        raise NoteMissing(f"say why you {step} it")
    entry = {"at": at.isoformat(timespec="seconds"), "step": step, "state": state, "who": who}
    if note.strip():
        entry["note"] = note.strip()[:LONGEST_NOTE]
    audited = recorded(incident.election, now, who, f"incident {step}", f"incident {int(incident.number)}")
    return state, (changing(incident, state, entry), audited)


def take_step(
    loaded: LoadedElection, operator: Operator, number: int, step: Step, seen: int, note: str, now: dt.datetime
) -> dict[str, Any] | None:
    """Take an operator's step on the version of an incident that they have seen; the incident after it.

    None if there is none in the operator's regions. Raises VersionPassed, StepRefused, NoteMissing, StoreUnavailable.
    """

    def take() -> dict[str, Any] | None:
        incident = incident_of_number(loaded.election.id, number)
        if incident is None or not operator.sees(incident.region):
            return None
        if int(incident.version) != seen:
            raise VersionPassed(f"incident {number} is at version {int(incident.version)} now, you have seen {seen}")
        write(step_writes(incident, step, operator.signature, note, loaded.clock.at(now), now)[1])
        return show_incident(loaded.election, operator, number)

    return until_uncontended(take, also=(IncidentChanged,), what=f"incident {number}")


def show_incident(election: Election, operator: Operator, number: int) -> dict[str, Any] | None:
    """An incident with its history, None if there is none in the operator's regions. Raises StoreUnavailable."""
    incident = incident_of_number(election.id, number)
    if incident is None or not operator.sees(incident.region):
        return None
    return _described(election, incident, incidents_at(election.id, incident.station)) | {
        # The SMS of an answer may hold the count.
        "text": None if incident.report is not None and operator.role == "viewer" else incident.text,
        "observer": incident.observer,
        "message": incident.message,
        "report": incident.report,
        "alerts": list(incident.alerts),
        "history": list(incident.history),
    }


def list_incidents(
    election: Election, operator: Operator, region: str | None = None, state: State | None = None
) -> dict[str, Any]:
    """The incidents of a region, or of all that the operator sees, in one state or any, the newest first.

    Reads grow with the election's incidents alone. Raises StoreUnavailable.
    """
    every = list(incidents_of(election.id))
    found = sorted(_chosen(every, operator, region, state), key=lambda one: int(one.number), reverse=True)
    at_station: dict[str, list[Incident]] = {}
    for one in every:
        at_station.setdefault(one.station, []).append(one)
    described = [_described(election, one, at_station[one.station]) for one in found]
    return {"election": election.id, "incidents": described}


def same_as(incident: Incident, others: Iterable[Incident]) -> list[int]:
    """Numbers of a station's incidents that may be the same, earlier and later ones: the later ones say so."""
    number = int(incident.number)
    later = {int(other.number) for other in others if number in map(int, other.may_be_same_as)}
    return sorted({*map(int, incident.may_be_same_as), *later})


def _chosen(
    every: Iterable[Incident], operator: Operator, region: str | None, state: State | None
) -> Iterator[Incident]:
    for incident in every:
        is_asked = region in (None, incident.region) and state in (None, incident.state)
        if is_asked and operator.sees(incident.region):
            yield incident


def _described(election: Election, incident: Incident, others: Iterable[Incident]) -> dict[str, Any]:
    return {
        "number": int(incident.number),
        "version": int(incident.version),
        "state": incident.state,
        "severity": incident.severity,
        "category": int(incident.category) if incident.category is not None else None,
        "what": describe(election, incident, "en"),
        "region": incident.region,
        "station": incident.station,
        "opened_at": incident.opened_at.astimezone(election.zone).isoformat(timespec="seconds"),
        "escalated": int(incident.stage),
        "may_be_same_as": same_as(incident, others),
    }


def state_named(written: str) -> State | None:
    """The state of that name, None if there is none."""
    return next((state for state in STATES if state == written), None)
