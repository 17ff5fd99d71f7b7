"""Codes and aliases that observers could confuse.

Their authors learn of them before the cards are printed. Nothing here is wrong: the reading asks back rather than
guess. But every question asked back costs an observer an SMS, and a better letter or word costs nothing yet.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import combinations
from typing import Final

from chalicelib.observation.elections.election import Election, Form, Question
from chalicelib.observation.form_design.confusion import Confusion, Name, Path
from chalicelib.observation.form_design.digits_for_letters import codes_one_digit_apart, names_one_digit_apart
from chalicelib.observation.form_design.recurring_hours import recurring_hours
from chalicelib.observation.reading.words import words
from chalicelib.observation.sms.look_alikes import skeleton

RESEMBLES_DIGIT: Final[Mapping[str, str]] = {"B": "8", "D": "0", "G": "6", "Q": "0", "S": "5", "Z": "2"}
"""Codes that look like a digit: glued to a number, each could be a part of it."""

_SOUNDS_LIKE: Final = ("BV", "CS", "HN", "HX", "PR", "UY")
"""Pairs of Latin codes where one sounds as the Cyrillic letter that looks like the other: V is typed В, read as B."""

_MISREAD: Final = ("MN", "UV", "VW")
"""Pairs of codes that are often taken for one another in print or by voice."""

_SOUNDS: Final = dict(zip("ABDEFGIKLMNOPRSTUVYZ", "АБДЕФГИКЛМНОПРСТУВЫЗ", strict=True))
"""Latin letters and the Cyrillic ones that are typed for them by ear, where there is one alone."""

_PREPOSITIONS: Final = frozenset(map(skeleton, "во до за из ко на не ни но об от по со то".split()))  # noqa: SIM905
"""Words that are no form's alias, whatever code sounds like them."""

_SAFE_CODES: Final = "A C E F H J K M N P R T U V W X Y"
_FORGIVEN_FROM: Final = 6
"""Letters from which an alias is known also with one letter wrong (docs/grammar.md, "Where a form is")."""
_WORDS_NAMED: Final = 3
_SHORT: Final = 3
_THREE_DIGITS: Final = 100


def confusions(election: Election) -> tuple[Confusion, ...]:
    """Everything that is easily confused, by its place in the file."""
    names = tuple(_names(election))
    listed = [*_close_names(names), *_beginnings(names), *_misspelt_words(names), *_unheard_codes(names)]
    listed += names_one_digit_apart(names, {code for form in election.forms for code in form.by_code})
    for position, form in enumerate(election.forms):
        listed += _confusable_codes(form, ("forms", position, "questions"))
        listed += recurring_hours(election, form, ("forms", position))
    return tuple(listed)


@cache
def common_words() -> Mapping[str, str]:
    """Words that observers' messages are full of, by skeleton."""
    text = (resources.files(__package__) / "common_words.json").read_text("utf-8")
    return {skeleton(word): word for listed in json.loads(text).values() for word in listed}


def one_edit_apart(first: str, second: str) -> bool:
    """Tell whether one wrong letter makes one word of the other.

    One letter may be wrong, missing, extra or exchanged with its neighbour.
    """
    if len(first) < len(second):
        first, second = second, first
    if first == second or len(first) > len(second) + 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(second))
    if len(first) > len(second):
        return first[at + 1 :] == second[at:]
    exchanged = first[at] + first[at + 1 : at + 2] == second[at + 1 : at + 2] + second[at]
    return first[at + 1 :] == second[at + 1 :] or (exchanged and first[at + 2 :] == second[at + 2 :])


def _names(election: Election) -> Iterator[Name]:
    named: list[tuple[Path, str, tuple[str, ...]]] = [
        (("forms", position), form.code, form.aliases) for position, form in enumerate(election.forms)
    ]
    codes = [frozenset(question.code for question in form.questions) for form in election.forms]
    if election.incidents is not None:
        named.append((("incidents",), election.incidents.code, election.incidents.aliases))
        codes.append(frozenset())
    for number, (path, code, aliases) in enumerate(named):
        yield Name(code, (*path, "code"), number, codes[number], skeleton(code))
        for position, alias in enumerate(aliases):
            yield Name(alias, (*path, "aliases", position), number, codes[number], skeleton(alias))


def _close_names(names: tuple[Name, ...]) -> Iterator[Confusion]:
    """Yield names of two forms that turn into each other easily.

    One slip of the thumb does it, or a code that is glued to the shorter one.
    """
    for name, other in combinations(names, 2):
        if name.form == other.form:
            continue
        short, long = sorted((name, other), key=lambda either: len(either.shape))
        if one_edit_apart(name.shape, other.shape):
            yield Confusion(
                other.path, name.path, f"{other.written} and {name.written} differ by one letter; choose another word"
            )
        elif long.shape.startswith(short.shape):
            yield Confusion(
                long.path, short.path, f"{long.written} begins with {short.written}; choose a word that does not"
            )


