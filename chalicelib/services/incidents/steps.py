"""Take incidents through their life, and show them.

Who, when and why, one person at a time; as operators see them.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election
from chalicelib.observation.incidents.budget import MOST_SAME
from chalicelib.observation.incidents.lifecycle import NEEDS_NOTE, STATES, State, Step, after
from chalicelib.services.access.operators import Operator
from chalicelib.services.access.permissions import Permission
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.incidents.alerts import describe
from chalicelib.services.incidents.refusals import IncidentUnknown
from chalicelib.services.versions import LONGEST_NOTE, NoteMissing, VersionPassed
from chalicelib.store import moved_incidents
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incident_numbers import IncidentNumber, incident_of_number, numbers_given
from chalicelib.store.incidents import (
    Incident,
    changing,
    incidents_at,
    incidents_by_id,
)
from chalicelib.store.open_incidents import OpenIncident, listed, open_incidents_of
from chalicelib.store.operators import recorded
from chalicelib.store.outcome import IncidentChanged, write
from chalicelib.store.writes import Write

PAGE_SIZE = 50
MOST_SCANNED = 500
"""Incidents that one page of the list looks at, of whatever region and state."""


def step_writes(
    incident: Incident, step: Step, who: str, note: str, at: dt.datetime, now: dt.datetime
) -> tuple[State, tuple[Write, ...]]:
    """Return a step's new state and its writes.

    Among them is its line in the audit trail. `at` is on the election's clock, `now` the real instant. Raises
    StepRefused, NoteMissing.
    """
    state = after(incident.state, step)
    if step in NEEDS_NOTE and not note.strip():
        raise NoteMissing(f"say why you {step} it")
    entry = {"at": at.isoformat(timespec="seconds"), "step": step, "state": state, "who": who}
    if note.strip():
        entry["note"] = note.strip()[:LONGEST_NOTE]
    audited = recorded(
        incident.election, now, who, f"incident {step}", f"incident {incident.number}", entry.get("note")
    )
    return state, (changing(incident, state, entry), listed(incident, state), audited)


def take_step_once(loaded: LoadedElection, action: Action, number: int, step: Step, seen: int) -> dict[str, Any] | None:
    """Take a step as `take_step` does, once per Idempotency-Key.

    Raises KeyReused, and what `take_step` raises.
    """
    operator = action.operator

    def attempt() -> Change:
        incident = incident_of_number(loaded.election.id, number)
        if incident is None or not sees(operator, incident):
            raise IncidentUnknown(f"there is no incident {number} in this election, or not in your regions")
        operator.require_own(incident.observer)
        _require_version(incident, seen)
        at = loaded.clock.at(action.now)
        state, (*writes, _) = step_writes(incident, step, action.who, action.note, at, action.now)
        document = {"number": number, "version": incident.version + 1}
        subject = f"incident {incident.number}"
        before, after = {"state": incident.state}, {"state": state}
        return Change(document, tuple(writes), f"incident {step}", subject, before, after)

    perform(action, attempt)
    return show_incident(loaded.election, operator, number)


def _require_version(incident: Incident, seen: int) -> None:
    if incident.version != seen:
        raise VersionPassed(f"incident {incident.number} is at version {incident.version} now, you have seen {seen}")


def take_step(
    loaded: LoadedElection, operator: Operator, number: int, step: Step, seen: int, note: str, now: dt.datetime
) -> dict[str, Any] | None:
    """Take an operator's step on the version they have seen.

    Returns the incident after it; None if there is none in the operator's regions. Raises VersionPassed, StepRefused,
    NoteMissing, StoreUnavailable.
    """

    def take() -> dict[str, Any] | None:
        incident = incident_of_number(loaded.election.id, number)
        if incident is None or not sees(operator, incident):
            return None
        operator.require_own(incident.observer)
        _require_version(incident, seen)
        write(step_writes(incident, step, operator.signature, note, loaded.clock.at(now), now)[1])
        return show_incident(loaded.election, operator, number)

    return until_uncontended(take, also=(IncidentChanged,), what=f"incident {number}")


def show_incident(election: Election, operator: Operator, number: int) -> dict[str, Any] | None:
    """Return an incident with its history, or None.

    None if there is none in the operator's regions. Raises StoreUnavailable.
    """
    incident = incident_of_number(election.id, number)
    if incident is None or not sees(operator, incident):
        return None
    operator = operator.toward(incident.observer)
    return _describe(election, incident, _later(incidents_at(election.id, _first_station(incident)))) | {
        # The SMS of an answer may hold the count.
        "text": None if incident.report is not None and not operator.may(Permission.READ_PEOPLE) else incident.text,
        "observer": incident.observer,
        "message": incident.message,
        "report": incident.report,
        "alerts": list(incident.alerts),
        "history": list(incident.history),
    }


def incidents_of_station(election: Election, operator: Operator, station: str) -> list[dict[str, Any]]:
    """Return a station's incidents that an operator sees, as listed.

    The newest comes first.

    Raises StoreUnavailable.
    """
    incidents = moved_incidents.incidents_of_station(election.id, station)
    later = _later(incidents)
    seen = (incident for incident in incidents if operator.sees_reports_of(incident.observer))
    newest_first = sorted(seen, key=lambda incident: incident.number, reverse=True)
    return [_describe(election, incident, later) for incident in newest_first]


def list_incidents(
    election: Election,
    operator: Operator,
    region: str | None = None,
    state: State | None = None,
    before: int | None = None,
    *,
    is_open: bool = False,
) -> dict[str, Any]:
    """Return a page of incidents, the newest first.

    They are of a region, or of all that the operator sees, in one state or any; `is_open`: those alone that somebody
    still has to do something about, however old. `before`: the number below which the page begins. `next` continues,
    None at the end; a page may be short where few are of the region and state. Reads at most MOST_SCANNED incidents,
    and those of their stations. Raises StoreUnavailable.
    """
    every: Iterator[IncidentNumber | OpenIncident] = (
        _open_numbers(election.id, before) if is_open else numbers_given(election.id, before)
    )
    given = islice(every, MOST_SCANNED)
    chosen: list[Incident] = []
    last: int | None = None
    while len(chosen) < PAGE_SIZE and (numbers := list(islice(given, PAGE_SIZE))):
        by_id = {
            incident.id: incident
            for incident in incidents_by_id(election.id, [incident.incident for incident in numbers])
        }
        for number in numbers:
            if len(chosen) < PAGE_SIZE:
                last = number.number
                chosen += _chosen([by_id[number.incident]] if number.incident in by_id else [], operator, region, state)
    later = {
        station: _later(incidents_at(election.id, station))
        for station in {_first_station(incident) for incident in chosen}
    }
    described = [_describe(election, incident, later[_first_station(incident)]) for incident in chosen]
    return {"election": election.id, "incidents": described, "next": str(last) if last and last > 1 else None}


def _open_numbers(election_id: str, before: int | None) -> Iterator[OpenIncident]:
    """Yield the open incidents below a number, the newest first."""
    newest_first = reversed(open_incidents_of(election_id, limit=None))
    return (row for row in newest_first if before is None or row.number < before)


def sees(operator: Operator, incident: Incident) -> bool:
    """Whether an operator sees an incident, by region and reporter."""
    return operator.sees_message(incident.region, incident.observer)


def same_as(incident: Incident, others: Iterable[Incident]) -> list[int]:
    """Return numbers of a station's incidents that may be the same.

    Earlier and later ones: the later ones say so.
    """
    return _same(incident, _later(others))


def _later(others: Iterable[Incident]) -> dict[int, list[int]]:
    """Return the later incidents that name each as the same, by number."""
    later: dict[int, list[int]] = {}
    for other in others:
        for number in other.may_be_same_as:
            later.setdefault(number, []).append(other.number)
    return later


def _same(incident: Incident, later: Mapping[int, Iterable[int]]) -> list[int]:
    number = incident.number
    linked = {int(other) for other in incident.links or {}}
    same = {*incident.may_be_same_as, *later.get(number, ())} - linked
    return sorted(sorted(same, key=lambda other: abs(number - other))[:MOST_SAME])


def _chosen(
    every: Iterable[Incident], operator: Operator, region: str | None, state: State | None
) -> Iterator[Incident]:
    for incident in every:
        is_asked = region in (None, incident.region) and state in (None, incident.state)
        if is_asked and sees(operator, incident):
            yield incident


def _first_station(incident: Incident) -> str:
    """Return the station that an incident was reported for.

    A person may have moved it since.
    """
    return incident.id.partition("#")[0]


def _describe(election: Election, incident: Incident, later: Mapping[int, Iterable[int]]) -> dict[str, Any]:
    return {
        "number": incident.number,
        "version": incident.version,
        "state": incident.state,
        "severity": incident.severity,
        "category": incident.category if incident.category is not None else None,
        "what": describe(election, incident, "en"),
        "region": incident.region,
        "station": incident.station,
        "opened_at": local_time(incident.opened_at, election.zone),
        "escalated": incident.stage,
        "may_be_same_as": _same(incident, later),
        "doubt": incident.doubt,
        "same_as": sorted(int(number) for number, same in (incident.links or {}).items() if same),
        "assigned": incident.assigned,
        "more": incident.more or 0,
    }


def state_named(written: str) -> State | None:
    """Return the state of a name, None if there is none."""
    return next((state for state in STATES if state == written), None)
