"""Words and templates of what coordinators get by email.

There is one JSON file per language, beside the Jinja templates.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from chalicelib.observation.elections.election import NO_ROUND, Election, Form
from chalicelib.observation.reports.tally import Number
from chalicelib.observation.summaries.turnout_chart import SHOWN, Point, draw

_BEFORE_A_NUMBER = re.compile(r"(?<=\w) (?=[+\d])")


def words_of(name: str, election: Election, language: str) -> Mapping[str, str]:
    """Return the texts of `templates/{name}.{language}.json`.

    Else those of the election's first language that has any.
    """
    for candidate in (language, *election.languages, "en"):
        words = _catalogue(name, candidate)
        if words is not None:
            return words
    raise LookupError(f"the English texts of {name} are not in this bundle")


def render(template: str, context: Mapping[str, object]) -> str:
    """Render a template of `templates/`; in HTML values are escaped."""
    return _templates().get_template(template).render(context)


def round_title(election: Election, language: str, form: Form, round_name: str) -> str:
    """Name a round as people call it.

    `Turnout 10:00`, or the form's title alone where it is due once.
    """
    title = election.text(form.title, language) or form.code
    return title if round_name == NO_ROUND else f"{title} {round_name}"


def round_code(form: str, round_name: str) -> str:
    """Name a round in few characters.

    `TU 10:00`, or the form's code alone.
    """
    return form if round_name == NO_ROUND else f"{form} {round_name}"


def grouped(number: Number, words: Mapping[str, str]) -> str:
    """Format a number with the language's thousands separator.

    `words` are those of summaries.
    """
    return f"{number:,}".replace(",", words["thousands"])


def glued(written: str) -> str:
    """Glue numbers to the word before them.

    A number alone on a line tells nothing.
    """
    return _BEFORE_A_NUMBER.sub("\u00a0", written)


def picture(points: Sequence[Point]) -> str:
    """Return a curve's picture as a part of the page."""
    return "data:image/png;base64," + b64encode(draw(points)).decode()


@cache
def _catalogue(name: str, language: str) -> Mapping[str, str] | None:
    file = resources.files("chalicelib") / "templates" / f"{name}.{language}.json"
    if not file.is_file():
        return None
    words: Mapping[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return words


@cache
def _templates() -> Environment:

    environment = Environment(
        loader=PackageLoader("chalicelib", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["glued"] = glued
    environment.filters["picture"] = picture
    environment.globals["chart_size"] = SHOWN
    return environment
