"""Reports as tables: a row per station, observer and round, in order.

Of a form that is sent many times a row per report, whose name stands where others have their round.
"""

from collections.abc import Iterator, Mapping

from chalicelib.observation.elections.election import Form, Station
from chalicelib.observation.elections.schedule import Place, is_late
from chalicelib.observation.reading.model import UNKNOWN, Value
from chalicelib.observation.reports.checks import failing
from chalicelib.observation.reports.entries import names_of
from chalicelib.observation.reports.report import ObserverAnswers, Report, reporters_in_order, station_answers
from chalicelib.services.access.seen_reports import reports_at
from chalicelib.services.exports.table import Cell, Row, Scope, Table
from chalicelib.services.quick_count.visibility import withheld_answers
from chalicelib.store import keys, message_queries

_STATION = ("region", "district", "station", "station_name", "registered")
_REPORT = ("form", "round", "observer", "organisation")
_PEOPLE = ("observer_name", "observer_phones")
_TIMES = ("first_at_utc", "first_at_local")
_FLAGS = ("state", "late", "left_out", "conflicts", "failed_checks", "explained_checks", "messages")


def report_tables(scope: Scope) -> Iterator[Table]:
    """Yield a table per form.

    A row says what one observer answered, and how each answer came.

    `CODE` is the answer, `CODE_by` how it came: sms, or by whom it was entered. Raises StoreUnavailable as rows are
    read.
    """
    for form in scope.loaded.election.forms:
        if not scope.wanted.forms or form.code in scope.wanted.forms:
            people = _PEOPLE if scope.wanted.people else ()
            answers = tuple(name for question in form.questions for name in (question.code, f"{question.code}_by"))
            columns = (*_STATION, *_REPORT, *people, *_TIMES, *answers, *_FLAGS)
            yield Table(form.code, columns, _rows(scope, form))


def _rows(scope: Scope, form: Form) -> Iterator[Row]:
    election = scope.loaded.election
    withheld = withheld_answers(scope.loaded, scope.operator).get(form.code, frozenset())
    for region in scope.regions:
        for station in sorted(election.stations_by_region.get(region, ()), key=lambda station: station.number):
            if scope.wants(station.number) and scope.operator.sees_station(station):
                yield from _station_rows(scope, form, station, withheld)


def _station_rows(scope: Scope, form: Form, station: Station, withheld: frozenset[str]) -> Iterator[Row]:
    election = scope.loaded.election
    stored = {
        (row.report.form, row.report.round): row.report for row in reports_at(election, scope.operator, station.number)
    }
    names = names_of(form, stored)
    authors = _authors(stored[form.code, name] for name in names if (form.code, name) in stored)
    for round_name in names:
        report = stored.get((form.code, round_name))
        if report is None:
            continue
        flags = _flags(scope, form, stored, report)
        for number in reporters_in_order(election, station.number, report.observers):
            given = report.observers[number]
            yield (
                *(station.region, station.district, station.number, station.name, station.registered),
                *(form.code, round_name, number, _organisation(scope, number)),
                *_person(scope, number),
                *scope.moments(given.first_at),
                *_answers(form, given, authors, withheld),
                *flags[:1],
                is_late(election, form, round_name, given.first_at),
                number in report.decisions.left_out,
                *flags[1:],
                " ".join(sorted({answer.source.message for answer in given.answers.values()})),
            )


def _flags(scope: Scope, form: Form, stored: Mapping[Place, Report], report: Report) -> tuple[Cell, ...]:
    election = scope.loaded.election
    combined = station_answers(election, report)
    failed = failing(election, stored, (report.form, report.round))
    return (
        combined.state(form),
        " ".join(code for code in form.by_code if code in combined.conflicts),
        "; ".join(check.rule for check in failed),
        "; ".join(sorted(report.decisions.explained)),
    )


def _answers(
    form: Form, given: ObserverAnswers, authors: Mapping[str, str], withheld: frozenset[str]
) -> Iterator[Cell]:
    for question in form.questions:
        answer = given.answers.get(question.code)
        if answer is None or question.code in withheld:
            yield from (None, None)
        else:
            yield cell(answer.value)
            yield authors.get(answer.source.message, "sms")


def cell(value: Value) -> Cell:
    """Return an answer as a cell.

    Numbers as numbers, everything else as it is written.
    """
    if value is UNKNOWN:
        return "unknown"
    return value if isinstance(value, bool | int | float) else str(value)


def _authors(reports: Iterator[Report]) -> Mapping[str, str]:
    """Return by whom entries were made, by the entries' keys."""
    entered = {
        answer.source.message
        for report in reports
        for given in report.observers.values()
        for answer in given.answers.values()
        if keys.is_entered(answer.source.message)
    }
    if not entered:
        return {}
    return {str(row.key): f"phone: {row.author}" for row in message_queries.get_many(entered)}


def _organisation(scope: Scope, number: str) -> str | None:
    observer = scope.loaded.election.observer_by_number.get(number)
    return observer.organisation if observer is not None else None


def _person(scope: Scope, number: str) -> tuple[Cell, ...]:
    if not scope.wanted.people:
        return ()
    if not scope.sees_people_of(number):
        return (None, None)
    observer = scope.loaded.election.observer_by_number.get(number)
    return (observer.name, " ".join(observer.phones)) if observer is not None else (None, None)
