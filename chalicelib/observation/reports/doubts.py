"""Which of a station's numbers should not be trusted yet, and why.

Observers who disagree, checks that fail, counts that came by half, and answers that changed after their observer had
confirmed them. What a person has chosen or explained is in doubt no more.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal

from chalicelib.observation.checks import compared, parse_rule
from chalicelib.observation.elections.election import Check, Election, Form, Question
from chalicelib.observation.elections.schedule import Place
from chalicelib.observation.reading.model import UnknownAnswer, Value
from chalicelib.observation.reports.answer_json import value_from_json, value_json
from chalicelib.observation.reports.checks import StationReports, check_answers, explanation_of, failing
from chalicelib.observation.reports.report import Report, station_answers

Kind = Literal["conflict", "failed_check", "partial_count", "changed_after_confirmation"]
KINDS: Final[tuple[Kind, ...]] = ("conflict", "failed_check", "partial_count", "changed_after_confirmation")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt about a report of a station.

    `about`: the question's code or the check's rule, None for a whole count. `sentence` has the numbers, and `values`
    the same by what names them. `votes`: how many votes it concerns, as far as that can be told.
    """

    kind: Kind
    about: str | None
    sentence: str
    values: Mapping[str, Any]
    votes: int = 0

    def document(self) -> dict[str, Any]:
        """Return the doubt as JSON's values."""
        return {
            "kind": self.kind,
            "about": self.about,
            "sentence": self.sentence,
            "values": dict(self.values),
            "votes": self.votes,
        }


def is_count(form: Form) -> bool:
    """Whether a form tells votes: its doubts go before others'."""
    return any(question.role == "votes" for question in form.questions)


def doubts_of(election: Election, reports: Mapping[Place, Report], place: Place) -> tuple[Doubt, ...]:
    """Return the doubts about a station's report.

    `reports`: the station's, with those that its checks look at.
    """
    report = reports.get(place)
    if report is None or not report.counting:
        return ()
    form = election.form_by_code[place[0]]
    return (
        *_conflicts(election, form, report),
        *_failed(election, reports, place),
        *_partial(election, form, report),
        *_changed(election, form, report),
    )


def newest_at(report: Report) -> dt.datetime:
    """Return when a report's newest answer came, on the election's clock."""
    return max(
        answer.source.received_at for observer in report.observers.values() for answer in observer.answers.values()
    )


def check_sentence(election: Election, reports: Mapping[Place, Report], place: Place, check: Check) -> str:
    """Say in numbers why a check fails.

    `D + E = 1201, C = 1211: 10 apart`.
    """
    rule = parse_rule(check.rule)
    sides = compared(rule, StationReports(election, reports, election.form_by_code[place[0]], place[1]))
    if sides is None:
        return f"{check.rule} does not hold: {_listed(check_answers(election, reports, place, rule))}"
    written = [_side(text, value) for text, value in ((sides.left, sides.left_value), (sides.right, sides.right_value))]
    return f"{', '.join(written)}: {_number(sides.apart)} apart"


def _conflicts(election: Election, form: Form, report: Report) -> Iterator[Doubt]:
    if form.expect != "station":
        return
    counting = report.counting
    for code in sorted(station_answers(election, report).conflicts, key=list(form.by_code).index):
        given = {number: answers.answers[code].value for number, answers in counting.items() if code in answers.answers}
        apart = _apart(form.by_code[code], given.values())
        sentence = f"{code}: " + ", ".join(f"observer {number} {_written(given[number])}" for number in sorted(given))
        yield Doubt(
            "conflict",
            code,
            sentence + (f": {_number(apart)} apart" if apart is not None else ""),
            {number: value_json(value) for number, value in given.items()},
            _votes(form.by_code[code], apart),
        )


def _failed(election: Election, reports: Mapping[Place, Report], place: Place) -> Iterator[Doubt]:
    for check in failing(election, reports, place):
        if explanation_of(election, reports, place, check) is not None:
            continue
        rule = parse_rule(check.rule)
        form = election.form_by_code[place[0]]
        sides = compared(rule, StationReports(election, reports, form, place[1]))
        values = check_answers(election, reports, place, rule)
        concerned = [form.by_code[code] for code in sorted(rule.codes.own)]
        votes = max((_votes(question, sides.apart if sides else None) for question in concerned), default=0)
        sentence = check_sentence(election, reports, place, check)
        yield Doubt(
            "failed_check", check.rule, sentence, {name: value_json(value) for name, value in values.items()}, votes
        )


def _partial(election: Election, form: Form, report: Report) -> Iterator[Doubt]:
    """Name the questions that half a count leaves open.

    Those in conflict have their own doubt.
    """
    answers = station_answers(election, report)
    missing = [code for code in form.by_code if code not in {*answers.values, *answers.conflicts, *answers.withheld}]
    if is_count(form) and form.expect == "station" and missing:
        answered = len(form.questions) - len(missing)
        registered = election.station_by_number[report.station].registered or 0
        sentence = f"{answered} of {len(form.questions)} questions answered, missing {', '.join(missing)}"
        yield Doubt("partial_count", None, sentence, {"missing": missing}, registered)


def _changed(election: Election, form: Form, report: Report) -> Iterator[Doubt]:
    for (observer, code), confirmed in sorted(report.decisions.confirmed.items()):
        given = report.counting.get(observer)
        answer = given.answers.get(code) if given is not None else None
        if answer is None or code not in form.by_code or value_json(answer.value) == confirmed.value:
            continue
        confirmed_at = confirmed.made.at.astimezone(election.zone)
        before = value_from_json(form, code, confirmed.value)
        sentence = (
            f"{code}: observer {observer} confirmed {_written(before)} at {confirmed_at:%H:%M}, "
            f"and {_written(answer.value)} has come since"
        )
        values = {"observer": observer, "confirmed": confirmed.value, "now": value_json(answer.value)}
        votes = _votes(form.by_code[code], _apart(form.by_code[code], [before, answer.value]))
        yield Doubt("changed_after_confirmation", code, sentence, values, votes)


def _votes(question: Question, apart: Fraction | None) -> int:
    """Return how many votes a difference concerns.

    It is None where the question counts no voters.
    """
    return int(apart) if apart is not None and question.role is not None else 0


def _apart(question: Question, values: Iterable[Value]) -> Fraction | None:
    """Return how far answers lie apart.

    It is None where they are no numbers, or there are no two.
    """
    if question.type not in ("integer", "decimal"):
        return None
    numbers = [Fraction(value) for value in values if isinstance(value, int | Decimal)]
    return max(numbers) - min(numbers) if len(numbers) > 1 else None


def _side(text: str, value: Fraction) -> str:
    written = _number(value)
    return text if text == written else f"{text} = {written}"


def _number(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.2f}"


def _listed(values: Mapping[str, Value]) -> str:
    return ", ".join(f"{name} = {_written(values[name])}" for name in sorted(values))


def _written(value: Value) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ",".join(map(str, value))
        case UnknownAnswer():
            return "not known"
        case _:
            return str(value)
