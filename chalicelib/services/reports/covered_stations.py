"""Choose which reports from strangers to a station count.

The others wait for a person. Sender numbers can be forged. So of a phone count only reports for stations of its
observer's own region, and for at most MOST_COVERED of those beside its own, and while a report has fewer than
MOST_REPORTERS observers; incidents are heard from anywhere.
"""

from collections.abc import Iterable
from dataclasses import replace

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.resolve import REASSIGNED, ResolvedReport
from chalicelib.store.budgets import CoveredStations, covered_by, covering
from chalicelib.store.reports import get_reports
from chalicelib.store.writes import Write

MOST_COVERED = 2
MOST_REPORTERS = 20
"""Observers of a report from where on nobody is added to it who is no observer of its station."""
MOST_NAMED = 50
"""Stations that wait for a person and are kept by name, of one phone."""


def counted_or_held(
    election: Election, phone: str, reports: tuple[ResolvedReport, ...]
) -> tuple[tuple[ResolvedReport, ...], tuple[Write, ...]]:
    """Hold strangers' reports that wait for a person.

    Returns the reports, and what remembers the phone's stations. Reads nothing where every report is of its observer's
    own station. Raises StoreUnavailable.
    """
    strange = [report for report in reports if _is_strange(election, report)]
    if not strange:
        return reports, ()
    before = covered_by(election.id, phone)
    allowed = set(before.counted)
    for station in dict.fromkeys(report.station for report in strange if _is_of_own_region(election, report)):
        if len(allowed) < MOST_COVERED:
            allowed.add(station)
    crowded = _crowded(election, strange)
    held = {
        report.station
        for report in strange
        if not (report.station in allowed and _is_of_own_region(election, report)) or report.station in crowded
    }
    named = frozenset([*sorted(before.held), *sorted(held - before.held)][:MOST_NAMED])
    after = CoveredStations(frozenset(allowed), named, before.version)
    writes = (
        () if (after.counted, after.held) == (before.counted, before.held) else (covering(election.id, phone, after),)
    )
    return tuple(
        _held(report) if report in strange and report.station in held else report for report in reports
    ), writes


def _crowded(election: Election, reports: Iterable[ResolvedReport]) -> set[str]:
    """Return the stations of reports that have enough observers without this one."""
    by_key = {(report.station, report.reading.form, report.round): report for report in reports}
    stored = get_reports(election, by_key)
    return {
        key[0]
        for key, report in by_key.items()
        if len(given := stored[key].report.given) >= MOST_REPORTERS and report.observer.number not in given
    }


def is_held(reports: Iterable[ResolvedReport], before: Iterable[ResolvedReport]) -> bool:
    """Whether any report that counted `before` waits for a person now."""
    return any(earlier.counts and not other.counts for earlier, other in zip(before, reports, strict=True))


def _is_strange(election: Election, report: ResolvedReport) -> bool:
    return report.counts and REASSIGNED in report.flags and report.reading.form in election.form_by_code


def _is_of_own_region(election: Election, report: ResolvedReport) -> bool:
    return election.region_of(report.station) == election.region_of(report.observer.station)


def _held(report: ResolvedReport) -> ResolvedReport:
    return replace(report, counts=False)
