"""Take what a message said out of its stations' reports again.

An entry that is undone is withdrawn: its answers stay in the row, and count no more. A message that turns out to be
another's is retracted: it is read anew, and its answers leave the rows that they were merged into.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.decisions import Attribution
from chalicelib.observation.reports.report import Report
from chalicelib.observation.reports.tally import Counters, contribution
from chalicelib.services.reports.merge import MergedReport
from chalicelib.services.reports.tally_changes import ShardCell, changes_of_report, total, uncounting
from chalicelib.store.messages import Message
from chalicelib.store.outcome import adding_to_tallies
from chalicelib.store.reports import ReportKey, get_reports, replacing
from chalicelib.store.writes import Write


def retracting(election: Election, rows: Sequence[Message]) -> list[Write]:
    """Return the writes that take messages out of all counts.

    Their reports are at the versions that are read here. Raises StoreUnavailable.
    """
    keys = {key for row in rows for key in report_keys(election, row)}
    messages = frozenset(row.key for row in rows)
    changed = _changed(election, keys, lambda report: _without(report, messages))
    return _writes(election, changed, [change for row in rows for change in uncounting(row).items()])


def withdrawing(election: Election, entry: Message, made: Attribution) -> list[Write]:
    """Return the writes that let an entry's answers count no more.

    Raises StoreUnavailable.
    """
    keys = report_keys(election, entry)
    changed = _changed(
        election, keys, lambda report: replace(report, decisions=report.decisions.withdrawing(entry.key, made))
    )
    return _writes(election, changed)


def restoring(election: Election, entry: Message) -> list[Write]:
    """Return the writes that let a withdrawn entry's answers count again.

    Raises StoreUnavailable.
    """
    keys = report_keys(election, entry)
    changed = _changed(election, keys, lambda report: replace(report, decisions=report.decisions.restoring(entry.key)))
    return _writes(election, changed)


def report_keys(election: Election, message: Message) -> Iterator[ReportKey]:
    """Yield the reports that a message was merged into."""
    for report in (message.reading or {}).get("reports", ()):
        if "observer" in report and not report.get("held") and report["form"] in election.form_by_code:
            yield report["station"], report["form"], report["round"]


def _changed(election: Election, keys: Iterable[ReportKey], change: Callable[[Report], Report]) -> list[MergedReport]:
    """Return reports before and after a change, those that it changes."""
    distinct_keys = set(keys)
    stored = get_reports(election, distinct_keys) if distinct_keys else {}
    changed: list[MergedReport] = []
    for before in stored.values():
        report = change(before.report)
        if report != before.report:
            region = election.region_of(report.station)
            after = replace(before, report=report, region=region, counted=contribution(election, report))
            changed.append(MergedReport(before, after))
    return changed


def _without(report: Report, messages: frozenset[str]) -> Report:
    left = {observer: given.without(messages) for observer, given in report.given.items()}
    return replace(report, given={observer: given for observer, given in left.items() if given is not None})


def _writes(
    election: Election, changed: Iterable[MergedReport], uncounted: Iterable[tuple[ShardCell, Counters]] = ()
) -> list[Write]:
    merged = list(changed)
    changes = [change for merge in merged for change in changes_of_report(election, merge)]
    cells = total([*changes, *uncounted])
    return [*(replacing(election, merge.after) for merge in merged), *adding_to_tallies(election, cells)]
