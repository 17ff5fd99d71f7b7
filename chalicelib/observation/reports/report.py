"""A report: a station's answers on a form in a round.

It is merged from its observers' messages. Merging does not depend on the order in which messages are processed: every
answer carries the moment and the key of the message that it came from, and the newer message wins. Answers that a newer
one superseded stay, so that an entry that was undone gives way to the answer before it.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from chalicelib.observation.elections.election import Election, Form, Observer, Question
from chalicelib.observation.elections.schedule import is_expected
from chalicelib.observation.reading.model import UNKNOWN, Value
from chalicelib.observation.reports.decisions import Choice, Decisions, basis_of

MOST_SUPERSEDED: Final = 8
"""Superseded answers of an observer to a question that are kept; the messages themselves have the rest."""


@dataclass(frozen=True, slots=True)
class Source:
    """The message that an answer came from: its time and key.

    `received_at`: when its provider received it.
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

    Corrected since or not. `superseded`: by code, the answers before the newest, the newest first.
    """

    first_at: dt.datetime
    answers: Mapping[str, Answer]
    superseded: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)

    def history(self, code: str) -> tuple[Answer, ...]:
        """Return every answer to a question that is kept, the newest first."""
        newest = self.answers.get(code)
        return (newest, *self.superseded.get(code, ())) if newest is not None else ()

    def merge(self, values: Mapping[str, Value], source: Source) -> "ObserverAnswers":
        """Return the answers with one message's in them."""
        answers, superseded = dict(self.answers), dict(self.superseded)
        for code, value in values.items():
            others = [answer for answer in self.history(code) if answer.source != source]
            ordered = sorted([*others, Answer(value, source)], key=lambda answer: answer.source.age, reverse=True)
            answers[code], *before = ordered
            if before:
                superseded[code] = tuple(before[:MOST_SUPERSEDED])
        return ObserverAnswers(min(self.first_at, source.received_at), answers, superseded)

    def without(self, withdrawn: Collection[str]) -> "ObserverAnswers | None":
        """Return the answers without those of some messages.

        It is None where none is left.

        The first came when the oldest of the others did. That of a message older than is kept is not withdrawn.
        """
        kept = {code: self.history(code) for code in self.answers}
        sources = {answer.source for given in kept.values() for answer in given}
        if all(source.message not in withdrawn for source in sources):
            return self
        left = {
            code: [answer for answer in given if answer.source.message not in withdrawn] for code, given in kept.items()
        }
        left = {code: given for code, given in left.items() if given}
        if not left:
            return None
        instants = [answer.source.received_at for given in left.values() for answer in given]
        if all(source.received_at != self.first_at for source in sources):
            instants.append(self.first_at)
        superseded = {code: tuple(given[1:]) for code, given in left.items() if given[1:]}
        return ObserverAnswers(min(instants), {code: given[0] for code, given in left.items()}, superseded)


@dataclass(frozen=True, slots=True)
class Report:
    """All observers' answers on a form at a station and round.

    `given`: what their messages say; `decisions`: what people decided about it.
    """

    station: str
    form: str
    round: str
    given: Mapping[str, ObserverAnswers] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=Decisions)

    @property
    def observers(self) -> Mapping[str, ObserverAnswers]:
        """The answers by observer, without those that were withdrawn."""
        withdrawn = self.decisions.withdrawn
        if not withdrawn:
            return self.given
        left = {observer: answers.without(withdrawn) for observer, answers in self.given.items()}
        return {observer: answers for observer, answers in left.items() if answers is not None}

    @property
    def counting(self) -> Mapping[str, ObserverAnswers]:
        """The answers by observer, of those who are not left out."""
        left_out = self.decisions.left_out
        if not left_out:
            return self.observers
        return {observer: answers for observer, answers in self.observers.items() if observer not in left_out}

    def only(self, is_shown: Callable[[str], bool]) -> "Report":
        """Return the report as some observers' alone, by number.

        Choices and explanations that others' answers took part in are left out.
        """
        given = {number: answers for number, answers in self.given.items() if is_shown(number)}
        return self if len(given) == len(self.given) else replace(self, given=given, decisions=self.decisions.of(given))

    def merge(self, observer: str, values: Mapping[str, Value], source: Source) -> "Report":
        """Return this report with one message's valid answers in it.

        Answers of a newer message stay.
        """
        if not values:
            return self
        before = self.given.get(observer) or ObserverAnswers(source.received_at, {})
        return replace(self, given={**self.given, observer: before.merge(values, source)})


