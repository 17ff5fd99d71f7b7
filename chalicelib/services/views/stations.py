"""The stations of a region, and what each has reported."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election, Form, Station
from chalicelib.observation.elections.schedule import Place, is_late, places
from chalicelib.observation.reports.answer_json import value_json
from chalicelib.observation.reports.checks import failing
from chalicelib.observation.reports.entries import names_of, serial_in
from chalicelib.observation.reports.reminders import day_began, is_silent, overdue_rounds
from chalicelib.observation.reports.report import Report, StationAnswers, observer_answers, owing, station_answers
from chalicelib.services.access.seen_reports import reports_at
from chalicelib.services.views.closed_stations import closed_at, unsent_state
from chalicelib.services.views.people_of_stations import with_people
from chalicelib.services.views.reader import NOTHING, Reader, Withheld
from chalicelib.services.views.station_filter import Described, StationFilter
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import incidents_at
from chalicelib.store.reports import StoredReport, reports_of

PAGE = 100
MOST_ENTRIES = 100
"""Reports of a station on a form that is sent many times that are shown."""
WORKERS = 8
MOST_LOOKED_AT: Final = 500
"""Stations that a page with a filter looks at: where few fit, it is short."""
NO_ANSWERS = StationAnswers({}, frozenset(), None)
ReportsAt = Callable[[str], Sequence[StoredReport]]


def stations_of_region(
    loaded: LoadedElection,
    region: str,
    now: dt.datetime,
    after: str | None = None,
    limit: int = PAGE,
    *,
    withheld: Withheld = NOTHING,
) -> dict[str, Any]:
    """Return a page of a region's stations, by number.

    Each has the state of every form and round; of a form that is sent many times, of every report, and under `cut`
    which forms have more than are shown. `next` is the number to continue after, None at the end. Reads grow with the
    page's stations only. Raises StoreUnavailable.
    """
    election = loaded.election
    following = _following(election, region, after)
    page = following[:limit]
    at = loaded.clock.at(now)
    return _page(loaded, region, at) | {
        "stations": _describe(election, page, at, lambda station: reports_of(election, station), withheld),
        "next": page[-1].number if len(following) > limit else None,
    }


def find_stations(
    loaded: LoadedElection,
    reader: Reader,
    region: str,
    criteria: StationFilter,
    now: dt.datetime,
    after: str | None = None,
    limit: int = PAGE,
) -> dict[str, Any]:
    """Return a page of a region's wanted stations, by number.

    Each as `stations_of_region` has it, with its last sign of life, whether it is silent, its people and calls. A page
    looks at MOST_LOOKED_AT stations at most. Raises StoreUnavailable.
    """
    election, at = loaded.election, loaded.clock.at(now)
    following = _following(election, region, after)
    named = [
        station
        for station in following
        if reader.operator.sees_station(station) and criteria.names(election, station, with_people=reader.sees_people)
    ]
    looked_at = named[:MOST_LOOKED_AT]
    page: list[Described] = []
    last: str | None = None
    for begin in range(0, len(looked_at), limit):
        some = looked_at[begin : begin + limit]
        read = partial(reports_at, election, reader.operator)
        for described in _describe(election, some, at, read, reader.withheld):
            if len(page) == limit:
                break
            last = described["station"]
            page += [described] if criteria.fits(described) else []
        if len(page) == limit:
            break
    is_end = last is None or last == named[-1].number
    seen = with_people(loaded, reader, region, page, now)
    return _page(loaded, region, at) | {"stations": seen, "next": None if is_end else last}


def _page(loaded: LoadedElection, region: str, at: dt.datetime) -> dict[str, Any]:
    as_of = local_time(at, loaded.election.zone)
    return {"election": loaded.election.id, "region": region, "as_of": as_of}


def _following(election: Election, region: str, after: str | None) -> list[Station]:
    in_region = sorted(election.stations_by_region.get(region, ()), key=lambda station: station.number)
    return [station for station in in_region if after is None or station.number > after]


def _describe(
    election: Election, stations: Sequence[Station], at: dt.datetime, reports_at: ReportsAt, withheld: Withheld
) -> list[Described]:
    """Describe stations, each read by one query, several at a time."""
    with ThreadPoolExecutor(WORKERS) as workers:
        return list(
            workers.map(lambda station: _station(election, station, at, reports_at(station.number), withheld), stations)
        )


def _station(
    election: Election, station: Station, at: dt.datetime, reports: Sequence[StoredReport], withheld: Withheld
) -> Described:
    stored = {(row.report.form, row.report.round): row.report for row in reports}
    unsent = {place: Report(station.number, *place) for place in places(election)}
    reported = {**unsent, **stored}
    heard = last_heard(reported)
    return {
        "station": station.number,
        "name": station.name,
        "district": station.district,
        "registered": station.registered,
        **station.place,
        "closed_at": closed_at(election, station.number),
        "observers": [observer.number for observer in election.observers_by_station.get(station.number, ())],
        "organisations": list(election.organisations_of(station.number)),
        "forms": {
            form.code: {
                name: _round(election, reported, (form.code, name), at, withheld.get(form.code, frozenset()))
                for name in names_of(form, reported)[: None if form.is_owed else MOST_ENTRIES]
            }
            for form in election.forms
        },
        "last_heard_at": local_time(heard, election.zone),
        "is_silent": _is_silent(election, station, reported, heard, at),
        "cut": [
            form.code for form in election.forms if not form.is_owed and len(names_of(form, reported)) > MOST_ENTRIES
        ],
    }


def last_heard(reports: Mapping[Place, Report]) -> dt.datetime | None:
    """Return when a station's newest answer came, on the election's clock."""
    instants = (
        answer.source.received_at
        for report in reports.values()
        for given in report.observers.values()
        for answer in given.answers.values()
    )
    return max(instants, default=None)


def _is_silent(
    election: Election, station: Station, reports: Mapping[Place, Report], heard: dt.datetime | None, at: dt.datetime
) -> bool:
    """Tell whether a station is silent.

    An incident is a sign of life too.
    """
    owed = [place for place in overdue_rounds(election, at) if owing(election, reports[place])]
    began = day_began(election, at)
    today = heard if heard is not None and heard >= began else None
    if not is_silent(election, owed, today, at):
        return False
    opened = [incident.opened_at for incident in incidents_at(election.id, station.number)]
    signs = [instant for instant in (*opened, *([today] if today else [])) if instant >= began]
    return is_silent(election, owed, max(signs, default=None), at)


def _round(
    election: Election, reported: Mapping[Place, Report], place: Place, at: dt.datetime, withheld: frozenset[str]
) -> dict[str, Any]:
    form, report = election.form_by_code[place[0]], reported[place]
    if form.expect == "many":
        described = _entry(election, form, report, at, withheld)
    elif form.expect == "observer":
        described = _of_each(election, form, report, at, withheld)
    else:
        answers = station_answers(election, report)
        conflicts = {code: _answers_by_observer(report, code) for code in sorted(answers.conflicts - withheld)}
        described = {**_single_report(election, form, report, answers, at, withheld), "conflicts": conflicts}
    checks = failing(election, reported, place) if report.counting else ()
    return described | {
        "failed_checks": [
            {"rule": check.rule, "severity": check.severity, "message": election.text(check.message, "en")}
            for check in checks
        ],
    }


def _entry(election: Election, form: Form, report: Report, at: dt.datetime, withheld: frozenset[str]) -> dict[str, Any]:
    """Describe one of many reports.

    It says whose it is, its serial where the form has one, and its answers.
    """
    answers = station_answers(election, report)
    described = _single_report(election, form, report, answers, at, withheld)
    serial = serial_in(form, report.round)
    named = {"observer": next(iter(report.given), None)} | ({"serial": serial} if serial is not None else {})
    return {**described, "conflicts": {}, **named}


def _of_each(
    election: Election, form: Form, report: Report, at: dt.datetime, withheld: frozenset[str]
) -> dict[str, Any]:
    """Describe a form of which each observer owes a report.

    Theirs one by one, and the state that the station's own ones have together.
    """
    numbers = [observer.number for observer in election.observers_by_station.get(report.station, ())]
    counting = report.counting
    observers = {
        number: _single_report(
            election,
            form,
            report,
            observer_answers(counting[number]) if number in counting else NO_ANSWERS,
            at,
            withheld,
        )
        for number in dict.fromkeys((*numbers, *sorted(counting)))
    }
    states = {observers[number]["state"] for number in numbers}
    state = states.pop() if len(states) == 1 else "partial" if states else "expected"
    late = any(observers[number]["late"] for number in numbers)
    return {"state": state, "late": late, "answers": {}, "conflicts": {}, "observers": observers}


def _single_report(
    election: Election, form: Form, report: Report, answers: StationAnswers, at: dt.datetime, withheld: frozenset[str]
) -> dict[str, Any]:
    if answers.first_at is None:
        return {"state": unsent_state(election, form, report, at), "late": False, "answers": {}}
    return {
        "state": answers.state(form),
        "late": is_late(election, form, report.round, answers.first_at),
        "answers": {code: value_json(value) for code, value in answers.values.items() if code not in withheld},
    }


def _answers_by_observer(report: Report, code: str) -> dict[str, Any]:
    """Who answered what, and in which message, where observers disagree."""
    return {
        observer: {"value": value_json(answers.answers[code].value), "message": answers.answers[code].source.message}
        for observer, answers in report.counting.items()
        if code in answers.answers
    }
