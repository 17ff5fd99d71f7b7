"""Forms, questions and incidents, and the rules of each by itself."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.observation.election_file.document import Document, Path, Plain
from chalicelib.observation.election_file.header import check_languages_of
from chalicelib.observation.election_file.repeated_forms import check_many
from chalicelib.observation.election_file.shape import shaped
from chalicelib.observation.elections.election import Category, Check, Election, Form, IncidentForm, Question
from chalicelib.observation.elections.moments import Moment
from chalicelib.observation.reading.answer_names import answer_names, name_of
from chalicelib.observation.reading.interpret import interpret
from chalicelib.observation.reading.words import words
from chalicelib.observation.sms.look_alikes import skeleton

NUMBERS: Final = ("integer", "decimal")
LISTS: Final = ("choice", "choices")

ANY_YEAR: Final = 2000
_UNKNOWN_DIGITS: Final = 6

_FORM_STAND_INS: Mapping[str, object] = {"code": ""}
_TOLERANCE = re.compile(r"\d{1,6}(?:\.\d{1,3})?%?")
_YES = frozenset({"true", "yes"})
_NO = frozenset({"false", "no"})


@dataclass(frozen=True, slots=True)
class PlacedForm:
    """A form, and where its questions and checks stand.

    It leaves out those that could not be read.
    """

    path: Path
    form: Form
    questions: tuple[Path, ...]
    checks: tuple[Path, ...]


def read_forms(document: Document, election: Election) -> tuple[PlacedForm, ...]:
    """Read every form that can be made out.

    A form is sound by itself, or its faults are noted.
    """
    raw = document.content.get("forms")
    if raw is None:
        return ()
    if not isinstance(raw, list) or not raw:
        document.error(("forms",), 'this must be a list of forms; begin each with "- code: …"')
        return ()
    placed = (_read_form(document, ("forms", position), form, election) for position, form in enumerate(raw))
    return tuple(form for form in placed if form is not None)


def _read_form(document: Document, path: Path, raw: Plain, election: Election) -> PlacedForm | None:
    alone = {**raw, "questions": (), "checks": ()} if isinstance(raw, dict) else raw
    form = shaped(Form, document, path, alone, _FORM_STAND_INS)
    if form is None:
        return None
    questions, checks = _read_parts(document, path, raw)
    if not questions and not document.value((*path, "questions")):
        document.error((*path, "questions"), "a form needs questions; write a list, each with code and type")
    form = form.model_copy(update={"questions": tuple(questions.values()), "checks": tuple(checks.values())})
    check_languages_of(document, (*path, "title"), form.title, election.languages)
    _check_times(document, path, form)
    check_many(document, path, form, questions)
    for at, question in questions.items():
        _check_question(document, at, question)
        _check_question_texts(document, at, question, election)
    for at, check in checks.items():
        check_languages_of(document, (*at, "message"), check.message, election.languages)
    return PlacedForm(path, form, tuple(questions), tuple(checks))


def _read_parts(
    document: Document, path: Path, raw: Mapping[str, Plain]
) -> tuple[dict[Path, Question], dict[Path, Check]]:
    questions: dict[Path, Question] = {}
    checks: dict[Path, Check] = {}
    for at, plain in _items(document, (*path, "questions"), raw.get("questions")):
        question = shaped(Question, document, at, _with_critical(document, at, plain), {})
        if question is not None:
            questions[at] = question
    for at, plain in _items(document, (*path, "checks"), raw.get("checks")):
        check = shaped(Check, document, at, plain, {})
        if check is not None:
            checks[at] = check
    return questions, checks


def _items(document: Document, path: Path, raw: Plain) -> list[tuple[Path, Plain]]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        document.error(path, 'this must be a list; begin each of its lines with "- "')
        return []
    return [((*path, position), item) for position, item in enumerate(raw)]


def _with_critical(document: Document, path: Path, raw: Plain) -> Plain:
    """Return the question with `critical_if` as its type understands it.

    That is a truth for yesno, a number otherwise.
    """
    if not isinstance(raw, dict) or raw.get("critical_if") is None:
        return raw
    written = str(raw["critical_if"]).strip().lower()
    kind = raw.get("type")
    value: bool | int | None = None
    if kind == "yesno" and written in _YES | _NO:
        value = written in _YES
    elif kind in (*LISTS, "integer") and re.fullmatch(r"\d{1,9}", written, re.ASCII):
        value = int(written)
    else:
        advice_by_type = {"yesno": "true or false", "choice": "an option's number", "choices": "an option's number"}
        advice = (
            f"write {advice_by_type.get(str(kind), 'a whole number')}"
            if kind in (*advice_by_type, "integer")
            else "delete the key"
        )
        document.error((*path, "critical_if"), f"{written!r} is no answer of this type; {advice}")
    return {**raw, "critical_if": value}


def _check_times(document: Document, path: Path, form: Form) -> None:
    raw_due, raw_rounds = (document.value((*path, key)) for key in ("due", "rounds"))
    if not form.is_owed and raw_rounds is not None:
        document.error(
            (*path, "rounds"), "a form that is sent many times has no rounds; say with due from when it counts"
        )
    elif raw_due is not None and raw_rounds is not None:
        document.error((*path, "rounds"), "a form is due once or in rounds; keep either due or rounds")
    elif raw_due is None and not raw_rounds:
        document.error(path, 'nothing says when the form is due; write due: {by: "08:30"} or rounds: ["10:00", …]')
    if form.due is not None and form.due.from_ is not None and _order(form.due.from_) >= _order(form.due.by):
        document.error(
            (*path, "due"), f"it ends at {form.due.by}, not after it begins at {form.due.from_}; exchange them"
        )
    for position in range(1, len(form.rounds)):
        before, after = form.rounds[position - 1 : position + 1]
        if _order(before) >= _order(after):
            advice = "put the rounds in the order of time, each once"
            document.error((*path, "rounds", position), f"{after} does not come after {before}; {advice}")


def _order(moment: Moment) -> tuple[int, int, int]:
    return (moment.day, moment.hour, moment.minute)


def _check_question(document: Document, path: Path, question: Question) -> None:
    _check_range(document, path, question)
    _check_options(document, path, question)
    _check_role(document, path, question)
    _check_unknown(document, path, question)
    if question.type != "text" and "max_length" in question.model_fields_set:
        advice = f"only a text has a length, this question is {question.type}; delete the key"
        document.error((*path, "max_length"), advice)
    if question.tolerance is not None:
        _check_tolerance(document, (*path, "tolerance"), question, question.tolerance)


def _check_tolerance(document: Document, path: Path, question: Question, tolerance: str) -> None:
    if question.type not in NUMBERS:
        document.error(path, f"only a number has a tolerance, this question is {question.type}; delete the key")
    elif not _TOLERANCE.fullmatch(tolerance) or (tolerance.endswith("%") and float(tolerance[:-1]) > 100):
        document.error(path, f"{tolerance!r} is no tolerance; write a count (5) or a share (5%)")


def _check_range(document: Document, path: Path, question: Question) -> None:
    for key, bound in (("min", question.min), ("max", question.max)):
        if bound is None:
            continue
        if question.type not in NUMBERS:
            document.error((*path, key), f"only a number has a range, this question is {question.type}; delete the key")
        elif not math.isfinite(bound):
            document.error((*path, key), "this is no number; write digits, or delete the key for no limit")
        elif question.type == "integer" and bound != int(bound):
            document.error((*path, key), f"{bound} is no whole number, as the question's answers are; round it")
    if question.min is not None and question.max is not None and question.min > question.max:
        message = f"min {question.min:g} is greater than max {question.max:g}; exchange them"
        document.error((*path, "min"), message)


def _check_options(document: Document, path: Path, question: Question) -> None:
    at = (*path, "options")
    if question.type not in LISTS:
        if question.options:
            document.error(
                at, f"only choice and choices have options, this question is {question.type}; delete the key"
            )
        return
    if at in document.lines and not question.options:
        return
    if len(question.options) < 2:
        document.error(at, "a choice needs two options at least; write {1: …, 2: …}")
    written = document.value(at)
    if isinstance(written, dict) and len(written) > len(question.options):
        document.error(at, "an option stands twice, with and without a leading zero; number each once")
    for option in question.options:
        if not 0 <= option <= 999:
            document.error(at, f"option {option} cannot be typed; number the options from 1")
    if question.critical_if is not None and question.critical_if not in question.options:
        options = ", ".join(map(str, question.options))
        document.error((*path, "critical_if"), f"{question.critical_if} is none of the options; use one of {options}")


def _check_unknown(document: Document, path: Path, question: Question) -> None:
    """Require that what means "not known" means nothing else.

    No answer of the question, no yes or no, no option's label.
    """
    at = (*path, "unknown")
    plain = question.model_copy(update={"unknown": ()})
    labels = answer_names(plain)
    for written in question.unknown:
        if written.isascii() and written.isdigit():
            _, reason = interpret(plain, written, ANY_YEAR)
            if written[0] == "0":
                document.error(at, f"{written!r} begins with a zero, which people leave out; use another number")
            elif reason is None or len(written) > _UNKNOWN_DIGITS:
                advice = "use a number outside its range, such as 9999, or a word"
                document.error(at, f"{written!r} is also an answer to this question; {advice}")
        elif len(written) < 2 or not written.isalpha():
            document.error(at, f"{written!r} cannot be told from an answer; use digits, or one word of letters")
        elif skeleton(written) in words().values or skeleton(written) in words().roles or name_of(written) in labels:
            document.error(at, f"{written!r} has another meaning in an SMS; choose another word")


def _check_role(document: Document, path: Path, question: Question) -> None:
    if question.role is not None and question.type != "integer":
        document.error(
            (*path, "role"), f"a role belongs to an integer, this question is {question.type}; delete the role"
        )
    if question.candidate is not None and question.role != "votes":
        document.error((*path, "candidate"), "only votes are a candidate's; add role: votes, or delete the candidate")


def _check_question_texts(document: Document, path: Path, question: Question, election: Election) -> None:
    if question.label or question.candidate is None:
        check_languages_of(document, (*path, "label"), question.label, election.languages)
    if len(election.languages) > 1 and any(isinstance(text, str) for text in question.options.values()):
        document.warning((*path, "options"), "an option is written in one language only; write {en: …, ru: …} for each")
    for option, text in question.options.items():
        if isinstance(text, dict):
            check_languages_of(document, (*path, "options", str(option)), text, election.languages)


def read_incidents(document: Document, election: Election) -> IncidentForm | None:
    """Read the form of critical incidents.

    It is None if the file has none or it cannot be made out.
    """
    raw = document.content.get("incidents")
    if raw is None:
        return None
    path: Path = ("incidents",)
    alone = {**raw, "categories": {}} if isinstance(raw, dict) else raw
    incidents = shaped(IncidentForm, document, path, alone, _FORM_STAND_INS)
    if incidents is None:
        return None
    check_languages_of(document, (*path, "title"), incidents.title, election.languages)
    categories = _read_categories(document, raw.get("categories"), election)
    return incidents.model_copy(update={"categories": categories})


def _read_categories(document: Document, raw: Plain, election: Election) -> dict[int, Category]:
    path: Path = ("incidents", "categories")
    categories: dict[int, Category] = {}
    if not isinstance(raw, dict) or not raw:
        document.error(path, "incidents need categories; write 1: {en: …, severity: high}, one a line")
        return categories
    for number, plain in raw.items():
        at = (*path, number)
        if not re.fullmatch(r"[1-9]\d?", number, re.ASCII):
            document.error(at, f"{number!r} is no category; number the categories from 1 to 99, without leading zeros")
        texts = {key: text for key, text in plain.items() if key != "severity"} if isinstance(plain, dict) else None
        severity = plain.get("severity") if isinstance(plain, dict) else None
        given = {"name": texts} if severity is None else {"name": texts, "severity": severity}
        category = shaped(
            Category, document, at, given if texts is not None else None, {"severity": "high", "name": {}}
        )
        if category is None:
            continue
        check_languages_of(document, at, category.name, election.languages)
        if re.fullmatch(r"[1-9]\d?", number, re.ASCII):
            categories[int(number)] = category
    return categories
