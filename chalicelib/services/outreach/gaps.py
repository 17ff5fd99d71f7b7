"""The stations that owe reports, and for how long."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.observation.elections.election import Election, Observer, Station
from chalicelib.observation.elections.schedule import Place, is_expected, places
from chalicelib.observation.reports.reminders import day_began, is_silent, overdue_by, overdue_rounds
from chalicelib.observation.reports.report import Report, owing
from chalicelib.services.outreach.reachable_phones import reached_each
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.reports import ReportKey, StoredReport, entries_of, get_reports, report_key

Reports = Mapping[ReportKey, StoredReport]


@dataclass(frozen=True, slots=True)
class Gap:
    """A station that owes reports, the longest overdue first.

    `observers`: each with the phone first that was heard last. `heard`: its last sign of life of the day, None for
    none. `is_silent`: nothing came since the morning, or nothing for so long that something may have happened.
    """

    station: Station
    observers: tuple[Observer, ...]
    places: tuple[Place, ...]
    overdue: dt.timedelta
    heard: dt.datetime | None
    is_silent: bool


def gaps(election: Election, regions: Sequence[str], at: dt.datetime) -> dict[str, list[Gap]]:
    """Return regions' stations with overdue reports, the most overdue first.

    Reads the reports that are overdue, of stations that owe any all others too, and the election's incidents. Raises
    StoreUnavailable.
    """
    overdue = overdue_rounds(election, at)
    stations = [station for station in election.stations if station.region in regions]
    stored = _read(election, stations, overdue)
    owed: dict[str, tuple[Place, ...]] = {
        station.number: tuple(place for place in overdue if owes(election, stored[station.number, *place].report))
        for station in stations
    }
    lacking = [station for station in stations if owed[station.number]]
    others = [place for place in places(election) if place not in overdue]
    everything = {**stored, **_read(election, lacking, others), **_entries(election, lacking)}
    heard = last_heard(election, lacking, everything, incidents_of(election.id), at) if lacking else {}
    by_region: dict[str, list[Gap]] = {region: [] for region in regions}
    people = _people(election, lacking)
    for station in lacking:
        gap = _gap(election, station, people[station.number], owed[station.number], heard.get(station.number), at)
        by_region[station.region].append(gap)
    return {region: sorted(of_region, key=_most_overdue) for region, of_region in by_region.items()}


def _read(election: Election, stations: Sequence[Station], places: Sequence[Place]) -> Reports:
    keys = [(station.number, *place) for station in stations for place in places]
    return get_reports(election, keys) if keys else {}


def _entries(election: Election, stations: Sequence[Station]) -> Reports:
    return {report_key(stored): stored for stored in entries_of(election, (station.number for station in stations))}


def _people(election: Election, stations: Sequence[Station]) -> dict[str, tuple[Observer, ...]]:
    """Return stations' observers, as they are reached."""
    observers = {station.number: election.observers_by_station.get(station.number, ()) for station in stations}
    known = {
        observer.number: observer
        for observer in reached_each(observer for people in observers.values() for observer in people)
    }
    return {number: tuple(known[observer.number] for observer in people) for number, people in observers.items()}


def _gap(
    election: Election,
    station: Station,
    observers: tuple[Observer, ...],
    owed: tuple[Place, ...],
    heard: dt.datetime | None,
    at: dt.datetime,
) -> Gap:
    return Gap(
        station,
        observers,
        owed,
        max(overdue_by(election, place, at) for place in owed),
        heard,
        is_silent=is_silent(election, owed, heard, at),
    )


def _most_overdue(gap: Gap) -> tuple[dt.timedelta, int, str]:
    return -gap.overdue, -len(gap.places), gap.station.number


def last_heard(
    election: Election, stations: Sequence[Station], stored: Reports, incidents: Iterable[Incident], at: dt.datetime
) -> dict[str, dt.datetime]:
    """Return when some stations were last heard, by number.

    By an answer or an incident; those of which none came today are left out.
    """
    numbers = {station.number for station in stations}
    signs = [
        (number, answer.source.received_at)
        for (number, _, _), stored_report in stored.items()
        for answers in stored_report.report.observers.values()
        for answer in answers.answers.values()
    ]
    signs += [(incident.station, incident.opened_at) for incident in incidents]
    began = day_began(election, at)
    heard: dict[str, dt.datetime] = {}
    for number, moment in signs:
        if number in numbers and began <= moment:
            heard[number] = max(moment, heard.get(number, moment))
    return heard


def owes(election: Election, report: Report) -> bool:
    """Tell whether anything is missing of a report.

    Of a station without observers that owes one too, since nobody else will say it.
    """
    form = election.form_by_code[report.form]
    is_stations = form.expect == "station" and is_expected(election, form, report.round, report.station)
    return bool(owing(election, report)) or (is_stations and not report.counting)
