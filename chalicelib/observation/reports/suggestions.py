"""What an SMS that waits for a person may say.

Its entry begins with these fields.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.observation.elections.election import NO_ROUND, Election, Form
from chalicelib.observation.reading.canonical_text import canonical_value
from chalicelib.observation.reading.model import ReportReading
from chalicelib.observation.reading.reading import read_though_held
from chalicelib.observation.reports.answer_json import value_from_json
from chalicelib.observation.reports.entry_fields import EntryFields


def suggestions(election: Election, text: str, reading: Mapping[str, Any]) -> tuple[EntryFields, ...]:
    """Return the readings of an SMS as fields, in their order.

    `reading` is as it was kept with the SMS. Of a text that is held, all that it says: a person decides.
    """
    if reading.get("held"):
        return tuple(_of_reading(election, report) for report in read_though_held(text, election))
    return tuple(_of_document(election, report) for report in reading.get("reports", ()))


def _of_reading(election: Election, report: ReportReading) -> EntryFields:
    form = election.form_by_code.get(report.form)
    answers = {
        code: canonical_value(form.by_code[code], value) if form is not None else str(value)
        for code, value in report.answers.items()
    }
    return EntryFields(report.form, _station(election, report.station), report.round, answers, report.comment or "")


def _of_document(election: Election, report: Mapping[str, Any]) -> EntryFields:
    form = election.form_by_code.get(report["form"])
    answers = {code: _typed(form, code, value) for code, value in report.get("answers", {}).items()}
    named = report.get("round") if form is not None else None
    return EntryFields(
        report["form"],
        _station(election, report.get("station")),
        None if named == NO_ROUND else named,
        answers,
        report.get("comment") or "",
    )


def _station(election: Election, number: str | None) -> str | None:
    return number if number in election.station_by_number else None


def _typed(form: Form | None, code: str, written: Any) -> str:
    if form is None or code not in form.by_code:
        return str(written)
    return canonical_value(form.by_code[code], value_from_json(form, code, written))
