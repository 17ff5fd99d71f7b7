"""Correct answers of one observer by an entry, read at once.

It is a message like any other, so that reading, merging, tallies and audit hold for it by the same mechanism.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.observation.elections.election import NO_ROUND
from chalicelib.observation.reports.answer_json import value_json
from chalicelib.observation.reports.decisions import Confirmation
from chalicelib.observation.reports.entries import serial_in
from chalicelib.observation.reports.entry_fields import EntryFields, FieldsRefused
from chalicelib.services.actions.perform import Change, perform
from chalicelib.services.decisions.decision import ReportState, Target, standing_of
from chalicelib.services.decisions.refusals import DecisionRefused
from chalicelib.services.isolation import for_each
from chalicelib.services.processing.process import process
from chalicelib.services.reports.doubt_row import doubted
from chalicelib.services.reports.merge import report_key
from chalicelib.services.review.entry import Draft, ReadBack, entry_row, operator_digest, read_back
from chalicelib.store import keys
from chalicelib.store.doubts import keep_doubt
from chalicelib.store.message_queries import get_many
from chalicelib.store.outcome import queued
from chalicelib.store.reports import replacing, reports_of
from chalicelib.store.writes import Write


def preview_correction(target: Target, observer: str, answers: Mapping[str, str]) -> dict[str, Any]:
    """Read a correction back: its text, and the report with it.

    It writes nothing.

    Raises FieldsRefused where an SMS would be, and what `standing_of` raises.
    """
    report_state = standing_of(target)
    read = _read(target, observer, answers)
    return _describe(target, report_state, read)


def correct(target: Target, observer: str, answers: Mapping[str, str], *, is_confirmed: bool = False) -> dict[str, Any]:
    """Enter an observer's answers to the report; they count from now on.

    `is_confirmed`: they were read back to the observer. Raises NoteMissing, FieldsRefused, VersionPassed, KeyReused,
    ReportUnknown, StoreUnavailable.
    """
    target.require_note("it is corrected")
    key = keys.entered(operator_digest(f"{target.election.id} {target.action.who}"), target.action.key)

    def attempt() -> Change:
        report_state = standing_of(target)
        read = _read(target, observer, answers)
        if read.faults:
            raise FieldsRefused(read.faults)
        action = target.action
        entry = entry_row(target.loaded, read, action.who, key, action.why or "", None, action.now)
        described = _describe(target, report_state, read)
        noted = _noting(target, report_state, read, key, is_confirmed=is_confirmed)
        document = described | {"entered": key, "is_confirmed": is_confirmed}
        return Change(
            document,
            (queued(entry), noted),
            "answers corrected",
            f"report {' '.join(target.key)}",
            described["before"],
            described["after"] | {"message": key},
        )

    answer = perform(target.action, attempt)
    for_each("correction", get_many([key]), lambda row: process(row, target.action.now), name=lambda row: str(row.key))
    stored = {(row.report.form, row.report.round): row for row in reports_of(target.election, target.key[0])}
    place = target.key[1], target.key[2]
    reports = {at: row.report for at, row in stored.items()}
    keep_doubt(doubted(target.loaded, reports, place, target.action.now))
    return answer | {"version": stored[place].version}


def _read(target: Target, observer: str, answers: Mapping[str, str]) -> ReadBack:
    station, form, round_name = target.key
    named = round_name if target.form.is_owed and round_name != NO_ROUND else None
    fields = EntryFields(form, station, named, _with_serial(target, answers))
    return read_back(target.loaded, target.action.operator, Draft(observer, fields=fields), target.action.now)


def _with_serial(target: Target, answers: Mapping[str, str]) -> Mapping[str, str]:
    """Return a correction with the serial of its report.

    Only a form that is sent many times has one.

    Raises DecisionRefused where it has none: nothing tells it from another then.
    """
    form = target.form
    if form.is_owed:
        return answers
    if form.serial is None:
        raise DecisionRefused(f"a report on {form.code} has no serial: leave it out, and enter another")
    return {**answers, form.serial: serial_in(form, target.key[2]) or ""}


def _describe(target: Target, report_state: ReportState, read: ReadBack) -> dict[str, Any]:
    """Describe a correction: its SMS, and the checks that fail then."""
    station, form, round_name = target.key
    given = report_state.report.observers.get(read.observer.number)
    before = given.answers if given is not None else {}
    values = {code: value for report in read.interpretation.reports for code, value in report.reading.answers.items()}
    failed = [check for report in read.interpretation.reports for check in _failed(read, report)]
    return {
        "station": station,
        "form": form,
        "round": round_name,
        "observer": read.observer.number,
        "text": read.text,
        "before": {code: value_json(before[code].value) for code in values if code in before},
        "after": {code: value_json(value) for code, value in values.items()},
        "failed_checks": [
            {"rule": check.rule, "severity": check.severity, "message": check.message} for check in failed
        ],
        "incidents": read.incidents,
        "errors": [{"at": fault.at, "what": fault.what} for fault in read.faults],
    }


def _failed(read: ReadBack, report: Any) -> tuple[Any, ...]:
    merged = read.merged.get(report_key(report))
    return merged.failed if merged is not None else ()


def _noting(target: Target, report_state: ReportState, read: ReadBack, entry: str, *, is_confirmed: bool) -> Write:
    """Return the write that notes an entry in its report.

    It notes too whether the answers were confirmed.

    It guards the report's version as well.
    """
    before = report_state.report.decisions
    decisions = before
    for report in read.interpretation.reports if is_confirmed else ():
        for code, value in report.reading.answers.items():
            confirmation = Confirmation(value_json(value), target.made)
            decisions = decisions.confirming(read.observer.number, code, confirmation)
    noted = decisions.entered(entry, before, report_state.stored.version + 1, "answers corrected", target.made)
    return replacing(
        target.election, replace(report_state.stored, report=replace(report_state.report, decisions=noted))
    )
