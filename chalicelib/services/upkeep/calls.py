"""Keep which stations are to be called, and why."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from chalicelib.observation.calls.priority import Need
from chalicelib.observation.elections.election import Election, Station
from chalicelib.observation.elections.schedule import Place, hours_of
from chalicelib.observation.incidents.lifecycle import State
from chalicelib.observation.reports.reminders import Progress, is_silent, overdue_by, overdue_rounds
from chalicelib.observation.reports.report import Report
from chalicelib.services.isolation import LoopResult, for_each
from chalicelib.services.outreach.gaps import last_heard, owes
from chalicelib.services.outreach.reminders import TASK
from chalicelib.services.upkeep.promise_reminders import remind_promised
from chalicelib.services.upkeep.snapshot import Snapshot
from chalicelib.store import progress
from chalicelib.store.calls import CallRow, call_row, calls_of, forget, keep_need
from chalicelib.store.desk import waiting_at
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident

KEPT_AFTER: Final = dt.timedelta(days=30)
"""How long after an election's hours the rows of its call desk go by themselves."""
UNVERIFIED: Final = frozenset[State]({"new", "acknowledged"})
MOST_ASKED: Final = 200
"""SMS of one region that wait for a call and are looked at."""
WORKERS = 8


def needs_of(loaded: LoadedElection, reading: Snapshot, at: dt.datetime) -> dict[str, Need]:
    """Return why each station is to be called, by number.

    `at` is on the election's clock. Raises StoreUnavailable.
    """
    election = loaded.election
    overdue = sorted(overdue_rounds(election, at), key=lambda place: -overdue_by(election, place, at))
    owed = {station.number: _owed(election, station, overdue, reading) for station in election.stations}
    lacking = [station for station in election.stations if owed[station.number]]
    heard = last_heard(election, lacking, reading.reports, reading.incidents, at) if lacking else {}
    oldest = _oldest_unverified(reading.incidents)
    _, done = progress.read(election.id, TASK)
    reminded = Progress.from_document(done).rounds if done else {}
    calls_asked = _left_for_a_call(election)
    needs = {}
    for station in election.stations:
        places, sign = owed[station.number], heard.get(station.number)
        incident = oldest.get(station.number)
        needs[station.number] = Need(
            places,
            sign,
            bool(places) and is_silent(election, places, sign, at),
            incident.number if incident else None,
            incident.opened_at if incident else None,
            sum(reminded[place].reminders for place in places if place in reminded),
            calls_asked.get(station.number, 0),
        )
    return {number: need for number, need in needs.items() if need}


def keep_calls(loaded: LoadedElection, needs: Mapping[str, Need], now: dt.datetime) -> LoopResult[object]:
    """Write the rows of the stations whose need has changed.

    Those that need nothing any more are deleted, unless somebody has called. Raises StoreUnavailable.
    """
    return for_each(
        "calls of a region", loaded.election.regions, lambda region: _keep_region(loaded, region, needs, now)
    )


def _keep_region(loaded: LoadedElection, region: str, needs: Mapping[str, Need], now: dt.datetime) -> None:
    election = loaded.election
    rows = {row.station: row for row in calls_of(election.id, region)}
    changed = [
        (rows.get(number) or call_row(election.id, region, number), needs.get(number, Need()))
        for number in sorted({*rows, *(station.number for station in election.stations_by_region[region])})
        if _is_changed(rows.get(number), needs.get(number, Need()))
    ]
    expires = _expires(loaded, now)
    remind_promised(loaded, rows.values(), needs, now)
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(lambda change: _keep(change[0], change[1], expires), changed))


def _is_changed(row: CallRow | None, need: Need) -> bool:
    if row is None:
        return bool(need)
    return (row.need or {}) != need.document() or (not need and row.version is None)


def _keep(row: CallRow, need: Need, expires: int) -> None:
    if need or not forget(row):
        keep_need(row, need.document(), expires)


def _owed(election: Election, station: Station, overdue: list[Place], reading: Snapshot) -> tuple[Place, ...]:
    def report(place: Place) -> Report:
        stored = reading.reports.get((station.number, *place))
        return stored.report if stored else Report(station.number, *place)

    return tuple(place for place in overdue if owes(election, report(place)))


def _left_for_a_call(election: Election) -> Counter[str]:
    """Count the SMS that operators left for a call, by station."""
    waiting = [row for region in election.regions for row in waiting_at(election.id, region, "call", MOST_ASKED)]
    observers = [election.observer_by_number.get(row.observer or "") for row in waiting]
    return Counter(observer.station for observer in observers if observer is not None)


def _oldest_unverified(incidents: Iterable[Incident]) -> dict[str, Incident]:
    oldest: dict[str, Incident] = {}
    for incident in incidents:
        if incident.state in UNVERIFIED:
            before = oldest.get(incident.station)
            if before is None or incident.opened_at < before.opened_at:
                oldest[incident.station] = incident
    return oldest


def _expires(loaded: LoadedElection, now: dt.datetime) -> int:
    hours = hours_of(loaded.election)
    ends = loaded.clock.real(hours[1]) if hours else now
    return int((max(ends, now) + KEPT_AFTER).timestamp())
