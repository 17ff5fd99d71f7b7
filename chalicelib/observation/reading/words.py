"""The words that the reading knows beside forms and codes.

`words.json`, lists that a coalition can edit.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from chalicelib.observation.sms.look_alikes import skeleton


@dataclass(frozen=True, slots=True)
class Words:
    """The lists as skeletons.

    `roles` what a word may be (one letter as it is), `values` yes and no, `answers` the same as they are written,
    `letters` those of one letter, `counted` nouns by number, `day_parts` which part of the day a word names, `months`
    their numbers, `signatures` what a phone appends, by its first word.
    """

    roles: Mapping[str, frozenset[str]]
    values: Mapping[str, bool]
    answers: tuple[tuple[str, bool], ...]
    letters: frozenset[str]
    counted: Mapping[str, frozenset[str]]
    day_parts: Mapping[str, str]
    months: Mapping[str, int]
    held: tuple[str, ...]
    held_alone: tuple[str, ...]
    signatures: Mapping[str, tuple[tuple[str, ...], ...]]


@cache
def words() -> Words:
    """Return the lists that Baykoo comes with."""
    lists = json.loads((resources.files(__package__) / "words.json").read_text("utf-8"))
    counted = {number: frozenset(map(skeleton, nouns)) for number, nouns in lists.pop("counted").items()}
    day_parts = {skeleton(word): part for part, listed in lists.pop("day_parts").items() for word in listed}
    months = {skeleton(word): at for at, listed in enumerate(lists.pop("months"), 1) for word in listed}
    answers = tuple((word, answer) for key, answer in (("yes", True), ("no", False)) for word in lists.pop(key))
    letters = frozenset(word for word, _ in answers if len(word) == 1)
    values = {skeleton(word): answer for word, answer in answers}
    held, held_alone = (
        tuple(" ".join(map(skeleton, phrase.split())) for phrase in lists.pop(key)) for key in ("held", "held_alone")
    )
    signatures: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in lists.pop("signatures"):
        first, *rest = map(skeleton, phrase.split())
        signatures[first] = (*signatures.get(first, ()), tuple(rest))
    roles: dict[str, set[str]] = {first: {"signatures"} for first in signatures}
    for role, listed in lists.items():
        for word in listed:
            roles.setdefault(word if len(word) == 1 else skeleton(word), set()).add(role)
    for role, shapes in (("day_parts", day_parts), ("months", months)):
        for shape in shapes:
            roles.setdefault(shape, set()).add(role)
    return Words(
        {word: frozenset(meanings) for word, meanings in roles.items()},
        values,
        answers,
        letters,
        counted,
        day_parts,
        months,
        held,
        held_alone,
        signatures,
    )
