"""Count anew what stations reported between which an observer moved."""

import datetime as dt
from contextlib import suppress
from dataclasses import replace

from chalicelib.services.isolation import LoopResult, for_each
from chalicelib.services.reports.recount import recount
from chalicelib.store.elections import TRUSTED_SECONDS, LoadedElection
from chalicelib.store.outcome import AssignmentsChanged, write
from chalicelib.store.reports import reports_of
from chalicelib.store.roster import changing_roster, roster_changes


def settle_roster(loaded: LoadedElection, now: dt.datetime) -> LoopResult[object]:
    """Count anew by changes that every process has seen; note it.

    Raises StoreUnavailable.
    """
    seen = now - dt.timedelta(seconds=2 * TRUSTED_SECONDS)
    unsettled = [
        number
        for number, change in loaded.changes.observers.items()
        if not change.is_settled and dt.datetime.fromisoformat(change.at) <= seen
    ]

    def settle(number: str) -> None:
        settle_observer(loaded, number)
        version, changes = roster_changes(loaded.election.id)
        change = changes.observers[number]
        if change == loaded.changes.observers[number]:
            settled = changes.with_observer(number, replace(change, is_settled=True))
            with suppress(AssignmentsChanged):
                write([changing_roster(loaded.election.id, version, settled)])

    return for_each("moved observer", unsettled, settle)


def settle_observer(loaded: LoadedElection, number: str) -> None:
    """Count anew the reports at an observer's old and new stations.

    Raises StoreUnavailable.
    """
    change = loaded.changes.observers.get(number)
    observer = loaded.filed.observer_by_number.get(number)
    if change is None or observer is None or change.is_settled:
        return
    stations = {observer.station, change.fields.get("station"), change.before.get("station")}
    for station in loaded.election.station_by_number.keys() & stations:
        for stored in reports_of(loaded.election, station):
            recount(loaded.election, stored)
