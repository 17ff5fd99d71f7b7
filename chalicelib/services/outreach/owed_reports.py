"""Reports of a round that somebody still owes."""

from collections.abc import Iterable

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.reminders import missing_observers
from chalicelib.store.reports import StoredReport, get_reports
from chalicelib.store.tallies import read_cells


def stations_with_gaps(election: Election, form: str, round_name: str) -> list[str]:
    """Return stations of the regions that lack reports of a round.

    The tallies say where to look.
    """
    cells = read_cells(election)
    wanting = []
    for region in election.regions:
        counted = int(cells.get((region, form, round_name), {}).get("received", 0))
        numbers = [station.number for station in election.stations_by_region[region]]
        if election.form_by_code[form].expect == "observer" or counted < len(numbers):
            wanting += numbers
    return wanting


def missing_reports(election: Election, stations: Iterable[str], form: str, round_name: str) -> list[StoredReport]:
    """Return the reports of a round that somebody still owes.

    They come in the stations' order. Raises StoreUnavailable.
    """
    keys = [(station, form, round_name) for station in stations]
    reports = get_reports(election, keys) if keys else {}
    return [reports[key] for key in keys if missing_observers(election, reports[key].report)]