@dataclass(frozen=True, slots=True)
class StationAnswers:
    """What counts for the station, and codes in conflict.

    Answers count that are agreed upon, given by one observer alone, or chosen. `withheld`: codes of which no answer
    counts, by a person's choice.
    """

    values: Mapping[str, Value]
    conflicts: frozenset[str]
    first_at: dt.datetime | None
    withheld: frozenset[str] = frozenset()

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
    Of those who count, whoever knows answers for who does not. A person's choice goes before all this, while the
    answers are those that it was made on.
    """
    form = election.form_by_code[report.form]
    counting = report.counting
    reporters = reporters_in_order(election, report.station, counting)
    numbers = {observer.number for observer in election.observers_by_station.get(report.station, ())}
    values: dict[str, Value] = {}
    conflicts: set[str] = set()
    withheld: set[str] = set()
    for question in form.questions:
        code = question.code
        answering = [number for number in reporters if code in counting[number].answers]
        answers = {number: counting[number].answers[code].value for number in answering}
        choice = standing_choice(report.decisions, code, answers)
        preferred = [number for number in answering if number in numbers] or answering
        if choice is not None:
            preferred = [choice.observer] if choice.observer is not None else []
            withheld |= {code} if choice.observer is None else set()
        given = [answers[number] for number in preferred]
        given = [value for value in given if value is not UNKNOWN] or given[:1]
        if not given:
            continue
        if agree(question, given):
            values[code] = given[0]
        else:
            conflicts.add(code)
    first_at = min((answers.first_at for answers in counting.values()), default=None)
    return StationAnswers(values, frozenset(conflicts), first_at, frozenset(withheld))


def standing_choice(decisions: Decisions, code: str, answers: Mapping[str, Value]) -> Choice | None:
    """Return the choice between observers' answers to a question.

    It is None where nobody chose, or the answers are not those any more that it was made on.
    """
    choice = decisions.chosen.get(code)
    return choice if choice is not None and choice.basis == basis_of(answers) else None


def observer_answers(given: ObserverAnswers) -> StationAnswers:
    """Return what counts for one observer.

    It is for a form that expects a report per observer: nothing is compared with the others'.
    """
    return StationAnswers({code: answer.value for code, answer in given.answers.items()}, frozenset(), given.first_at)


def owing(election: Election, report: Report) -> tuple[Observer, ...]:
    """Return the station's own observers who owe the report.

    If the form expects a report per station, all of them until one has answered; if per observer, each who has not.
    Those who are left out are not asked again, and nobody of a station that is closed. Where each observer owes one, an
    observer who covers from another station takes no other's place, and still owes their own station's.
    """
    observers = election.observers_by_station.get(report.station, ())
    form = election.form_by_code[report.form]
    if not form.is_owed or not is_expected(election, form, report.round, report.station):
        return ()
    if form.expect == "station":
        counting = tuple(observer for observer in observers if observer.number not in report.decisions.left_out)
        return () if report.counting else counting
    return tuple(observer for observer in observers if observer.number not in report.observers)


def reporters_in_order(election: Election, station: str, reporters: Collection[str]) -> tuple[str, ...]:
    """Return numbers of observers who answered, in order.

    The station's own in roster order (the lead first), then others.
    """
    numbers = [observer.number for observer in election.observers_by_station.get(station, ())]
    return (*(n for n in numbers if n in reporters), *sorted(set(reporters) - set(numbers)))


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