def _beginnings(names: tuple[Name, ...]) -> Iterator[Confusion]:
    """Names that are common words, and aliases with which common words begin."""
    own_shapes = {(name.form, name.shape) for name in names}
    for name in names:
        begun = [
            word
            for shape, word in common_words().items()
            if _is_taken_for(name, shape) and (shape == name.shape or (name.form, shape) not in own_shapes)
        ]
        if name.shape in words().roles or (name.shape in common_words() and len(name.shape) <= _SHORT):
            message = f"{name.written} is a common word; an SMS that only holds the word may be taken for the form"
            yield Confusion(name.path, None, message)
        elif begun:
            named = ", ".join(sorted(begun, key=len)[:_WORDS_NAMED])
            message = f"{name.written} is the beginning of common words ({named}); a longer or rarer word is safer"
            yield Confusion(name.path, None, message)


def _is_taken_for(name: Name, shape: str) -> bool:
    """Tell whether a common word begins with an alias.

    Any word if the alias is short, else one whose rest is a code of the form.
    """
    rest = shape.removeprefix(name.shape)
    if rest in (shape, "") or name.path[-1] == "code":
        return False
    return len(name.shape) < _FORGIVEN_FROM or rest in name.codes


def _misspelt_words(names: tuple[Name, ...]) -> Iterator[Confusion]:
    """Yield long aliases that a common word could be a misspelling of.

    Incidents' aliases are never forgiven a letter.
    """
    own_shapes = {(name.form, name.shape) for name in names}
    for name in names:
        if len(name.shape) < _FORGIVEN_FROM or name.path[0] == "incidents":
            continue
        for shape, word in common_words().items():
            if one_edit_apart(shape, name.shape) and (name.form, shape) not in own_shapes:
                message = f"{name.written} is one letter away from the common word {word}; choose another word"
                yield Confusion(name.path, None, message)


def _unheard_codes(names: tuple[Name, ...]) -> Iterator[Confusion]:
    """Yield forms' codes that are not read as they sound in Cyrillic.

    `ТУ` for TU, where that is no other word.
    """
    shapes = {name.shape for name in names}
    for name in names:
        if name.path[-1] != "code" or not set(name.written) <= set(_SOUNDS):
            continue
        sounded = "".join(_SOUNDS[letter] for letter in name.written)
        if skeleton(sounded) not in {*shapes, *_PREPOSITIONS, *words().roles, *common_words()}:
            message = f"typed as it sounds, {name.written} is {sounded}, which is not read; add the alias {sounded}"
            yield Confusion(name.path, None, message)


def _confusable_codes(form: Form, path: Path) -> Iterator[Confusion]:
    places = {question.code: (*path, position, "code") for position, question in enumerate(form.questions)}
    for place, other in combinations(places, 2):
        pair = _differing(place, other)
        if _is_prefix(place, other) or _is_prefix(other, place):
            short, long = sorted((place, other), key=len)
            message = f"{long} reads like {short} and an answer glued to it; begin the numbers at 10"
            yield Confusion(places[long], places[short], message)
        elif pair in _SOUNDS_LIKE:
            yield Confusion(
                places[other],
                places[place],
                f"on a Cyrillic keyboard {place} and {other} are easily typed for one another",
            )
        elif pair in _MISREAD:
            yield Confusion(places[other], places[place], f"{place} and {other} are easily taken for one another")
    yield from codes_one_digit_apart(places)
    yield from _codes_like_digits(form, places)


def _is_prefix(short: str, long: str) -> bool:
    """Whether a code is another one and digits."""
    return long.startswith(short) and long[len(short) :].isdigit()


def _differing(code: str, other: str) -> str:
    """Return the letters, sorted, in which two codes differ.

    It is the first, or the one that differs of two; "" where both do.
    """
    if len(code.rstrip("0123456789")) != len(other.rstrip("0123456789")):
        return ""
    different = [pair for pair in zip(code, other, strict=False) if pair[0] != pair[1] and pair[0].isalpha()]
    return "".join(sorted(different[0])) if len(different) == 1 else ""


def _codes_like_digits(form: Form, places: Mapping[str, Path]) -> Iterator[Confusion]:
    """Yield codes that could be a digit of the number before them.

    The code is glued to that number, and the number could be so long.
    """
    for code in places:
        digit = RESEMBLES_DIGIT.get(code)
        before = next(
            (question for question in form.questions if question.code != code and _takes_more(question)), None
        )
        if digit is None or before is None:
            continue
        last = "30" if before.type == "time" else "2"
        message = (
            f"{code} looks like {digit}: {before.code}1{code}{last} could be {before.code}1{digit}{last}, "
            f"and is then asked again; safer codes are {_safe(places)}"
        )
        yield Confusion(places[code], places[before.code], message)


def _takes_more(question: Question) -> bool:
    if question.type == "time":
        return True
    return question.type in ("integer", "decimal") and (question.max is None or question.max >= _THREE_DIGITS)


def _safe(used: Mapping[str, Path]) -> str:
    letters = {code[0] for code in used}
    return " ".join(letter for letter in _SAFE_CODES.split() if letter not in letters)
