"""The stations of a region, for the call centre's list.

What each has reported.
"""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from chalicelib.observation.elections.election import Election, Form, Station
from chalicelib.observation.elections.schedule import Place, is_late, is_missing_time, places
from chalicelib.observation.reports.answer_json import value_json
from chalicelib.observation.reports.checks import failing
from chalicelib.observation.reports.report import Report, StationAnswers, observer_answers, station_answers
from chalicelib.store.elections import LoadedElection
from chalicelib.store.reports import ReportKey, StoredReport, get_reports

PAGE = 100
Withheld = Mapping[str, frozenset[str]]
"""Codes by form of questions whose answers are not shown."""
NOTHING: Withheld = MappingProxyType({})
NO_ANSWERS = StationAnswers({}, frozenset(), None)


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

    With the state of every form and round. `next` is the number to continue after, None at the end. Reads grow with the
    page's stations and forms only. Raises StoreUnavailable.
    """
    election = loaded.election
    in_region = sorted(election.stations_by_region.get(region, ()), key=lambda station: station.number)
    following = [station for station in in_region if after is None or station.number > after]
    page = following[:limit]
    keys = [(station.number, *place) for station in page for place in places(election)]
    reports = get_reports(election, keys) if keys else {}
    at = loaded.clock.at(now)
    return {
        "election": election.id,
        "region": region,
        "as_of": at.astimezone(election.zone).isoformat(timespec="seconds"),
        "stations": [_station(election, station, reports, at, withheld) for station in page],
        "next": page[-1].number if len(following) > limit else None,
    }


def _station(
    election: Election,
    station: Station,
    reports: dict[ReportKey, StoredReport],
    at: dt.datetime,
    withheld: Withheld,
) -> dict[str, Any]:
    reported = {place: reports[station.number, *place].report for place in places(election)}
    return {
        "station": station.number,
        "name": station.name,
        "district": station.district,
        "registered": station.registered,
        "observers": [observer.number for observer in election.observers_by_station.get(station.number, ())],
        "forms": {
            form.code: {
                name: _round(election, reported, (form.code, name), at, withheld.get(form.code, frozenset()))
                for name in form.round_names
            }
            for form in election.forms
        },
    }


def _round(
    election: Election, reported: Mapping[Place, Report], place: Place, at: dt.datetime, withheld: frozenset[str]
) -> dict[str, Any]:
    form, report = election.form_by_code[place[0]], reported[place]
    if form.expect == "observer":
        described = _of_each(election, form, report, at, withheld)
    else:
        answers = station_answers(election, report)
        conflicts = {code: _given(report, code) for code in sorted(answers.conflicts - withheld)}
        described = {**_one(election, form, report.round, answers, at, withheld), "conflicts": conflicts}
    checks = failing(election, reported, place) if report.counting else ()
    return described | {
        "failed_checks": [
            {"rule": check.rule, "severity": check.severity, "message": election.text(check.message, "en")}
            for check in checks
        ],
    }


def _of_each(
    election: Election, form: Form, report: Report, at: dt.datetime, withheld: frozenset[str]
) -> dict[str, Any]:
    """Describe a form of which each observer owes a report.

    Theirs one by one, and the state that the station's own ones have together.
    """
    numbers = [observer.number for observer in election.observers_by_station.get(report.station, ())]
    counting = report.counting
    observers = {
        number: _one(
            election,
            form,
            report.round,
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


def _one(
    election: Election, form: Form, round_name: str, answers: StationAnswers, at: dt.datetime, withheld: frozenset[str]
) -> dict[str, Any]:
    if answers.first_at is None:
        state = "missing" if is_missing_time(election, form, round_name, at) else "expected"
        return {"state": state, "late": False, "answers": {}}
    return {
        "state": answers.state(form),
        "late": is_late(election, form, round_name, answers.first_at),
        "answers": {code: value_json(value) for code, value in answers.values.items() if code not in withheld},
    }


def _given(report: Report, code: str) -> dict[str, Any]:
    """Who answered what, and in which message, where observers disagree."""
    return {
        observer: {"value": value_json(answers.answers[code].value), "message": answers.answers[code].source.message}
        for observer, answers in report.counting.items()
        if code in answers.answers
    }
