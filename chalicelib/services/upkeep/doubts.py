"""Keep the list of reports in doubt."""

import datetime as dt
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from chalicelib.observation.elections.schedule import Place
from chalicelib.observation.reports.report import Report
from chalicelib.services.isolation import LoopResult, for_each
from chalicelib.services.reports.doubt_row import doubted
from chalicelib.services.upkeep.snapshot import Snapshot, renew
from chalicelib.store.doubts import DoubtRow, doubts_of_region, keep_doubt
from chalicelib.store.elections import LoadedElection

WORKERS = 8


def keep_doubts(loaded: LoadedElection, reading: Snapshot, now: dt.datetime) -> LoopResult[object]:
    """Write the rows whose doubts have changed, and delete those that ended.

    Raises StoreUnavailable.
    """
    stations: dict[str, dict[Place, Report]] = {}
    for (station, form, name), stored in reading.reports.items():
        stations.setdefault(station, {})[form, name] = stored.report
    return for_each(
        "doubts of a region",
        loaded.election.regions,
        lambda region: _keep_region(loaded, reading, region, stations, now),
    )


def _keep_region(
    loaded: LoadedElection,
    reading: Snapshot,
    region: str,
    stations: Mapping[str, Mapping[Place, Report]],
    now: dt.datetime,
) -> None:
    election = loaded.election
    rows = [
        doubted(loaded, stations[station.number], place, now)
        for station in election.stations_by_region[region]
        for place in stations.get(station.number, ())
    ]
    before = {row.id: row for row in doubts_of_region(election.id, region)}
    row_by_id = {row.id: row for row in rows}
    changed = {
        key
        for key in {*before, *row_by_id}
        if (before[key].doubts if key in before else []) != (row_by_id[key].doubts if key in row_by_id else [])
    }
    changed_stations = {(row_by_id.get(key) or before[key]).place[0] for key in changed}
    with ThreadPoolExecutor(WORKERS) as workers:
        list(
            workers.map(lambda station: _keep_station(loaded, reading, station, changed, now), sorted(changed_stations))
        )
    for row in [before[key] for key in changed if key not in row_by_id]:
        row.doubts = []
        keep_doubt(row)


def _keep_station(loaded: LoadedElection, reading: Snapshot, station: str, changed: set[str], now: dt.datetime) -> None:
    """Read a station's reports again before its rows change.

    A decision may have been quicker.
    """
    fresh = {(form, name): row.report for (_, form, name), row in renew(loaded, reading, station).items()}
    for place in fresh:
        row: DoubtRow = doubted(loaded, fresh, place, now)
        if row.id in changed:
            keep_doubt(row)
