"""A report: a station's answers on a form in a round.

It is merged from its observers' messages. Merging does not depend on the order in which messages are processed: every
answer carries the moment and the key of the message that it came from, and the newer message wins.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from chalicelib.observation.elections.election import Election, Form, Observer, Question
from chalicelib.observation.reading.model import UNKNOWN, Value


@dataclass(frozen=True, slots=True)
class Source:
    """The message that an answer came from.

    When its provider received it, and its key.
    """

    received_at: dt.datetime
    message: str

    @property
    def age(self) -> tuple[dt.datetime, str]:
        """A key that sorts sources from the oldest to the newest.

        The message's key decides between messages of one instant.
        """
        return self.received_at, self.message


@dataclass(frozen=True, slots=True)
class Answer:
    """One valid answer and its source."""

    value: Value
    source: Source


@dataclass(frozen=True, slots=True)
class ObserverAnswers:
    """One observer's answers by code, and when the first came.

    Corrected since or not.
    """

    first_at: dt.datetime
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Report:
    """All observers' answers on a form at a station and round."""

    station: str
    form: str
    round: str
    observers: Mapping[str, ObserverAnswers] = field(default_factory=dict)

    def merge(self, observer: str, values: Mapping[str, Value], source: Source) -> "Report":
        """Return this report with one message's valid answers in it.

        Answers of a newer message stay.
        """
        if not values:
            return self
        before = self.observers.get(observer)
        answers = dict(before.answers) if before else {}
        for code, value in values.items():
            standing = answers.get(code)
            if standing is None or standing.source.age <= source.age:
                answers[code] = Answer(value, source)
        first_at = min(before.first_at, source.received_at) if before else source.received_at
        return replace(self, observers={**self.observers, observer: ObserverAnswers(first_at, answers)})


@dataclass(frozen=True, slots=True)
class StationAnswers:
    """What counts for the station, and codes in conflict.

    Answers count that are agreed upon or given by one observer alone.
    """

    values: Mapping[str, Value]
    conflicts: frozenset[str]
    first_at: dt.datetime | None

    @property
    def known(self) -> Mapping[str, Value]:
        """The answers of those who knew."""
        return {code: value for code, value in self.values.items() if value is not UNKNOWN}

    def is_complete(self, form: Form) -> bool:
        """Whether every question has an answer that counts."""
        return len(self.values) == len(form.questions)

    def state(self, form: Form) -> str:
        """Return how much of the form there is.

        `complete`, `partial`, or `conflict` where observers disagree.
        """
        if self.conflicts:
            return "conflict"
        return "complete" if self.is_complete(form) else "partial"


def station_answers(election: Election, report: Report) -> StationAnswers:
    """Combine both observers' answers: the lead's where they agree, none where not.

    Others' answers count where the station's own observers give none: who covers from elsewhere may be a forger.
    Of those who count, whoever knows answers for who does not.
    """
    form = election.form_by_code[report.form]
    reporters = reporters_in_order(election, report)
    own = {observer.number for observer in election.observers_by_station.get(report.station, ())}
    values: dict[str, Value] = {}
    conflicts: set[str] = set()
    for question in form.questions:
        answering = [number for number in reporters if question.code in report.observers[number].answers]
        preferred = [number for number in answering if number in own] or answering
        given = [report.observers[number].answers[question.code].value for number in preferred]
        given = [value for value in given if value is not UNKNOWN] or given[:1]
        if not given:
            continue
        if agree(question, given):
            values[question.code] = given[0]
        else:
            conflicts.add(question.code)
    first_at = min((answers.first_at for answers in report.observers.values()), default=None)
    return StationAnswers(values, frozenset(conflicts), first_at)


def observer_answers(given: ObserverAnswers) -> StationAnswers:
    """Return what counts for one observer.

    Where a form expects a report per observer: nothing is compared with the others'.
    """
    return StationAnswers({code: one.value for code, one in given.answers.items()}, frozenset(), given.first_at)


def owing(election: Election, report: Report) -> tuple[Observer, ...]:
    """Return the station's own observers who owe the report.

    All of them until one has answered, or each who has not.

    Which of the two: whether the form expects a report per station or per observer. Where each observer owes one, an
    observer who covers from another station takes no other's place, and still owes their own station's.
    """
    own = election.observers_by_station.get(report.station, ())
    if election.form_by_code[report.form].expect == "station":
        return () if report.observers else own
    return tuple(observer for observer in own if observer.number not in report.observers)


def reporters_in_order(election: Election, report: Report) -> tuple[str, ...]:
    """Return the numbers of the observers who answered.

    The station's own in roster order (the lead first), then others.
    """
    own = [observer.number for observer in election.observers_by_station.get(report.station, ())]
    return (*(n for n in own if n in report.observers), *sorted(set(report.observers) - set(own)))


def agree(question: Question, values: Iterable[Value]) -> bool:
    """Tell whether several observers' answers to a question agree.

    They are equal, or numbers within its tolerance.
    """
    given = list(values)
    if all(value == given[0] for value in given):
        return True
    if question.tolerance is None or question.type not in ("integer", "decimal"):
        return False
    numbers = [Decimal(value) for value in given if isinstance(value, int | Decimal)]
    return max(numbers) - min(numbers) <= allowed_difference(question.tolerance, max(numbers))


def allowed_difference(tolerance: str, larger: Decimal) -> Decimal:
    """Return how far two numbers may lie apart.

    `5` is a count, `5%` a share of the larger.
    """
    if tolerance.endswith("%"):
        return abs(larger) * Decimal(tolerance[:-1]) / 100
    return Decimal(tolerance)
