"""Read an election's reports once per minute, for all kept documents.

A station is one query. A region of which nothing came since is not read again for some minutes, and one that never had
a report not at all.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from chalicelib.observation.elections.election import Station
from chalicelib.observation.reports.tally import ANY_FORM, Cell, Counters
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.reports import ReportKey, StoredReport, reports_of
from chalicelib.store.tallies import read_cells

WORKERS = 8
TRUSTED_SECONDS = 300.0
"""How long a region's reports are trusted while its tallies stand still: what moves no tally is seen then."""

Reports = dict[ReportKey, StoredReport]
_Fingerprint = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Reports, tallies and incidents, read at one time.

    Reports by station, form and round.
    """

    cells: Mapping[Cell, Counters]
    incidents: Sequence[Incident]
    reports: Reports = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _CachedReports:
    fingerprint: _Fingerprint
    at: float
    reports: Reports


def renew(loaded: LoadedElection, reading: Snapshot, station: str) -> Reports:
    """Read a station's reports afresh, for this and later readings.

    A decision about a report may move no tally, and is seen by nothing else. Raises StoreUnavailable.
    """
    fresh = _by_key(reports_of(loaded.election, station))
    reading.reports.update(fresh)
    kept = _kept.get((loaded.election.id, loaded.election.region_of(station)))
    if kept is not None:
        kept.reports.update(fresh)
    return fresh


_kept: dict[tuple[str, str], _CachedReports] = {}


def read_all(loaded: LoadedElection) -> Snapshot:
    """Read tallies, incidents, and the reports of every region that changed.

    Raises StoreUnavailable.
    """
    election = loaded.election
    cells, incidents = read_cells(election), list(incidents_of(election.id))
    reports: dict[ReportKey, StoredReport] = {}
    for region in election.regions:
        if _had_reports(cells, region):
            fingerprint = loaded.version, hash(_of_region(cells, region))
            reports |= _reports_in(loaded, region, fingerprint)
    return Snapshot(cells, incidents, reports)


def _had_reports(cells: Mapping[Cell, Counters], region: str) -> bool:
    """Tell whether a region ever had a report.

    Its cell is made with the first, and stays.
    """
    return any(of_region == region and form != ANY_FORM for of_region, form, _ in cells)


def _reports_in(loaded: LoadedElection, region: str, fingerprint: _Fingerprint) -> Reports:
    key = loaded.election.id, region
    kept = _kept.get(key)
    if kept is None or kept.fingerprint != fingerprint or time.monotonic() - kept.at > TRUSTED_SECONDS:
        kept = _kept[key] = _CachedReports(fingerprint, time.monotonic(), _read(loaded, region))
    return kept.reports


def _read(loaded: LoadedElection, region: str) -> Reports:
    election = loaded.election

    def read(station: Station) -> list[StoredReport]:
        return reports_of(election, station.number)

    with ThreadPoolExecutor(WORKERS) as workers:
        rows = [stored for several in workers.map(read, election.stations_by_region[region]) for stored in several]
    return _by_key(rows)


def _by_key(stored: Iterable[StoredReport]) -> Reports:
    return {(row.report.station, row.report.form, row.report.round): row for row in stored}


def _of_region(cells: Mapping[Cell, Counters], region: str) -> tuple[object, ...]:
    return tuple(
        (cell, tuple(sorted(counters.items()))) for cell, counters in sorted(cells.items()) if cell[0] == region
    )
