"""Compile the election for reading.

What each word of a text may be, worked out once per word.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from chalicelib.observation.elections.election import Election, Form, IncidentForm
from chalicelib.observation.elections.moments import Moment
from chalicelib.observation.reading.digit_names import DigitNames
from chalicelib.observation.reading.interpret import Values
from chalicelib.observation.reading.misspellings import MISSPELT_FROM, deletions, one_edit, shorter
from chalicelib.observation.reading.pattern import token_pattern
from chalicelib.observation.reading.station_numbers import StationNumbers
from chalicelib.observation.reading.words import Words, words
from chalicelib.observation.sms.look_alikes import LIKE_DIGITS, RESEMBLING, WORD_LETTERS, code_letter, skeleton, uniform
from chalicelib.observation.texts.catalogue import MARK, text

_LONGEST_RUN: Final = 24
"""Letters of the longest run that is looked into; no alias, code and value words together are longer."""

_LIKE_CAPITALS: Final = frozenset("OОlIІЗ")
"""Letters like digits, as tall as a capital before them: `AO`, `Al`."""
_WORDS_KEPT: Final = 20_000
_NO_ROLES: Final[frozenset[str]] = frozenset()
_PLAIN_ROLES: Final = frozenset(("place_words",))
"""What a letter may be that no rule asks where a number follows it."""
_ROLES_APART: Final = _PLAIN_ROLES | {"time_prepositions"}
"""What a letter may be that no rule asks where a number is glued to it and no value is due."""


@dataclass(frozen=True, slots=True)
class FormNames:
    """A form as the reading needs it."""

    code: str
    questions: Mapping[str, Values]
    moments: tuple[Moment, ...]
    """When its rounds begin."""
    numbered: bool
    """Whether its codes end in digits, and so need a separator before a value."""
    letters: frozenset[str]
    """The first letters of its codes."""
    beginnings: frozenset[str]
    """Its codes' letters, without the digits that may follow."""
    texts: frozenset[str]
    """Codes of questions that ask for a text."""
    plain: frozenset[str]
    """Letters that are a whole code, which its value may follow with nothing between, and ask for no text."""
    categories: frozenset[int] | None
    """The categories of the incident form, None for any other."""
    serial: str | None = None
    """The code whose answer tells several of an observer's reports apart."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a run of letters may be, whatever stands around it.

    `letter` is the code of a single letter, or of two that are a code of some form; `parts` are codes and value words
    that the run splits into; `glued` is the length of an alias that the run begins with, the rest being a code of
    `glued_form`, or codes and value words; `compound`: it has `parts` or is `glued`. `near` is the form whose name it
    misspells; `named`: it is a form's name, well spelt or not. `prose`: an ordinary word, two letters or more that are
    neither a value nor a unit. `changes_number`: glued to a number it multiplies it or says the part of the day,
    whatever follows (`5тысB`). `plain`: a letter that can be nothing but a code before a number; `plain_if_glued`:
    one at least where the number is glued to it and the value before it is whole. `style`: whether it is Latin, and
    upper case. `holds`: a phrase that holds an SMS may begin with it.
    """

    typed: str
    skeleton: str
    letter: str | None = None
    lone_word: bool = False
    value: bool | None = None
    roles: frozenset[str] = _NO_ROLES
    form: FormNames | None = None
    near: FormNames | None = None
    glued: int = 0
    glued_form: FormNames | None = None
    parts: tuple[str, ...] = ()
    begins_with_value: bool = False
    ends_in_code: bool = False
    resembles_digit: bool = False
    changes_number: bool = False
    holds: bool = False
    compound: bool = False
    named: bool = False
    prose: bool = False
    plain: bool = False
    plain_if_glued: bool = False
    style: tuple[bool, bool] = (True, True)


NO_WORD: Final = Word("", "")
"""Stands where a token is no run of letters."""


