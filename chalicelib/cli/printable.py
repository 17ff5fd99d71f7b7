"""Print what others wrote as a terminal may show it.

Commands print by this alone: tests/unit/docs/test_source.py finds those that do not.
"""

import json
from typing import Any

import click

from chalicelib.observation.sms.characters import is_unseen


def printable(written: str) -> str:
    """Spell out control and format characters.

    A text can then neither move nor rename the terminal. A line break is spelled out too: no SMS may imitate a line of
    ours.
    """
    return written if written.isprintable() else "".join(map(_spelled, written))


def printable_json(document: Any, *, indent: int | None = None) -> str:
    """Write JSON, its control and format characters as JSON's escapes.

    Half a surrogate pair is escaped too: some phones send it, and no UTF-8 can carry it.
    """
    written = json.dumps(document, ensure_ascii=False, indent=indent)
    return written if written.isprintable() else "".join(map(_escaped, written))


def show(*lines: str, err: bool = False) -> None:
    """Print lines, each as one, whatever others wrote into it."""
    for line in lines:
        click.echo(printable(line), err=err)


def show_json(document: Any, *, indent: int | None = None) -> None:
    """Print a document as JSON, on one line or indented."""
    click.echo(printable_json(document, indent=indent))


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode() if is_unseen(character) else character


def _escaped(character: str) -> str:
    is_ours = character == "\n" or not is_unseen(character)
    return character if is_ours else json.dumps(character)[1:-1]
