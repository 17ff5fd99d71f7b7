"""An observer's card: what to send on one form.

Its example SMS reads back as exactly its answers.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from chalicelib.observation.elections.election import Election, Form, IncidentForm, Question
from chalicelib.observation.elections.moments import Moment
from chalicelib.observation.form_design.recurring_hours import day_and_hour
from chalicelib.observation.reading.canonical_text import canonical_text
from chalicelib.observation.reading.model import CATEGORY, Value

_VOTES: Final = (214, 187, 96, 58, 41, 33, 24, 17, 12, 9)
"""Votes of the example's candidates, in their order; the last of them for all who follow."""

_COUNTS: Final[Mapping[str, int]] = {"registered": 1210, "voted": 640, "invalid": 7}
_ANY_COUNT: Final = 12
_ANY_TEXT: Final = "12345"
_MINUTES_OF_A_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Example:
    """An example SMS, and what it says.

    The answers by code, and for an incident its text.
    """

    text: str
    answers: Mapping[str, Value]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A question as the card asks it.

    `options` are numbers and their names; `max_length`: characters of a text; `unknown`: what to write where the answer
    is not known.
    """

    code: str
    label: str
    type: str
    low: str | None
    high: str | None
    options: tuple[tuple[int, str], ...]
    max_length: int
    unknown: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """One form in one language; `begins` and `due` are local times.

    The incident card has categories for lines, numbered with two digits: `IN 1 observer` could count observers.
    `has_code`: whether any observer of this language has a code. `to_sign`: whether any observer of this language sends
    from a phone that is another's, and has to sign. `is_owed` is False for a form that is sent many times; `serial` is
    the code that tells its reports apart. `another_day`: a date and an hour as an SMS names a round whose hour recurs
    on several days.
    """

    kind: Literal["form", "incident"]
    code: str
    title: str
    aliases: tuple[str, ...]
    begins: str | None
    due: tuple[str, ...]
    lines: tuple[Line, ...]
    categories: tuple[tuple[str, str], ...]
    example: Example
    to_sign: bool
    has_code: bool
    is_owed: bool = True
    serial: str | None = None
    another_day: tuple[str, str] | None = None


def cards(election: Election, language: str) -> Iterator[Card]:
    """Yield the cards of an election in a language.

    Forms first, in the file's order.
    """
    for form in election.forms:
        yield _form_card(election, form, language)
    if election.incidents is not None:
        yield _incident_card(election, election.incidents, language)


def _form_card(election: Election, form: Form, language: str) -> Card:
    begins = _local(election, form.due.from_) if form.due and form.due.from_ else None
    moments = (form.due.by,) if form.due else form.rounds
    return Card(
        kind="form",
        code=form.code,
        title=election.text(form.title, language) or form.code,
        aliases=form.aliases,
        begins=begins,
        due=tuple(_local(election, moment) for moment in moments),
        lines=tuple(_line(election, question, language) for question in form.questions),
        categories=(),
        example=_example(election, form),
        to_sign=_is_signed(election, language),
        has_code=_has_code(election, language),
        is_owed=form.is_owed,
        serial=form.serial,
        another_day=day_and_hour(election, form),
    )


def _incident_card(election: Election, incidents: IncidentForm, language: str) -> Card:
    names = {
        number: election.text(incidents.categories[number].name, language) for number in sorted(incidents.categories)
    }
    number, name = next(iter(names.items()))
    answers: dict[str, Value] = {CATEGORY: number}
    return Card(
        kind="incident",
        code=incidents.code,
        title=election.text(incidents.title, language) or incidents.code,
        aliases=incidents.aliases,
        begins=None,
        due=(),
        lines=(),
        categories=tuple((f"{number:02}", name) for number, name in names.items()),
        example=Example(canonical_text(incidents, None, answers, name), answers, name),
        to_sign=_is_signed(election, language),
        has_code=_has_code(election, language),
    )


def _is_signed(election: Election, language: str) -> bool:
    return any(observer.language == language and election.must_sign(observer) for observer in election.observers)


def _has_code(election: Election, language: str) -> bool:
    return any(observer.language == language and observer.code is not None for observer in election.observers)


def _local(election: Election, moment: Moment) -> str:
    """Write a moment as local time.

    It has the date too if that is not the election day's.
    """
    clock = f"{moment.hour:02}:{moment.minute:02}"
    return f"{moment.on(election.date, election.zone):%d.%m.} {clock}" if moment.day else clock


def _line(election: Election, question: Question, language: str) -> Line:
    options = (
        (number, election.text(name, language) if isinstance(name, dict) else name)
        for number, name in sorted(question.options.items())
    )
    low, high = (None if bound is None else f"{bound:.12g}" for bound in (question.min, question.max))
    label = election.text(question.label, language) or question.candidate or question.code
    not_known = next(iter(question.unknown), None)
    return Line(question.code, label, question.type, low, high, tuple(options), question.max_length, not_known)


def _example(election: Election, form: Form) -> Example:
    answers = {question.code: _answer(election, form, question) for question in form.questions}
    for question in form.questions:
        if question.role == "ballots":
            answers[question.code] = _within(question, _ballots(form, answers))
    return Example(canonical_text(form, None, answers), answers)


def _ballots(form: Form, answers: Mapping[str, Value]) -> int:
    """Count ballots that agree with the example's own votes.

    The example then contradicts none of the form's checks.
    """
    return sum(int(str(answers[question.code])) for question in form.questions if question.role in ("votes", "invalid"))


def _answer(election: Election, form: Form, question: Question) -> Value:
    """Choose a plausible answer that opens no incident."""
    harmless = [option for option in sorted(question.options) if option != question.critical_if]
    value: Value
    match question.type:
        case "yesno":
            value = question.critical_if is not True
        case "choice":
            value = harmless[0]
        case "choices":
            value = tuple(harmless[:3:2])
        case "time":
            value = _time(form)
        case "decimal":
            value = _decimal_within(question, Decimal(_ANY_COUNT))
        case "integer":
            value = _within(question, 1 if question.code == form.serial else _count(form, question))
        case "date":
            value = election.date.isoformat()
        case "text":
            value = _ANY_TEXT[: question.max_length]
    return value


def _count(form: Form, question: Question) -> int:
    if question.role == "votes":
        candidates = [other.code for other in form.questions if other.role == "votes"]
        return _VOTES[min(candidates.index(question.code), len(_VOTES) - 1)]
    return _COUNTS.get(question.role or "", _ANY_COUNT)


def _within(question: Question, number: int) -> int:
    low, high = question.min, question.max
    if high is not None and number > high:
        number = math.floor(high)
    if low is not None and number < low:
        number = math.ceil(low)
    return number


def _decimal_within(question: Question, number: Decimal) -> Decimal:
    low, high = (None if bound is None else Decimal(str(bound)) for bound in (question.min, question.max))
    if high is not None:
        number = min(number, high)
    return number if low is None else max(number, low)


def _time(form: Form) -> str:
    """Choose a time after a form begins, or before it is due."""
    begins = form.due.from_ if form.due else None
    moment = begins or (form.due.by if form.due else form.rounds[0])
    minutes = (moment.hour * 60 + moment.minute + (15 if begins else -15)) % _MINUTES_OF_A_DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"
