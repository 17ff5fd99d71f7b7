"""Let reports count by the election as it is now."""

from dataclasses import replace

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.tally import contribution
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.reports.merge import MergedReport
from chalicelib.services.reports.tally_changes import changes_of_report, total
from chalicelib.store import outcome
from chalicelib.store.reports import StoredReport, get_reports


def recount(election: Election, stored: StoredReport) -> None:
    """Let a report count by the election as it is now.

    If that makes a difference. One that a message changes meanwhile is read again. Raises StoreUnavailable, also where
    that goes on.
    """
    if _recounted(election, stored) == stored:
        return
    key = (stored.report.station, stored.report.form, stored.report.round)

    def rewrite() -> None:
        current = get_reports(election, [key])[key]
        merged = MergedReport(current, _recounted(election, current))
        if merged.after != current:
            outcome.rewrite_report(election, merged.after, total(changes_of_report(election, merged)))

    until_uncontended(rewrite, also=(outcome.ReportChanged,), what=f"report {' '.join(key)}")


def _recounted(election: Election, stored: StoredReport) -> StoredReport:
    region = election.region_of(stored.report.station)
    return replace(stored, region=region, counted=contribution(election, stored.report))
