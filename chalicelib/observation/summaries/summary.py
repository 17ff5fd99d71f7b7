"""The summary: what has been observed so far.

It tells so by region, form and round, as the tallies have counted it.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from chalicelib.observation.elections import schedule
from chalicelib.observation.elections.election import Election, Form, Question
from chalicelib.observation.elections.values import SEVERITIES
from chalicelib.observation.reports.tally import Cell, Counters, Number, add

MESSAGE_COUNTS = ("received", "accepted", "partly_accepted", "unrecognised", "quarantined", "held")

Answers = Mapping[str, Number]
Owed = Mapping[schedule.Place, Mapping[str, int]]
"""What was answered to one question, conflicts left out; see `answer_counters` for its keys."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """A round of a form: stations, and what they answered per question.

    Stations, or observers where the form expects a report of each. received = complete + partial + conflict; missing =
    expected - received once due time and grace have passed. Where each observer owes a report, one who covers at
    another station is in `answers` alone: see `report.owing`.
    """

    expected: int
    received: int
    complete: int
    partial: int
    late: int
    missing: int
    conflict: int
    answers: Mapping[str, Answers]


@dataclass(frozen=True, slots=True)
class Area:
    """A region, or the nation.

    `forms` by form code and round, `incidents` by severity, `messages` by outcome.
    """

    stations: int
    observers: int
    forms: Mapping[str, Mapping[str, Coverage]]
    incidents: Mapping[str, int]
    messages: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Summary:
    """An election at an instant.

    `nation` is None where only some regions were asked for.
    """

    election: str
    as_of: dt.datetime
    nation: Area | None
    regions: Mapping[str, Area]

    def document(self) -> dict[str, Any]:
        """Return the summary as JSON's values.

        `as_of` in ISO 8601 with offset, whole numbers as int, others as float.
        """
        document: dict[str, Any] = _json(asdict(self))
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Summary":
        """Read a stored summary; raises pydantic's ValidationError."""
        return TypeAdapter(cls).validate_python(document)


@dataclass(frozen=True, slots=True)
class Turnout:
    """Voters counted so far at the stations that reported.

    Only these; nothing is projected onto the others.
    """

    form: str
    round: str
    voters: Number
    stations: int
    expected: int

    @property
    def mean(self) -> int:
        """Voters per reporting station, rounded; there is one at least."""
        return round(self.voters / self.stations)


def summarise(
    election: Election, cells: Mapping[Cell, Counters], now: dt.datetime, regions: Collection[str] | None = None
) -> Summary:
    """Sum the tallies' cells into a summary.

    Every declared form, round, question and option appears in it. `regions` limits it to some (their cells suffice),
    and leaves the nation out; LookupError names an unknown one.
    """
    unknown = sorted(set(regions or ()) - set(election.regions))
    if unknown:
        raise LookupError(f"election {election.id} has no region {', '.join(unknown)}")
    names = election.regions if regions is None else tuple(name for name in election.regions if name in regions)
    owed, by_region = schedule.expected_reports(election), _by_region(cells)
    nation = _area(election, election.regions, cells, owed, now) if regions is None else None
    return Summary(
        election.id,
        now.astimezone(election.zone),
        nation,
        {name: _area(election, (name,), by_region.get(name, {}), owed, now) for name in names},
    )


def without_answers(summary: Summary, codes: Mapping[str, Collection[str]]) -> Summary:
    """Leave out what was answered to some questions.

    `codes` by form. They do not appear in the summary.
    """
    return replace(
        summary,
        nation=None if summary.nation is None else _area_without(summary.nation, codes),
        regions={name: _area_without(area, codes) for name, area in summary.regions.items()},
    )


