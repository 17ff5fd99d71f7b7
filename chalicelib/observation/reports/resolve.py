"""Resolve a message: whose report it is, where and when.

See docs/grammar.md, "Whose and where".
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.observation.elections.election import NO_ROUND, Election, Form, Observer
from chalicelib.observation.elections.schedule import counts_from, instant, round_begun_at
from chalicelib.observation.incidents.lifecycle import critical_answers
from chalicelib.observation.reading.incomplete import read_incomplete
from chalicelib.observation.reading.model import OBSERVER, ROUND, STATION, Reading, ReportReading
from chalicelib.observation.reading.reading import LONGEST_READ, TOO_LONG, read
from chalicelib.observation.reading.settle import merged
from chalicelib.observation.reports.answer_json import value_json
from chalicelib.observation.reports.entries import entry_name, lacks_serial
from chalicelib.observation.sms.multipart import GAP
from chalicelib.observation.sms.states import MessageState, Reason

REASSIGNED = "reassigned"
STATION_UNKNOWN = "station_unknown"
OBSERVER_UNKNOWN = "observer_unknown"
ROUND_NOT_BEGUN = "round_not_begun"
ROUND_LONG_OVER = "round_long_over"
PRACTICE = "practice"
SERIAL_MISSING = "serial_missing"
HELD_PHRASE = "held_phrase"
REPEATED = "repeated"
"""An incident that the same SMS reports twice."""
_UNCOUNTED = frozenset((STATION_UNKNOWN, OBSERVER_UNKNOWN, PRACTICE, SERIAL_MISSING))
_NOT_ASKED_AGAIN = frozenset((PRACTICE, REPEATED, REASSIGNED, Reason.OVER_BUDGET))
ROUNDS_STILL_USUAL = 2


@dataclass(frozen=True, slots=True)
class ResolvedReport:
    """A form of a text, with everything decided.

    Everything, that is, which the text left open.

    `counts` is False where something has to be asked first (whose it is, of which station or round), where a part of
    the text is missing or a phrase in it holds it, and for practice.

    `alarms`: whether its critical answers open incidents, though it may not count. `critical`: codes of
    the answers that open an incident, by the election as it was then.
    """

    reading: ReportReading
    observer: Observer
    station: str
    round: str
    flags: tuple[str, ...]
    counts: bool
    critical: tuple[str, ...] = ()
    alarms: bool = True

    @property
    def is_asked_again(self) -> bool:
        """Whether it does not count and must be partly sent again."""
        return not self.counts and _NOT_ASKED_AGAIN.isdisjoint(self.flags)

    def document(self) -> dict[str, Any]:
        """Return the report as it is kept with its message.

        What is empty is left out.
        """
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
    """What a text says and whose it is.

    `observer` is None for a sender that the election does not know.
    """

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
        if all(PRACTICE in report.flags for report in self.reports):
            return MessageState.PRACTICE
        is_partial = any(report.reading.rejected or report.is_asked_again for report in self.reports)
        return MessageState.PARTLY_ACCEPTED if is_partial else MessageState.ACCEPTED

    def document(self) -> dict[str, Any]:
        """Return the reading as it is kept with its message."""
        reports = [report.document() for report in self.reports]
        if self.observer is None:
            reports = [unassigned_document(report) for report in self.reading.reports]
        return {"reports": reports} | ({"held": self.reading.held} if self.reading.held else {})


def unassigned_document(report: ReportReading) -> dict[str, Any]:
    """Return an unknown sender's report, kept until an operator assigns it."""
    named = {"station": report.station, "round": report.round}
    return {
        "form": report.form,
        **{name: value for name, value in named.items() if value is not None},
        "answers": {code: value_json(value) for code, value in report.answers.items()},
        "rejected": dict(report.rejected),
    }


def interpret(
    election: Election,
    sharing: tuple[Observer, ...],
    text: str,
    counted_at: dt.datetime,
    *,
    sms: str = "",
    is_incomplete: bool = False,
) -> Interpretation:
    """Read a text and decide whose it is.

    `sharing`: the observers who may have sent it, the lead first; `counted_at` on the election's clock; `sms` tells the
    SMS from all others. Of a text that `is_incomplete` only incidents count, and so of the first LONGEST_READ
    characters of a longer one.
    """
    is_too_long = len(text) > LONGEST_READ
    if is_too_long:
        text, is_incomplete = text[: LONGEST_READ - len(GAP)] + GAP, True
    reading = read_incomplete(text, election) if is_incomplete else read(text, election)
    if is_too_long:
        reading = replace(reading, held=TOO_LONG)
    if not sharing:
        return Interpretation(reading, None, ())
    reports = _joined(election, (_resolve(election, sharing, report, counted_at, sms) for report in reading.reports))
    if is_incomplete:
        reports = tuple(hold(election, report, alarms=False) for report in reports)
    elif reading.held is not None:
        reports = tuple(
            hold(election, replace(report, flags=(*report.flags, HELD_PHRASE)), alarms=True) for report in reports
        )
    return Interpretation(reading, sharing[0], reports)


