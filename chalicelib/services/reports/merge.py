"""Merge a message's answers into its stations' reports and the tallies."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from chalicelib.observation.elections.election import Check, Election
from chalicelib.observation.reports.checks import failing, needed_for_checks
from chalicelib.observation.reports.report import Source
from chalicelib.observation.reports.resolve import ResolvedReport
from chalicelib.observation.reports.tally import contribution
from chalicelib.store.reports import ReportKey, StoredReport, get_reports


@dataclass(frozen=True, slots=True)
class MergedReport:
    """A stored report before and after a message.

    `after.version` is still the one to be replaced. `failed`: the checks that the report fails with the message's
    answers in it.
    """

    before: StoredReport
    after: StoredReport
    failed: tuple[Check, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self.after != self.before


def merge(
    election: Election, message_key: str, counted_at: dt.datetime, reports: Iterable[ResolvedReport]
) -> dict[ReportKey, MergedReport]:
    """Return the reports that a message touches, with its answers.

    Read, with what checks need, in one request.
    """
    touching = [(report_key(report), report) for report in reports if report.counts and is_form(election, report)]
    if not touching:
        return {}
    stored = get_reports(election, {key for touched, _ in touching for key in (touched, *_related(election, touched))})
    source = Source(counted_at, message_key)
    now = dict(stored)
    for key, report in touching:
        changed = now[key].report.merge(report.observer.number, report.reading.answers, source)
        now[key] = replace(now[key], report=changed)
    return {key: _merged(election, key, stored, now) for key, _ in touching}


def _related(election: Election, key: ReportKey) -> set[ReportKey]:
    station, form, round_name = key
    return {(station, *place) for place in needed_for_checks(election, (form, round_name))}


def _merged(
    election: Election, key: ReportKey, stored: Mapping[ReportKey, StoredReport], now: Mapping[ReportKey, StoredReport]
) -> MergedReport:
    station, *place = key
    of_station = {(form, name): row.report for (where, form, name), row in now.items() if where == station}
    failed = failing(election, of_station, (place[0], place[1]))
    if now[key].report == stored[key].report:
        return MergedReport(stored[key], stored[key], failed)
    region = election.region_of(station)
    counted = contribution(election, now[key].report)
    return MergedReport(stored[key], replace(now[key], region=region, counted=counted), failed)


def report_key(report: ResolvedReport) -> ReportKey:
    """Return the key of a form's report."""
    return report.station, report.reading.form, report.round


def is_form(election: Election, report: ResolvedReport) -> bool:
    """Whether a report is a form's, and not an incident's."""
    return report.reading.form in election.form_by_code