def turnout(election: Election, area: Area) -> tuple[Turnout, ...]:
    """Return what was reported on turnout, per round, in order.

    Rounds with answers alone; empty where no form asks every station for it. A form that expects one report per
    observer is left out: its sum would count a station's voters twice.
    """
    return tuple(
        Turnout(form.code, name, answers["sum"], int(answers["count"]), covered.expected)
        for form in election.forms
        if form.expect == "station"
        for question in form.questions
        if question.role == "voted"
        for name, covered in area.forms[form.code].items()
        if (answers := covered.answers[question.code])["count"]
    )


def answer_counters(question: Question) -> Mapping[str, str]:
    """Map an answer's key in the summary to its tally's counter.

    It does so for each that the question's type has.
    """
    not_known = {"unknown": f"{question.code}#unknown"} if question.unknown else {}
    return {**_known_counters(question), **not_known}


def _known_counters(question: Question) -> Mapping[str, str]:
    code = question.code
    match question.type:
        case "yesno":
            return {"true": f"{code}=true", "false": f"{code}=false"}
        case "choice" | "choices":
            return {str(option): f"{code}={option}" for option in question.options}
        case "time" | "date" | "text":
            return {"count": f"{code}#count"}
        case "integer" | "decimal":
            return {"count": f"{code}#count", "sum": f"{code}#sum"}


def _by_region(cells: Mapping[Cell, Counters]) -> Mapping[str, Mapping[Cell, Counters]]:
    by_region: dict[str, dict[Cell, Counters]] = {}
    for cell, counters in cells.items():
        by_region.setdefault(cell[0], {})[cell] = counters
    return by_region


def _area(
    election: Election, regions: Collection[str], cells: Mapping[Cell, Counters], owed: Owed, now: dt.datetime
) -> Area:
    stations = [station.number for region in regions for station in election.stations_by_region[region]]
    everything = add(cells.values())
    return Area(
        stations=len(stations),
        observers=sum(len(election.observers_by_station.get(number, ())) for number in stations),
        forms={form.code: _rounds(election, form, regions, cells, owed, now) for form in election.forms},
        incidents={severity: int(everything.get(f"incident.{severity}", 0)) for severity in SEVERITIES},
        messages={count: int(everything.get(f"message.{count}", 0)) for count in MESSAGE_COUNTS},
    )


def _area_without(area: Area, codes: Mapping[str, Collection[str]]) -> Area:
    return replace(
        area,
        forms={
            form: {name: _coverage_without(covered, codes.get(form, ())) for name, covered in rounds.items()}
            for form, rounds in area.forms.items()
        },
    )


def _coverage_without(covered: Coverage, codes: Collection[str]) -> Coverage:
    return replace(covered, answers={code: answer for code, answer in covered.answers.items() if code not in codes})


def _rounds(
    election: Election,
    form: Form,
    regions: Collection[str],
    cells: Mapping[Cell, Counters],
    owed: Owed,
    now: dt.datetime,
) -> Mapping[str, Coverage]:
    counted = {
        name: add(
            counters for (_, code, round_name), counters in cells.items() if (code, round_name) == (form.code, name)
        )
        for name in form.round_names
    }
    return {
        name: _coverage(
            form,
            sum(owed[form.code, name][region] for region in regions),
            counters,
            is_over=schedule.is_missing_time(election, form, name, now),
        )
        for name, counters in counted.items()
    }


def _coverage(form: Form, expected: int, counters: Counters, *, is_over: bool) -> Coverage:
    received = int(counters.get("received", 0))
    return Coverage(
        expected=expected,
        received=received,
        complete=int(counters.get("complete", 0)),
        partial=int(counters.get("partial", 0)),
        late=int(counters.get("late", 0)),
        missing=max(expected - received, 0) if is_over else 0,
        conflict=int(counters.get("conflict", 0)),
        answers={
            question.code: {key: counters.get(name, 0) for key, name in answer_counters(question).items()}
            for question in form.questions
        },
    )


def _json(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _json(item) for key, item in value.items()}
        case dt.datetime():
            return value.isoformat(timespec="seconds")
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case _:
            return value