def hold(election: Election, report: ResolvedReport, *, alarms: bool) -> ResolvedReport:
    """Hold a report of a text: only an incident counts.

    `alarms`: whether its critical answers open incidents all the same.
    """
    is_incident = report.reading.form not in election.form_by_code
    return replace(report, counts=is_incident, alarms=is_incident or (alarms and report.alarms))


def _resolve(
    election: Election, sharing: tuple[Observer, ...], report: ReportReading, counted_at: dt.datetime, sms: str
) -> ResolvedReport:
    flags = list(report.flags)
    observer = _observer(sharing, report.observer)
    if observer is None:
        flags.append(OBSERVER_UNKNOWN)
        observer = sharing[0]
    station = report.station or observer.station
    if station not in election.station_by_number:
        station = observer.station
        flags.append(STATION_UNKNOWN)
    elif station != observer.station:
        flags.append(REASSIGNED)
    form = election.form_by_code.get(report.form)
    if form is None:
        return ResolvedReport(report, observer, station, NO_ROUND, tuple(dict.fromkeys(flags)), counts=True)
    report, round_name = _round(election, form, report, counted_at, flags)
    if not form.is_owed:
        round_name = entry_name(form, report, observer.number, sms)
        flags += [SERIAL_MISSING] if lacks_serial(form, report) else []
    begins = counts_from(election, form)
    is_practice = begins is not None and counted_at < begins
    if is_practice:
        flags = [flag for flag in flags if flag != ROUND_NOT_BEGUN] + [PRACTICE]
    unknown = not _UNCOUNTED.isdisjoint(flags)
    is_ascribed = not _whose(report)
    return ResolvedReport(
        report,
        observer,
        station,
        round_name,
        tuple(dict.fromkeys(flags)),
        counts=not report.is_undecided and not unknown,
        critical=critical_answers(form, report.answers),
        alarms=is_ascribed and not is_practice,
    )


def _whose(report: ReportReading) -> bool:
    """Tell whether two stations or observers were named.

    Then it is not known whose the report is.
    """
    return "ambiguous" in (report.rejected.get(STATION), report.rejected.get(OBSERVER))


def _observer(sharing: tuple[Observer, ...], number: str | None) -> Observer | None:
    """Choose the observer of a phone whom a text names.

    Without leading zeros too; the phone's lead where the text names no observer.
    """
    if number is None:
        return sharing[0]
    exact = [observer for observer in sharing if observer.number == number]
    fitting = exact or [observer for observer in sharing if observer.number.lstrip("0") == number.lstrip("0")]
    return fitting[0] if len(fitting) == 1 else None


def _joined(election: Election, resolved: Iterable[ResolvedReport]) -> tuple[ResolvedReport, ...]:
    """Join reports of one form that belong together.

    A form that names its own station or observer is joined with the same one that names none. The reader tells those
    apart, not knowing who sent them; what they answer differently is conflicting.
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


def _round(
    election: Election, form: Form, report: ReportReading, counted_at: dt.datetime, flags: list[str]
) -> tuple[ReportReading, str]:
    """Decide the round that a report belongs to.

    Returned with the report, whose round is rejected if it is not certain.
    """
    begun = round_begun_at(election, form, counted_at)
    named = report.round
    if report.rounds:
        named = _round_by_clock(election, form, report, counted_at)
        if named is None:
            return replace(report, rejected={**report.rejected, ROUND: "ambiguous"}), begun
    if named is None or named not in form.round_names:
        return report, begun
    distance = form.round_names.index(begun) - form.round_names.index(named)
    if distance < 0:
        flags.append(ROUND_NOT_BEGUN)
    elif distance > ROUNDS_STILL_USUAL:
        flags.append(ROUND_LONG_OVER)
    return report, named


def _round_by_clock(election: Election, form: Form, report: ReportReading, counted_at: dt.datetime) -> str | None:
    """Choose, of several rounds, the one last begun.

    It is one of those that the text may mean; None where it cannot be told. Today is the day of the report, yesterday
    the one before. Of several hours of one day only today's can be told.
    """
    moments = {str(moment): moment for moment in form.rounds if str(moment) in report.rounds}
    today = (counted_at.astimezone(election.zone).date() - election.date).days
    if report.days_ago is not None:
        moments = {name: moment for name, moment in moments.items() if moment.day == today - report.days_ago}
    hours = {(moment.hour, moment.minute) for moment in moments.values()}
    if len(hours) > 1 and {moment.day for moment in moments.values()} != {today}:
        return None
    begun = [name for name, moment in moments.items() if instant(election, moment) <= counted_at]
    return begun[-1] if begun else next(iter(moments), None)