class Vocabulary(dict[str, Word]):
    """Every run of letters → its Word, for one election."""

    def __init__(self, election: Election) -> None:
        super().__init__()
        self.marks = tuple({text(election, language, MARK).lower() for language in election.languages})
        self.stations = frozenset(election.station_by_number)
        self.date = election.date
        self.round_days = frozenset(moment.day for form in election.forms for moment in form.rounds)
        self.station_numbers = StationNumbers(election.station_by_number)
        self.station = re.compile(election.station_pattern)
        self.lists: Words = words()
        self.forms = {names.code: names for names in _forms(election)}
        self._letters = frozenset(letter for names in self.forms.values() for letter in names.letters)
        self._pairs = frozenset(code for form in self.forms.values() for code in form.beginnings if len(code) > 1)
        self._aliases = dict(_aliases(election, self.forms))
        self.tokens = token_pattern(self._aliases, [word for word, _ in self.lists.answers])
        self.digit_names = DigitNames(self._aliases, self._letters)
        self._held_openings = {phrase.split()[0] for phrase in (*self.lists.held, *self.lists.held_alone)}
        self._near = deletions(alias for alias, names in self._aliases.items() if names.categories is None)
        answers = "|".join(sorted(self.lists.values, key=len, reverse=True))
        self._run = re.compile(rf"(?P<lead>{answers})?(?P<inner>(?:[A-Z](?:{answers}))*)(?P<last>[A-Z])?")
        self._pair = re.compile(rf"([A-Z])({answers})(?=(?:[A-Z](?:{answers}))*\Z)")
        self._after_number = re.compile("|".join(sorted(_after_numbers(self.lists), key=len, reverse=True)))
        self._begins = re.compile("|".join(sorted(map(re.escape, self._aliases), key=len, reverse=True)))

    def __missing__(self, typed: str) -> Word:
        if not typed:
            return NO_WORD
        if len(self) >= _WORDS_KEPT:
            self.clear()
        word = self._word(typed)
        self[typed] = word
        return word

    def is_station(self, number: str) -> bool:
        """Whether a number has the pattern of a station's."""
        return self.station.fullmatch(number) is not None

    def _word(self, typed: str) -> Word:
        shape = skeleton(typed)
        form = self._aliases.get(shape)
        single = len(typed) == 1
        value, roles = self._value(typed, shape), self.lists.roles.get(typed.lower() if single else shape, _NO_ROLES)
        lone_word = typed in WORD_LETTERS
        pair = shape in self._pairs and form is None and value is None and not roles
        coded = single and value is None and typed not in LIKE_DIGITS and "A" <= code_letter(typed) <= "Z"
        parts = {} if single or pair or form is not None or value is not None else self._compound(typed, shape, roles)
        return Word(
            typed,
            shape,
            letter=code_letter(typed) if single else shape if pair else None,
            lone_word=lone_word,
            value=value,
            roles=roles,
            form=form,
            resembles_digit=typed[0] in RESEMBLING,
            changes_number=not (single or pair) and self._after_number.match(shape) is not None,
            prose=not (single or pair) and value is None and "units" not in roles,
            plain=coded and not lone_word and roles <= _PLAIN_ROLES,
            plain_if_glued=coded and roles <= _ROLES_APART,
            style=(typed.isascii(), typed.isupper()),
            holds=shape in self._held_openings,
            compound=bool(parts.get("parts") or parts.get("glued")),
            named=form is not None or parts.get("near") is not None,
            **parts,
        )

    def _value(self, typed: str, shape: str) -> bool | None:
        """Return yes or no.

        A single letter has to be the very one of the list, not one that looks like it.
        """
        if len(typed) == 1 and typed.lower() not in self.lists.letters:
            return None
        return self.lists.values.get(shape)

    def _compound(self, typed: str, shape: str, roles: frozenset[str]) -> dict[str, Any]:
        meanings: dict[str, Any] = {}
        if len(shape) > _LONGEST_RUN or len(shape) != len(typed):
            return meanings
        alias = self._begins.match(shape)
        if alias is not None and self._rest_of(alias[0], shape):
            meanings |= {"glued": alias.end(), "glued_form": self._aliases[alias[0]]}
        else:
            meanings["near"] = self._misspelt(shape)
        if not (roles and uniform(typed)):
            meanings |= self._split(typed, shape)
        coded = () if alias is not None or meanings.get("parts") else self._like_digit_run(typed)
        return meanings | {"parts": coded, "ends_in_code": True} if coded else meanings

    def _rest_of(self, alias: str, shape: str) -> bool:
        """Whether codes follow an alias in a run.

        What follows begins with a code of its form and splits from there on.
        """
        rest = shape[len(alias) :]
        beginnings = self._aliases[alias].beginnings
        if len(rest) > 1 and rest in beginnings:
            return True
        run = self._run.fullmatch(rest)
        return rest[:1] in beginnings and (
            len(rest) == 1 or (run is not None and run["lead"] is None and run["inner"] != "")
        )

    def _split(self, typed: str, shape: str) -> dict[str, Any]:
        if typed[0].isupper() and _LIKE_CAPITALS.issuperset(typed[1:]) and "A" <= code_letter(typed[0]) <= "Z":
            return {"parts": (typed[0], typed[1:])}
        run = self._run.fullmatch(shape)
        if run is None:
            word = self._after_number.match(shape)
            if word is not None and word.end() == len(shape) - 1 and "A" <= code_letter(typed[-1]) <= "Z":
                return {"parts": (typed[:-1], typed[-1]), "ends_in_code": True}
            return {}
        lead, inner, last = run["lead"] or "", run["inner"], run["last"] or ""
        pairs = [part for pair in self._pair.finditer(inner) for part in pair.groups()]
        lengths = [len(part) for part in (lead, *pairs, last) if part]
        ends = list(accumulate(lengths))
        parts = tuple(typed[end - length : end] for end, length in zip(ends, lengths, strict=True))
        answers = parts[0 if lead else 1 :: 2]
        if len(parts) < 2 or any(self._value(part, skeleton(part)) is None for part in answers):
            return {}
        return {"parts": parts, "begins_with_value": bool(lead), "ends_in_code": bool(last)}

    def _like_digit_run(self, typed: str) -> tuple[str, ...]:
        """Split a run into codes of this election.

        Each but the last with a letter like a digit for its value (`AlB0730`).
        """
        letters = tuple(typed)
        valued = len(letters) % 2 == 1 and len(letters) > 1 and all(letter in LIKE_DIGITS for letter in letters[1::2])
        coded = valued and all(letter.isupper() and code_letter(letter) in self._letters for letter in letters[::2])
        return letters if coded and len(set(letters[::2])) == len(letters[::2]) else ()

    def _misspelt(self, shape: str) -> FormNames | None:
        if len(shape) < MISSPELT_FROM - 1:
            return None
        meanings = {
            alias for less in (shape, *shorter(shape)) for alias in self._near.get(less, ()) if one_edit(alias, shape)
        }
        forms = {self._aliases[alias].code for alias in meanings}
        if len(forms) != 1:
            return None
        names = self.forms[forms.pop()]
        if any(shape[:-1] == alias and shape[-1] in names.questions for alias in meanings):
            return None
        return names


