"""Reports: one row per station, form and round, with its contribution.

The contribution is what the report adds to the tallies.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.reports.answer_json import value_from_json, value_json
from chalicelib.observation.reports.decision_json import decisions_from_json, decisions_json
from chalicelib.observation.reports.report import Answer, ObserverAnswers, Report, Source
from chalicelib.observation.reports.tally import Counters, Number
from chalicelib.store.attributes import IntAttribute
from chalicelib.store.changes import Assignment, setting
from chalicelib.store.requests import rows_of
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, TooMuchAtOnce, at_version, store_faults
from chalicelib.store.writes import Write

LARGEST_ANSWERS = 250_000
"""Bytes of a report's answers, superseded ones too; a message that would make them more is held."""

ReportKey = tuple[str, str, str]
"""Station, form, round."""


class ReportRow(StoredRow):
    """A report as stored.

    `version` grows by one with every change, `counted` is its contribution to `region`. `decisions`: what people
    decided about it; an ordinary report has none.
    """

    class Meta(TableMeta):
        table = "reports"

    station = UnicodeAttribute(hash_key=True)
    form = UnicodeAttribute(range_key=True)
    version = IntAttribute()
    region = UnicodeAttribute()
    answers = Document()
    counted = Document()
    decisions = Document(null=True)


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report with its version, region and contribution in the store.

    Version 0: not stored yet.
    """

    report: Report
    region: str
    version: int = 0
    counted: Counters = field(default_factory=dict)


def report_key(stored: StoredReport) -> ReportKey:
    """Return the key of a stored report."""
    return stored.report.station, stored.report.form, stored.report.round


def get_reports(election: Election, keys: Iterable[ReportKey]) -> dict[ReportKey, StoredReport]:
    """Return reports by key, read in one consistent request.

    Those not stored are empty, version 0. Raises StoreUnavailable.
    """
    distinct = sorted(set(keys))
    rows = rows_of(ReportRow, (_row_key(election, key) for key in distinct))
    stored = {(row.station, row.form): row for row in rows}
    return {
        key: from_row(election, stored[place])
        if (place := _row_key(election, key)) in stored
        else StoredReport(Report(*key), election.region_of(key[0]))
        for key in distinct
    }


def reports_of(election: Election, station: str) -> list[StoredReport]:
    """All reports of a station; raises StoreUnavailable."""
    with store_faults():
        return [from_row(election, row) for row in ReportRow.query(f"{election.id}#{station}", consistent_read=True)]


def entries_of(election: Election, stations: Iterable[str]) -> list[StoredReport]:
    """Return stations' reports on forms that are sent many times.

    There is one query per station and such a form, none where the election has none. Raises StoreUnavailable.
    """
    forms = [form.code for form in election.forms if not form.is_owed]
    reports: list[StoredReport] = []
    with store_faults():
        for station in stations if forms else ():
            for form in forms:
                begins = ReportRow.form.startswith(f"{form}#")
                rows = ReportRow.query(f"{election.id}#{station}", begins, consistent_read=True)
                reports += [from_row(election, row) for row in rows]
    return reports


def all_reports(election: Election, stations: Iterable[str]) -> list[StoredReport]:
    """Return all reports of some stations.

    One query per station; for audits, never on a request's path. Raises StoreUnavailable.
    """
    return [report for station in stations for report in reports_of(election, station)]


def to_row(election: Election, stored: StoredReport) -> ReportRow:
    """Return the row that a stored report is written as."""
    report = stored.report
    station, form = _row_key(election, (report.station, report.form, report.round))
    return ReportRow(
        station,
        form,
        version=stored.version,
        region=stored.region,
        answers={observer: _answers_json(answers) for observer, answers in report.given.items()},
        counted={name: _number_json(amount) for name, amount in stored.counted.items()},
        decisions=decisions_json(report.decisions),
    )


def replacing(election: Election, stored: StoredReport) -> Write:
    """Return the write of a report as its next version.

    `stored.version` is the one that it replaces. What a later version of Baykoo keeps in the row beside stays there.
    Raises TooMuchAtOnce where its answers are too many.
    """
    row = to_row(election, stored)
    answers = ReportRow.answers.serialize(row.answers) or ""
    if len(answers.encode()) > LARGEST_ANSWERS:
        raise TooMuchAtOnce
    values = {"version": stored.version + 1, "region": row.region, "counted": row.counted, "decisions": row.decisions}
    changes = [Assignment(ReportRow.answers, answers), *setting(ReportRow, values)]
    return Write.update("report", row.form, row, changes, as_read(stored))


def as_read(stored: StoredReport) -> Condition:
    """Return the condition that a report is unchanged since it was read."""
    return at_version(ReportRow, stored.version)


def unchanged(election: Election, stored: StoredReport) -> Write:
    """Return the check that a report is unchanged since it was read.

    A transaction with it passes only then.
    """
    row = to_row(election, stored)
    return Write.check("report", row.form, row, as_read(stored))


def from_row(election: Election, row: ReportRow) -> StoredReport:
    """Return the stored report that a row holds."""
    form_code, _, round_name = row.form.partition("#")
    form = election.form_by_code[form_code]
    report = Report(
        station=row.station.partition("#")[2],
        form=form_code,
        round=round_name,
        given={observer: _answers(form, written) for observer, written in row.answers.items()},
        decisions=decisions_from_json(row.decisions),
    )
    counted = {name: _number(amount) for name, amount in row.counted.items()}
    return StoredReport(report, row.region, row.version, counted)


def _row_key(election: Election, key: ReportKey) -> tuple[str, str]:
    station, form, round_name = key
    return f"{election.id}#{station}", f"{form}#{round_name}"


def _answers_json(given: ObserverAnswers) -> dict[str, Any]:
    """Write an observer's answers, each with its source's place in `from`.

    `h`: the superseded ones, if any.
    """
    superseded = {code: answers for code, answers in given.superseded.items() if answers}
    every = [*given.answers.values(), *(answer for answers in superseded.values() for answer in answers)]
    sources = sorted({answer.source for answer in every}, key=lambda source: source.age)
    place = {source: index for index, source in enumerate(sources)}
    written = {
        "first": given.first_at.isoformat(),
        "from": [[source.received_at.isoformat(), source.message] for source in sources],
        "a": {code: [value_json(answer.value), place[answer.source]] for code, answer in given.answers.items()},
    }
    before = {
        code: [[value_json(answer.value), place[answer.source]] for answer in answers]
        for code, answers in superseded.items()
    }
    return written | ({"h": before} if before else {})


def _answers(form: Form, written: Mapping[str, Any]) -> ObserverAnswers:
    sources = [Source(dt.datetime.fromisoformat(at), message) for at, message in written["from"]]

    def answer(code: str, value: Any, index: int) -> Answer:
        return Answer(value_from_json(form, code, value), sources[index])

    return ObserverAnswers(
        dt.datetime.fromisoformat(written["first"]),
        {code: answer(code, *written_answer) for code, written_answer in written["a"].items()},
        {code: tuple(answer(code, *past) for past in before) for code, before in written.get("h", {}).items()},
    )


def _number_json(amount: Number) -> int | str:
    return amount if isinstance(amount, int) else str(amount)


def _number(written: int | str) -> Number:
    return written if isinstance(written, int) else Decimal(written)
