"""Reports of many stations: what counts, and what is in doubt."""

import datetime as dt
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election, Station
from chalicelib.observation.reports.answer_json import value_json
from chalicelib.observation.reports.doubts import doubts_of
from chalicelib.observation.reports.report import Report, station_answers
from chalicelib.services.access.seen_reports import reports_at
from chalicelib.services.views.reader import Reader
from chalicelib.store.elections import LoadedElection
from chalicelib.store.reports import StoredReport

WORKERS = 8
READ_AT_ONCE: Final = 16
MOST_READ: Final = 500
"""Stations that a page of reports looks at: where few fit, it is short."""


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports: of regions, a form, a round, in a state.

    None and empty: whichever.
    """

    regions: Sequence[str]
    form: str | None = None
    round: str | None = None
    state: str | None = None

    def fits(self, described: dict[str, Any]) -> bool:
        """Whether a report is asked for."""
        return (
            self.form in (None, described["form"])
            and self.round in (None, described["round"])
            and self.state in (None, described["state"])
        )


def list_reports(
    loaded: LoadedElection,
    reader: Reader,
    criteria: ReportFilter,
    now: dt.datetime,
    after: tuple[str, str] | None,
    limit: int,
) -> dict[str, Any]:
    """Return a page of reports, by region and station.

    A page has whole stations, so that it may be longer than `limit` by one's. `next` is the region and station that it
    ends with. Reads one query per station. Raises StoreUnavailable.
    """
    election = loaded.election
    stations = sorted(
        (
            station
            for region in criteria.regions
            for station in election.stations_by_region.get(region, ())
            if reader.operator.sees_station(station)
        ),
        key=_place,
    )
    following = [station for station in stations if after is None or _place(station) > after]
    page: list[dict[str, Any]] = []
    last: Station | None = None
    for station, stored in _read(election, reader, following[:MOST_READ]):
        last = station
        reports = (_describe(election, reader, station, row, stored) for row in stored)
        page += [report for report in reports if criteria.fits(report)]
        if len(page) >= limit:
            break
    is_end = last is None or last == following[-1]
    return {
        "election": election.id,
        "as_of": local_time(loaded.clock.at(now), election.zone),
        "reports": page,
        "next": None if is_end or last is None else _place(last),
    }


def _place(station: Station) -> tuple[str, str]:
    return station.region, station.number


def _read(
    election: Election, reader: Reader, stations: Sequence[Station]
) -> Iterator[tuple[Station, list[StoredReport]]]:
    with ThreadPoolExecutor(WORKERS) as workers:
        for begin in range(0, len(stations), READ_AT_ONCE):
            some = stations[begin : begin + READ_AT_ONCE]
            yield from zip(
                some,
                workers.map(lambda station: reports_at(election, reader.operator, station.number), some),
                strict=True,
            )


def _describe(
    election: Election, reader: Reader, station: Station, stored: StoredReport, others: Sequence[StoredReport]
) -> dict[str, Any]:
    report = stored.report
    form = election.form_by_code[report.form]
    answers, withheld = station_answers(election, report), reader.withheld_of(form.code)
    reports = {(row.report.form, row.report.round): row.report for row in others}
    doubts = [doubt.document() for doubt in doubts_of(election, reports, (report.form, report.round))]
    return {
        "station": station.number,
        "region": station.region,
        "form": report.form,
        "round": report.round,
        "version": stored.version,
        "state": answers.state(form) if answers.first_at is not None else "expected",
        "first_at": local_time(answers.first_at, election.zone) if answers.first_at is not None else None,
        "answers": _of_observers(report, withheld)
        if form.expect == "observer"
        else {code: value_json(value) for code, value in answers.values.items() if code not in withheld},
        "conflicts": sorted(answers.conflicts - withheld) if form.expect == "station" else [],
        "doubts": [doubt["kind"] for doubt in doubts],
    }


def _of_observers(report: Report, withheld: frozenset[str]) -> dict[str, Any]:
    return {
        number: {code: value_json(answer.value) for code, answer in given.answers.items() if code not in withheld}
        for number, given in report.counting.items()
    }
