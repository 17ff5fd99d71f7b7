"""What is open and what is doubtful at an hour.

Incidents by age, failed checks, stations held back.
"""

import datetime as dt
from collections.abc import Mapping

from chalicelib.observation.elections.election import NO_ROUND, Election
from chalicelib.observation.elections.schedule import Place, has_begun
from chalicelib.observation.incidents.lifecycle import OPEN
from chalicelib.observation.reports.checks import failing, needed_for_checks
from chalicelib.observation.reports.report import Report, station_answers
from chalicelib.observation.reports.tally import Cell, Counters, failure_counter, has_reports
from chalicelib.observation.summaries.hourly import by_age
from chalicelib.store.incidents import incidents_of
from chalicelib.store.reports import get_reports


def open_incidents(election: Election, at: dt.datetime) -> dict[str, dict[str, int]]:
    """Count incidents that need somebody, by region and age.

    Raises StoreUnavailable.
    """
    opened: dict[str, list[dt.datetime]] = {region: [] for region in election.regions}
    for incident in incidents_of(election.id):
        if incident.state in OPEN and incident.region in opened:
            opened[incident.region].append(incident.opened_at)
    return {region: by_age(instants, at) for region, instants in opened.items()}


def failed_checks(
    election: Election, cells: Mapping[Cell, Counters], at: dt.datetime
) -> dict[str, dict[str, dict[str, int]]]:
    """Count stations that fail checks, by region, form and rule.

    A station of a form with rounds counts if any round fails; of one that is sent many times, its reports, as the
    tallies count them. Reads the reports that checks look at, in the regions and rounds where the tallies say that any
    came: so the cost grows with stations and forms, and not with messages. Raises StoreUnavailable.
    """
    checked = _checked(election, at)
    failing: dict[str, dict[str, dict[str, int]]] = {}
    for region in election.regions:
        reported = [place for place in checked if has_reports(cells.get((region, *place), {}))]
        if reported:
            failing[region] = _of_region(election, region, reported)
        entries = _failed_by_entries(election, cells, region)
        if entries:
            failing.setdefault(region, {}).update(entries)
    return {region: forms for region, forms in failing.items() if forms}


def held_back(election: Election, cells: Mapping[Cell, Counters]) -> dict[str, int]:
    """Count stations whose observers disagree, by region.

    In any report; regions without any are omitted. Reads the reports of a region only where several rounds hold any
    back, which may be the same stations'. Raises StoreUnavailable.
    """
    disagreeing: dict[str, int] = {}
    for region in election.regions:
        conflicts = {
            (form, name): int(counters["conflict"])
            for (where, form, name), counters in cells.items()
            if where == region and counters.get("conflict")
        }
        if len(conflicts) > 1:
            disagreeing[region] = _disagreeing(election, region, list(conflicts))
        elif conflicts:
            disagreeing[region] = sum(conflicts.values())
    return disagreeing


def _disagreeing(election: Election, region: str, places: list[Place]) -> int:
    stations = [station.number for station in election.stations_by_region[region]]
    stored = get_reports(election, [(station, *place) for station in stations for place in places])
    return len(
        {key[0] for key, stored_report in stored.items() if station_answers(election, stored_report.report).conflicts}
    )


def _checked(election: Election, at: dt.datetime) -> list[Place]:
    return [
        (form.code, name)
        for form in election.forms
        if form.checks and form.is_owed
        for name in form.round_names
        if has_begun(election, form, name, at)
    ]


def _failed_by_entries(election: Election, cells: Mapping[Cell, Counters], region: str) -> dict[str, dict[str, int]]:
    failed: dict[str, dict[str, int]] = {}
    for form in election.forms:
        counters = cells.get((region, form.code, NO_ROUND), {}) if not form.is_owed else {}
        counts = {check.rule: int(counters.get(failure_counter(check.rule), 0)) for check in form.checks}
        failed[form.code] = {rule: count for rule, count in counts.items() if count}
    return {code: rules for code, rules in failed.items() if rules}


def _of_region(election: Election, region: str, reported: list[Place]) -> dict[str, dict[str, int]]:
    looked_at = {place for checked in reported for place in (checked, *needed_for_checks(election, checked))}
    stations = [station.number for station in election.stations_by_region[region]]
    stored = get_reports(election, [(station, *place) for station in stations for place in looked_at])
    counts: dict[str, dict[str, int]] = {}
    for station in stations:
        reports = {place: stored[station, *place].report for place in looked_at}
        for form, rule in _failed_at(election, reports, reported):
            rules = counts.setdefault(form, {})
            rules[rule] = rules.get(rule, 0) + 1
    return counts


def _failed_at(election: Election, reports: Mapping[Place, Report], reported: list[Place]) -> set[tuple[str, str]]:
    return {
        (place[0], check.rule)
        for place in reported
        if reports[place].observers
        for check in failing(election, reports, place)
    }
