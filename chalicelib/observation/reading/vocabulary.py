"""The election compiled for reading: what each word of a text may be, worked out once a word."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.observation.election import Election, Form, IncidentForm, Question
from chalicelib.observation.reading.letters import RESEMBLING, WORD_LETTERS, code_letter, skeleton
from chalicelib.observation.reading.pattern import token_pattern
from chalicelib.observation.reading.words import Words, words

_MISSPELT_FROM: Final = 6
"""Letters that an alias needs at least for one wrong letter to be forgiven."""

_LONG_ALIAS: Final = 4
"""Letters that an incident's alias needs at least to stand without a category."""

_LONGEST_RUN: Final = 40
_WORDS_KEPT: Final = 20_000
_NO_ROLES: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class FormNames:
    """A form as the reading needs it."""

    code: str
    questions: Mapping[str, Question]
    rounds: frozenset[str]
    numbered: bool
    """Whether its codes end in digits, and so need a separator before a value."""
    categories: frozenset[int] | None
    """The categories of the incident form, None for any other."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a run of letters may be, whatever stands around it.

    `letter` is the code of a single letter; `parts` are codes and value words that the run splits into; `glued` is
    the length of an alias that the run begins with, the rest being a code of that form, or codes and values.
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
    resembles_digit: bool = False

    @property
    def prose(self) -> bool:
        """Whether the run is an ordinary word: two letters or more that mean nothing here."""
        return self.letter is None and self.value is None and "units" not in self.roles


class Vocabulary(dict[str, Word]):
    """Every run of letters → its Word, for one election."""

    def __init__(self, election: Election) -> None:
        super().__init__()
        self.stations = frozenset(election.station_by_number)
        self.station = re.compile(election.station_pattern)
        self.lists: Words = words()
        self.forms = {names.code: names for names in _forms(election)}
        self._aliases = dict(_aliases(election, self.forms))
        self.tokens = token_pattern(self._aliases)
        self._codes = "".join(sorted({code[0] for names in self.forms.values() for code in names.questions}))
        self._near = _deletions(alias for alias, names in self._aliases.items() if names.categories is None)
        answers = "|".join(sorted(self.lists.values, key=len, reverse=True))
        self._run = re.compile(rf"(?:{answers})?(?:[A-Z](?:{answers}))*[A-Z]?")
        self._part = re.compile(rf"([A-Z])({answers})")
        self._answers = re.compile(rf"(?:{answers})")
        self._begins = re.compile("|".join(sorted(map(re.escape, self._aliases), key=len, reverse=True)))

    def __missing__(self, typed: str) -> Word:
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
        known: dict[str, object] = {
            "letter": code_letter(typed) if single else None,
            "lone_word": typed in WORD_LETTERS,
            "value": self._value(typed, shape),
            "roles": self.lists.roles.get(shape, _NO_ROLES),
            "form": form,
            "resembles_digit": typed[0] in RESEMBLING,
        }
        if form is None and not single and known["value"] is None:
            known |= self._compound(typed, shape, bool(known["roles"]))
        return Word(typed, shape, **known)  # type: ignore[arg-type]

    def _value(self, typed: str, shape: str) -> bool | None:
        """Yes or no; a single letter has to be the very one of the list, not one that looks like it."""
        if len(typed) == 1 and typed.lower() not in self.lists.letters:
            return None
        return self.lists.values.get(shape)

    def _compound(self, typed: str, shape: str, listed: bool) -> dict[str, object]:
        found: dict[str, object] = {}
        if len(shape) > _LONGEST_RUN or len(shape) != len(typed):
            return found
        alias = self._begins.match(shape)
        if alias is not None and self._rest_of(alias[0], shape):
            found |= {"glued": alias.end(), "glued_form": self._aliases[alias[0]]}
        else:
            found["near"] = self._misspelt(shape)
        if not (listed and _uniform(typed)):
            found["parts"] = self._split(typed, shape)
        return found

    def _rest_of(self, alias: str, shape: str) -> bool:
        rest = shape[len(alias) :]
        return rest[0] in self._codes and (len(rest) == 1 or bool(self._parts(rest)))

    def _split(self, typed: str, shape: str) -> tuple[str, ...]:
        lengths = [len(part) for part in self._parts(shape)]
        ends = [sum(lengths[: count + 1]) for count in range(len(lengths))]
        parts = tuple(typed[end - length : end] for end, length in zip(ends, lengths, strict=True))
        answers = parts[1::2] if self._leading_value(shape) == 0 else parts[0::2]
        if any(self._value(part, skeleton(part)) is None for part in answers):
            return ()
        return parts

    def _parts(self, shape: str) -> list[str]:
        if self._run.fullmatch(shape) is None:
            return []
        parts: list[str] = []
        first = self._leading_value(shape)
        if first:
            parts.append(shape[:first])
        at = first
        while at < len(shape) - 1:
            part = self._part.match(shape, at)
            if part is None:
                return []
            parts += [part[1], part[2]]
            at = part.end()
        return parts + ([shape[at:]] if at < len(shape) else [])

    def _leading_value(self, shape: str) -> int:
        for answer in sorted(self.lists.values, key=len, reverse=True):
            rest = shape[len(answer) :]
            if (
                shape.startswith(answer)
                and rest
                and re.fullmatch(rf"(?:[A-Z](?:{self._answers.pattern}))*[A-Z]?", rest)
            ):
                return len(answer)
        return 0

    def _misspelt(self, shape: str) -> FormNames | None:
        if len(shape) < _MISSPELT_FROM - 1:
            return None
        found = {
            alias
            for shorter in (shape, *_shorter(shape))
            for alias in self._near.get(shorter, ())
            if _one_edit(alias, shape)
        }
        forms = {self._aliases[alias].code for alias in found}
        if len(forms) != 1:
            return None
        names = self.forms[forms.pop()]
        if any(shape[:-1] == alias and shape[-1] in names.questions for alias in found):
            return None
        return names


def _forms(election: Election) -> Iterator[FormNames]:
    for form in election.forms:
        numbered = any(len(question.code) > 1 for question in form.questions)
        rounds = frozenset(map(str, form.rounds))
        yield FormNames(form.code, dict(form.by_code), rounds, numbered, None)
    if election.incidents is not None:
        yield FormNames(election.incidents.code, {}, frozenset(), False, frozenset(election.incidents.categories))


def _aliases(election: Election, forms: Mapping[str, FormNames]) -> Iterator[tuple[str, FormNames]]:
    named: tuple[Form | IncidentForm, ...] = election.forms
    if election.incidents is not None:
        named = (*named, election.incidents)
    for form in named:
        for alias in (form.code, *form.aliases):
            yield skeleton(alias), forms[form.code]


def _deletions(aliases: Iterator[str]) -> dict[str, list[str]]:
    """Aliases long enough to be misspelt, by themselves and by what one letter less leaves of them."""
    found: dict[str, list[str]] = {}
    for alias in aliases:
        if len(alias) >= _MISSPELT_FROM:
            for shorter in {alias, *_shorter(alias)}:
                found.setdefault(shorter, []).append(alias)
    return found


def _shorter(shape: str) -> Iterator[str]:
    return (shape[:at] + shape[at + 1 :] for at in range(len(shape)))


def _one_edit(alias: str, shape: str) -> bool:
    """Whether one letter wrong, missing, extra or swapped makes one word of the other."""
    begin = 0
    while begin < min(len(alias), len(shape)) and alias[begin] == shape[begin]:
        begin += 1
    if len(alias) != len(shape):
        longer, shorter = sorted((alias, shape), key=len, reverse=True)
        return longer[begin + 1 :] == shorter[begin:]
    swapped = alias[begin : begin + 2] == shape[begin : begin + 2][::-1] and alias[begin + 2 :] == shape[begin + 2 :]
    return swapped or alias[begin + 1 :] == shape[begin + 1 :]


def _uniform(typed: str) -> bool:
    """Whether a run is written in one script, and in one case but for a capital at its beginning."""
    scripts = {character.isascii() for character in typed}
    return len(scripts) == 1 and (typed[1:].islower() or typed.isupper())


_compiled: dict[int, tuple[Election, Vocabulary]] = {}
_ELECTIONS_KEPT: Final = 8


def vocabulary(election: Election) -> Vocabulary:
    """The compiled election; built once for each Election object."""
    kept = _compiled.get(id(election))
    if kept is not None and kept[0] is election:
        return kept[1]
    if len(_compiled) >= _ELECTIONS_KEPT:
        _compiled.clear()
    built = Vocabulary(election)
    _compiled[id(election)] = (election, built)
    return built
