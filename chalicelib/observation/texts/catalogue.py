"""Everything that Baykoo says to observers and coordinators, by language and key.

The texts are JSON files in `texts/`, one a language; an election's `texts` replaces single ones. A placeholder is a
name in braces (`{codes}`), and a replaced text has to carry exactly those of the text that it replaces.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from chalicelib.observation.elections.election import Election

LANGUAGES: Final = ("ky", "ru", "en")
"""Languages that the catalogue is written in."""

MARK: Final = "mark"
"""The key of the word that everything sent to an observer begins with, so that a quoted reply is known as ours."""

SHORTEST_MARK: Final = 4
"""A shorter mark could begin an ordinary message, which would then be held as a quotation."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class TextProblem:
    """What is wrong with an election's text, and what to do.

    `key` is "" for a whole language.
    """

    language: str
    key: str
    message: str


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return Baykoo's own texts: language to key to text.

    Every language has the same keys.
    """
    folder = resources.files(__package__)
    return {language: json.loads((folder / f"{language}.json").read_text("utf-8")) for language in LANGUAGES}


def placeholders(written: str) -> frozenset[str]:
    """Names of the placeholders in a text."""
    return frozenset(_PLACEHOLDER.findall(written))


def text(election: Election, language: str, key: str, **values: str) -> str:
    """Return a text in a language, its placeholders filled.

    Else in the first of the election's languages that has it; the election's own text goes before the catalogue's of
    the same language; English is the last resort. KeyError for a key that the catalogue does not have or a placeholder
    without a value.
    """
    written = _written(election, language, key)
    return _PLACEHOLDER.sub(lambda match: values[match[1]], written)


def _written(election: Election, language: str, key: str) -> str:
    for candidate in (language, *election.languages):
        for texts in (election.texts, catalogue()):
            if written := texts.get(candidate, {}).get(key):
                return written
    return catalogue()["en"][key]


def check_texts(
    texts: Mapping[str, Mapping[str, str]], languages: Iterable[str] = LANGUAGES
) -> tuple[TextProblem, ...]:
    """Say what is wrong with an election's texts, in their order.

    `languages`: all that the election may use.
    """
    allowed = sorted({*languages, *LANGUAGES})
    problems: list[TextProblem] = []
    for language, replaced in texts.items():
        if language not in allowed:
            message = f"{language!r} is no language of this election: use one of {', '.join(allowed)}"
            problems.append(TextProblem(language, "", message))
            continue
        for key, written in replaced.items():
            problems += (TextProblem(language, key, message) for message in _faults(key, written))
    return tuple(problems)


def _faults(key: str, written: str) -> Iterable[str]:
    standard = catalogue()["en"].get(key)
    if standard is None:
        yield f"{key!r} is no text of the catalogue: use one of {', '.join(sorted(catalogue()['en']))}"
        return
    if not written.strip():
        yield "the text is empty: write it, or leave the key out for the usual one"
        return
    if key == MARK and len(written.strip()) < SHORTEST_MARK:
        yield f"the mark {written!r} is too short to tell our replies: use at least {SHORTEST_MARK} characters"
    expected, present = placeholders(standard), placeholders(written)
    for name in sorted(present - expected):
        yield f"{{{name}}} is no placeholder of this text: {_allowed(expected)}"
    for name in sorted(expected - present):
        yield f"{{{name}}} is missing: write it where its value belongs"
    if stray := re.search(r"[{}]", _PLACEHOLDER.sub("", written)):
        yield f"a lone {stray[0]!r}: braces only hold a placeholder's name, as in {{codes}}"


def _allowed(expected: frozenset[str]) -> str:
    return f"it has {', '.join(f'{{{name}}}' for name in sorted(expected))}" if expected else "it has none"
