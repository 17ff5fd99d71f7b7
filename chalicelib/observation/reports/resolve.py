"""What a message means for its election: whose report it is, where and when (GRAMMAR: "Whose report is it")."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.observation.elections.election import NO_ROUND, Election, Form, Observer
from chalicelib.observation.elections.schedule import round_begun_at
from chalicelib.observation.incidents.lifecycle import critical_answers
from chalicelib.observation.reading import read
from chalicelib.observation.reading.incomplete import read_incomplete
from chalicelib.observation.reading.model import Reading, ReportReading
from chalicelib.observation.reading.settle import merged
from chalicelib.observation.reports.answer_json import value_json
from chalicelib.observation.sms.states import MessageState

REASSIGNED = "reassigned"
STATION_UNKNOWN = "station_unknown"
OBSERVER_UNKNOWN = "observer_unknown"
ROUND_NOT_BEGUN = "round_not_begun"
ROUND_LONG_OVER = "round_long_over"
ROUNDS_STILL_USUAL = 2
TOO_LONG = "too_long"
"""Why a text is held that says more than can count at once: no person typed it."""


@dataclass(frozen=True, slots=True)
class ResolvedReport:
    """One form of a text with everything decided that the text left open.

    `counts` is False where a person has to decide first (two stations or observers were named, or a part of the text is
    missing).
    `critical`: codes of the answers that open an incident, by the election as it was then.
    """

    reading: ReportReading
    observer: Observer
    station: str
    round: str
    flags: tuple[str, ...]
    counts: bool
    critical: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The report as it is kept with its message; what is empty is left out."""
        kept = {
            "form": self.reading.form,
            "station": self.station,
            "round": self.round,
            "observer": self.observer.number,
            "answers": {code: value_json(value) for code, value in self.reading.answers.items()},
            "rejected": dict(self.reading.rejected),
            "comment": self.reading.comment,
            "repairs": [[repair.typed, repair.read_as, repair.rule] for repair in self.reading.repairs],
            "flags": list(self.flags),
            "held": not self.counts,
            "critical": list(self.critical),
        }
        return {name: value for name, value in kept.items() if value}


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a text says and whose it is; `observer` None for a sender that the election does not know."""

    reading: Reading
    observer: Observer | None
    reports: tuple[ResolvedReport, ...]

    @property
    def state(self) -> MessageState:
        """The message's outcome."""
        if self.observer is None:
            return MessageState.QUARANTINED
        if self.reading.held is not None:
            return MessageState.HELD
        if not self.reports:
            return MessageState.UNRECOGNISED
        is_partial = any(report.reading.rejected for report in self.reports)
        return MessageState.PARTLY_ACCEPTED if is_partial else MessageState.ACCEPTED

    def document(self) -> dict[str, Any]:
        """The reading as it is kept with its message."""
        reports = [report.document() for report in self.reports]
        if self.observer is None:
            reports = [unassigned_document(report) for report in self.reading.reports]
        return {"reports": reports} | ({"held": self.reading.held} if self.reading.held else {})


def held_as(said: Interpretation, why: str) -> Interpretation:
    """The same message, of which nothing counts until an operator has looked at it."""
    return replace(said, reading=Reading(held=why), reports=())


def unassigned_document(report: ReportReading) -> dict[str, Any]:
    """A report of an unknown sender, as it is kept until somebody says who sent it."""
    named = {"station": report.station, "round": report.round}
    return {
        "form": report.form,
        **{name: value for name, value in named.items() if value is not None},
        "answers": {code: value_json(value) for code, value in report.answers.items()},
        "rejected": dict(report.rejected),
    }


def interpret(
    election: Election, phone: str, text: str, counted_at: dt.datetime, *, is_incomplete: bool = False
) -> Interpretation:
    """Read a text and decide whose it is. `phone` in E.164; `counted_at` on the election's clock.

    Of a text that `is_incomplete` only incidents count.
    """
    reading = read_incomplete(text, election) if is_incomplete else read(text, election)
    sharing = election.observers_by_phone.get(phone, ())
    if not sharing:
        return Interpretation(reading, None, ())
    reports = _joined(election, (_resolve(election, sharing, report, counted_at) for report in reading.reports))
    if is_incomplete:
        reports = tuple(replace(one, counts=one.reading.form not in election.form_by_code) for one in reports)
    return Interpretation(reading, sharing[0], reports)


def _resolve(
    election: Election, sharing: tuple[Observer, ...], report: ReportReading, counted_at: dt.datetime
) -> ResolvedReport:
    flags = list(report.flags)
    by_number: Mapping[str, Observer] = {observer.number: observer for observer in sharing}
    observer = by_number.get(report.observer or "", sharing[0])
    if report.observer is not None and report.observer not in by_number:
        flags.append(OBSERVER_UNKNOWN)
    station = report.station or observer.station
    if station not in election.station_by_number:
        station = observer.station
        flags.append(STATION_UNKNOWN)
    elif station != observer.station:
        flags.append(REASSIGNED)
    form = election.form_by_code.get(report.form)
    round_name = _round(election, form, report.round, counted_at, flags) if form else NO_ROUND
    counts = form is None or not report.is_undecided
    critical = critical_answers(form, report.answers)
    return ResolvedReport(report, observer, station, round_name, tuple(dict.fromkeys(flags)), counts, critical)


def _joined(election: Election, resolved: Iterable[ResolvedReport]) -> tuple[ResolvedReport, ...]:
    """The reports, a form that names its own station or observer together with the same one that names none.

    The reader tells those apart, not knowing who sent them; what they answer differently is conflicting.
    """
    reports: list[ResolvedReport] = []
    places: dict[tuple[str, str, str, str], int] = {}
    for report in resolved:
        place = len(reports)
        form = election.form_by_code.get(report.reading.form)
        if form is not None and report.counts:
            key = (form.code, report.station, report.round, report.observer.number)
            place = places.setdefault(key, place)
        if place == len(reports):
            reports.append(report)
            continue
        first = reports[place]
        reading = merged(first.reading, report.reading)
        flags = tuple(dict.fromkeys((*first.flags, *report.flags)))
        critical = critical_answers(form, reading.answers)
        reports[place] = replace(first, reading=reading, flags=flags, critical=critical)
    return tuple(reports)


def _round(election: Election, form: Form, named: str | None, counted_at: dt.datetime, flags: list[str]) -> str:
    begun = round_begun_at(election, form, counted_at)
    if named is None or named not in form.round_names:
        return begun
    distance = form.round_names.index(begun) - form.round_names.index(named)
    if distance < 0:
        flags.append(ROUND_NOT_BEGUN)
    elif distance > ROUNDS_STILL_USUAL:
        flags.append(ROUND_LONG_OVER)
    return named
