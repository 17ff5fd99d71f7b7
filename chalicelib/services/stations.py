"""The stations of a region: what each has reported, for the call centre's list."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from chalicelib.observation.coverage import is_late, is_missing_time
from chalicelib.observation.election import Election, Station
from chalicelib.observation.report import Report, station_answers
from chalicelib.observation.report_checks import Place, failing
from chalicelib.store.elections import LoadedElection
from chalicelib.store.reports import ReportKey, StoredReport, get_reports, value_json

PAGE = 100
Withheld = Mapping[str, frozenset[str]]
"""Codes by form of questions whose answers are not shown."""
NOTHING: Withheld = MappingProxyType({})


def stations_of_region(
    loaded: LoadedElection,
    region: str,
    now: dt.datetime,
    after: str | None = None,
    limit: int = PAGE,
    *,
    withheld: Withheld = NOTHING,
) -> dict[str, Any]:
    """A page of a region's stations, by number, with the state of every form and round. Raises StoreUnavailable.

    `next` is the number to continue after, None at the end. Reads grow with the page's stations and forms only.
    """
    election = loaded.election
    own = sorted((s for s in election.stations if s.region == region), key=lambda station: station.number)
    following = [station for station in own if after is None or station.number > after]
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


def places(election: Election) -> list[Place]:
    """Every form and round that a station may report."""
    return [(form.code, name) for form in election.forms for name in form.round_names]


def _station(
    election: Election,
    station: Station,
    reports: dict[ReportKey, StoredReport],
    at: dt.datetime,
    withheld: Withheld,
) -> dict[str, Any]:
    own = {place: reports[station.number, *place].report for place in places(election)}
    return {
        "station": station.number,
        "name": station.name,
        "district": station.district,
        "registered": station.registered,
        "observers": [observer.number for observer in election.observers_by_station.get(station.number, ())],
        "forms": {
            form.code: {
                name: _round(election, own, (form.code, name), at, withheld.get(form.code, frozenset()))
                for name in form.round_names
            }
            for form in election.forms
        },
    }


def _round(
    election: Election, own: Mapping[Place, Report], place: Place, at: dt.datetime, withheld: frozenset[str]
) -> dict[str, Any]:
    form, report = election.form_by_code[place[0]], own[place]
    answers = station_answers(election, report)
    if answers.first_at is None:
        state = "missing" if is_missing_time(election, form, report.round, at) else "expected"
        return {"state": state, "late": False, "answers": {}, "conflicts": {}, "failed_checks": []}
    state = "conflict" if answers.conflicts else "complete" if answers.is_complete(form) else "partial"
    return {
        "state": state,
        "late": is_late(election, form, report.round, answers.first_at),
        "answers": {code: value_json(value) for code, value in answers.values.items() if code not in withheld},
        "conflicts": {code: _given(report, code) for code in sorted(answers.conflicts - withheld)},
        "failed_checks": [
            {"rule": check.rule, "severity": check.severity, "message": election.text(check.message, "en")}
            for check in failing(election, own, place)
        ],
    }


def _given(report: Report, code: str) -> dict[str, Any]:
    """Who answered what, and in which message, where observers disagree."""
    return {
        observer: {"value": value_json(one.answers[code].value), "message": one.answers[code].source.message}
        for observer, one in report.observers.items()
        if code in one.answers
    }