def _forms(election: Election) -> Iterator[FormNames]:
    for form in election.forms:
        numbered = any(code[-1].isdigit() for code in form.by_code)
        questions = {code: Values(question, election.date.year) for code, question in form.by_code.items()}
        letters = frozenset(code[0] for code in questions)
        texts = frozenset(question.code for question in form.questions if question.type == "text")
        beginnings = frozenset(code.rstrip("0123456789") for code in questions)
        plain = frozenset() if numbered else letters & questions.keys() - texts
        yield FormNames(
            form.code, questions, form.rounds, numbered, letters, beginnings, texts, plain, None, form.serial
        )
    if election.incidents is not None:
        categories, none = frozenset(election.incidents.categories), frozenset[str]()
        yield FormNames(election.incidents.code, {}, (), False, none, none, none, none, categories)


def _aliases(election: Election, forms: Mapping[str, FormNames]) -> Iterator[tuple[str, FormNames]]:
    named: tuple[Form | IncidentForm, ...] = election.forms
    if election.incidents is not None:
        named = (*named, election.incidents)
    for form in named:
        for alias in (form.code, *form.aliases):
            yield skeleton(alias), forms[form.code]


def _after_numbers(lists: Words) -> Iterator[str]:
    """Yield words that are written at a number's end.

    They belong to it: units, words that multiply, parts of the day.
    """
    for word, roles in lists.roles.items():
        if len(word) > 1 and not roles.isdisjoint(("units", "quantities", "day_parts")):
            yield re.escape(word)


_compiled: dict[int, tuple[Election, Vocabulary]] = {}
_ELECTIONS_KEPT: Final = 8


def vocabulary(election: Election) -> Vocabulary:
    """Return the compiled election, built once per Election object."""
    kept = _compiled.get(id(election))
    if kept is not None and kept[0] is election:
        return kept[1]
    if len(_compiled) >= _ELECTIONS_KEPT:
        _compiled.clear()
    built = Vocabulary(election)
    _compiled[id(election)] = (election, built)
    return built
