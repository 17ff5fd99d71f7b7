"""Names of forms and questions in an SMS: codes and aliases.

They can be typed, and told apart. The rules are those of the reading: a code is Latin, and two names that look alike
are one name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib.observation.election_file.document import Document, Path
from chalicelib.observation.election_file.forms import PlacedForm
from chalicelib.observation.elections.election import IncidentForm
from chalicelib.observation.reading.words import words
from chalicelib.observation.sms.look_alikes import skeleton

_FORM_CODE = re.compile(r"[A-Z]{2,10}")
_QUESTION_CODE = re.compile(r"[A-Z](?:[1-9]\d?)?|[A-Z]{2}")
_PAIR = re.compile(r"[A-Z]{2}")
_LIKE_DIGITS = frozenset("OIL")


@dataclass(frozen=True, slots=True)
class Name:
    """A form's name, its place, and the form's code and place."""

    written: str
    path: Path
    form: str
    form_path: Path


def names(forms: Iterable[tuple[Path, str, tuple[str, ...]]]) -> Iterator[Name]:
    """Yield the codes and aliases of forms.

    A form is given as its path, code and aliases.
    """
    for path, code, aliases in forms:
        if code:
            yield Name(code, (*path, "code"), code, path)
        for position, alias in enumerate(aliases):
            yield Name(alias, (*path, "aliases", position), code, path)


def check_names(document: Document, forms: Iterable[PlacedForm], incidents: IncidentForm | None) -> None:
    """Note every code and alias that cannot be typed or told apart."""
    called = [(placed.path, placed.form.code, placed.form.aliases) for placed in forms]
    singles = frozenset(code for placed in forms for code in placed.form.by_code if len(code) == 1)
    for placed in forms:
        _check_question_codes(document, placed)
        _check_pairs(document, placed, singles)
    if incidents is not None:
        called.append((("incidents",), incidents.code, incidents.aliases))
    pairs = {code: placed for placed in forms for code in placed.form.by_code if _PAIR.fullmatch(code)}
    names_by_shape: dict[str, Name] = {}
    for name in names(called):
        if skeleton(name.written) in pairs:
            asking_form = pairs[skeleton(name.written)].form.code
            document.error(
                name.path, f"{name.written!r} is a question's code of form {asking_form}; choose another word"
            )
        fault = _code_fault(name.written) if name.path[-1] == "code" else _alias_fault(name.written)
        if fault:
            document.error(name.path, fault)
        earlier = names_by_shape.setdefault(skeleton(name.written), name)
        if earlier is not name and earlier.form_path == name.form_path and earlier.path[-1] == "code":
            document.warning(name.path, f"{name.written!r} is the form's code already; delete it")
        if earlier.form_path != name.form_path:
            where = f"{earlier.written} of form {earlier.form} in line {document.line(earlier.path)}"
            document.error(name.path, f"{name.written!r} is, or looks like, {where}; choose another word")


def _code_fault(code: str) -> str | None:
    if _FORM_CODE.fullmatch(code):
        return _other_meaning(code)
    return _foreign_letters(code) or f"{code!r} is no form's code; use two to ten Latin capitals, such as OP"


def _alias_fault(alias: str) -> str | None:
    if len(alias) < 2 or not alias.isalpha():
        return f"{alias!r} is no alias; use one word of two letters or more, without digits, spaces and signs"
    return _other_meaning(alias)


def _other_meaning(name: str) -> str | None:
    """Tell why a word cannot name a form.

    The reading takes it for something else (docs/grammar.md, "Values", "Held").
    """
    if skeleton(name) in words().values:
        return f"{name!r} is an answer; choose another word"
    if skeleton(name) in (*words().held, *words().held_alone):
        return f"an SMS with {name!r} is held for a test or a cancellation; choose another word"
    return None


def _foreign_letters(code: str) -> str | None:
    if code != code.upper() and code.isascii() and code.isalnum():
        return f"{code!r} is in small letters; write {code.upper()} (observers may type either)"
    foreign = [letter for letter in code if letter.isalpha() and not letter.isascii()]
    if foreign:
        named = ", ".join(f"{letter} ({unicodedata.name(letter, 'unnamed').title()})" for letter in foreign)
        return f"{code!r} holds {named}; type it with Latin letters"
    return None


def _check_question_codes(document: Document, placed: PlacedForm) -> None:
    first: dict[str, Path] = {}
    for path, question in zip(placed.questions, placed.form.questions, strict=True):
        code, at = question.code, (*path, "code")
        if _QUESTION_CODE.fullmatch(code) and not _LIKE_DIGITS.isdisjoint(code):
            document.error(
                at, f"{code!r} looks like a digit in a hand-typed SMS; O, I and L are no codes, use another letter"
            )
        elif not _QUESTION_CODE.fullmatch(code):
            advice = "use one Latin capital, two of them, or one and a number from 1 to 99: A, AB or A1"
            document.error(at, _foreign_letters(code) or f"{code!r} is no question's code; {advice}")
        if code in first:
            line = document.line(first[code])
            document.error(at, f"{code} is already a question of this form in line {line}; use another code")
        first.setdefault(code, at)
    for code, at in first.items():
        if code[1:].isdigit() and code[0] in first:
            line = document.line(first[code[0]])
            message = (
                f"{code} reads like an answer to {code[0]} in line {line}; number all questions of that letter, or none"
            )
            document.error(at, message)


def _check_pairs(document: Document, placed: PlacedForm, singles: frozenset[str]) -> None:
    """Require that codes of two letters mean nothing else.

    They may be no word that an SMS is read by, nor another code with its answer.
    """
    lists = words()
    endings = frozenset(map(skeleton, lists.letters))
    for path, question in zip(placed.questions, placed.form.questions, strict=True):
        code, at = question.code, (*path, "code")
        if not _PAIR.fullmatch(code):
            continue
        if code in lists.values or code in lists.roles or code in (*lists.held, *lists.held_alone):
            document.error(at, f"{code!r} is a word of SMS; use other letters")
        elif code[0] in singles and code[1] in endings:
            document.error(at, f"{code!r} reads like {code[0]} and its answer {code[1]}; use another second letter")
