"""SMS that were read in part, and whose rest has come since.

Such an SMS waits for nobody any more.

Looked at when the queue is read, so that an accepted report's way stays as short as it is.
"""

import datetime as dt
import time
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.report import Answer
from chalicelib.observation.sms.states import MessageState
from chalicelib.services.isolation import for_each
from chalicelib.store.desk import Decision, deciding
from chalicelib.store.messages import Message
from chalicelib.store.outcome import AlreadyProcessed, write
from chalicelib.store.reports import ReportKey, StoredReport, get_reports

MOST_LOOKED_AT = 25
"""SMS read in part of which one reading of the queue looks whether the rest has come; the oldest of its page."""
LOOKED_AT_EVERY = 20.0
"""Seconds after which a process looks at the same SMS again."""
_looked: dict[str, float] = {}


def end_superseded(election: Election, rows: Iterable[Message], now: dt.datetime) -> frozenset[str]:
    """Take superseded rows from the desk; return their keys.

    What could not be written is found again. Raises StoreUnavailable where reports cannot be read.
    """
    moment = time.monotonic()
    in_part = [row for row in rows if row.state == MessageState.PARTLY_ACCEPTED and row.attention is not None]
    due = [row for row in in_part if moment - _looked.get(row.key, -LOOKED_AT_EVERY) >= LOOKED_AT_EVERY]
    due = due[:MOST_LOOKED_AT]
    if not due:
        return frozenset()
    if len(_looked) > 10_000:
        _looked.clear()
    _looked.update({row.key: moment for row in due})
    report_keys = {key for row in due for key in _keys(election, row)}
    stored = get_reports(election, report_keys) if report_keys else {}
    superseded = [(row, by) for row in due if (by := superseded_by(election, row, stored)) is not None]
    done = for_each("superseded SMS", superseded, lambda pair: _end(*pair, now), name=lambda pair: str(pair[0].key))
    return frozenset(key for key in done.results if key is not None)


def superseded_by(election: Election, row: Message, stored: Mapping[ReportKey, StoredReport]) -> str | None:
    """Return the message that completes all that an SMS lacked.

    It is None while something is missing.
    """
    newer: list[Answer] = []
    for report in _reports(row):
        if report["form"] not in election.form_by_code:
            return None  # an incident without its category: a person reads it
        counting = stored[_key(report)].report.observers.get(report["observer"])
        for code in _owed(election, report):
            answer = counting.answers.get(code) if counting is not None else None
            if answer is None or row.counted_at is None or answer.source.received_at <= row.counted_at:
                return None
            newer.append(answer)
    newest = max(newer, key=lambda answer: answer.source.age, default=None)
    return newest.source.message if newest is not None else None


def _end(row: Message, by: str, now: dt.datetime) -> str | None:
    decision = Decision("superseded", f"observer {row.observer}", now, by=by)
    try:
        write([deciding(row, decision)])
    except AlreadyProcessed:
        return None
    return str(row.key)


def _reports(row: Message) -> list[Mapping[str, Any]]:
    reports = (row.reading or {}).get("reports", ())
    return [report for report in reports if "observer" in report and (report.get("rejected") or report.get("held"))]


def _keys(election: Election, row: Message) -> list[ReportKey]:
    return [_key(report) for report in _reports(row) if report["form"] in election.form_by_code]


def _key(report: Mapping[str, Any]) -> ReportKey:
    return report["station"], report["form"], report["round"]


def _owed(election: Election, report: Mapping[str, Any]) -> list[str]:
    """Return the codes that have to come anew.

    They are the rejected ones, and all of a report that did not count.
    """
    form = election.form_by_code[report["form"]]
    codes = [code for code in report.get("rejected", ()) if code in form.by_code]
    if report.get("held"):
        codes += [code for code in report.get("answers", ()) if code in form.by_code]
    return codes
