"""Merge a message's answers into the reports of its stations, and what that changes in the tallies."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from chalicelib.observation.election import Election
from chalicelib.observation.report import Source
from chalicelib.observation.tally import contribution
from chalicelib.services.interpret import ResolvedReport
from chalicelib.store.reports import ReportKey, StoredReport, get_reports


@dataclass(frozen=True, slots=True)
class MergedReport:
    """A stored report before and after a message; `after.version` is still the one to be replaced."""

    before: StoredReport
    after: StoredReport

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self.after != self.before


def merge(
    election: Election, message_key: str, counted_at: dt.datetime, reports: Iterable[ResolvedReport]
) -> dict[ReportKey, MergedReport]:
    """The reports that a message touches, with its answers in them. Reads them in one request."""
    touching = [(report_key(report), report) for report in reports if report.counts and is_form(election, report)]
    if not touching:
        return {}
    stored = get_reports(election, [key for key, _ in touching])
    merged = {key: MergedReport(stored[key], stored[key]) for key, _ in touching}
    source = Source(counted_at, message_key)
    for key, report in touching:
        before, after = merged[key].before, merged[key].after
        changed = after.report.merge(report.observer.number, report.reading.answers, source)
        merged[key] = MergedReport(before, replace(after, report=changed))
    return {key: _counted(election, one) for key, one in merged.items()}


def report_key(report: ResolvedReport) -> ReportKey:
    """The key of the report that a form of a text belongs to."""
    return report.station, report.reading.form, report.round


def is_form(election: Election, report: ResolvedReport) -> bool:
    """Whether a report is a form's, and not an incident's."""
    return report.reading.form in election.form_by_code


def _counted(election: Election, merged: MergedReport) -> MergedReport:
    if merged.after.report == merged.before.report:
        return merged
    region = election.station_by_number[merged.after.report.station].region
    counted = contribution(election, merged.after.report)
    return replace(merged, after=replace(merged.after, region=region, counted=counted))
