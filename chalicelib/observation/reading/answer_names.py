"""Answers that are words: options' labels, and "not known".

They are read by a label in any language; "not known" by the question's own word.

Names are compared as forms' aliases are, by their skeletons. A label that is also another option's names none of them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from chalicelib.observation.elections.election import Question
from chalicelib.observation.reading.model import UNKNOWN, UnknownAnswer
from chalicelib.observation.reading.normalise import canonical
from chalicelib.observation.sms.look_alikes import skeleton

Name = tuple[str, ...]
"""The skeletons of a name's words, and its numbers as they are."""

Meaning = int | UnknownAnswer | None
"""An option, UNKNOWN, or None for a name of several options."""

LONGEST_NAME: Final = 8
"""Words of the longest name that is looked for."""

_PARTS: Final = re.compile(r"\d+|[^\W\d_]+")


def name_of(written: str) -> Name:
    """Return a label or word as names are compared."""
    return tuple(map(skeleton, _PARTS.findall(canonical(written).text)))


def answer_names(question: Question) -> Mapping[Name, Meaning]:
    """Return what each name means for a question.

    Single letters and bare numbers are no names.
    """
    names: dict[Name, Meaning] = {}
    for name, meaning in _named(question):
        if any(len(part) > 1 and not part.isdigit() for part in name):
            names[name] = meaning if names.get(name, meaning) == meaning else None
    return names


def length_of_name(names: Mapping[Name, Meaning], parts: Sequence[str]) -> int:
    """Return how many of the first parts are a name.

    It takes as many as can be; 0 where none are.
    """
    return next((size for size in range(len(parts), 0, -1) if tuple(parts[:size]) in names), 0)


def _named(question: Question) -> Iterator[tuple[Name, Meaning]]:
    for option, label in question.options.items():
        for text in (label,) if isinstance(label, str) else label.values():
            yield name_of(text), option
    for word in question.unknown:
        yield name_of(word), UNKNOWN
