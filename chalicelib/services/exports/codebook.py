"""The codebook of an export: a file explains itself."""

import datetime as dt
from collections.abc import Iterator

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election, Form, Question
from chalicelib.services.exports.table import Cell, Row, Scope, Table


def codebook_table(scope: Scope) -> Table:
    """Return every question: its code, labels, type, options, role, form and rounds."""
    election = scope.loaded.election
    labels = tuple(f"label_{language}" for language in election.languages)
    columns = ("form", "rounds", "code", *labels, "type", "options", "role", "min", "max", "unknown")
    forms = [form for form in election.forms if not scope.wanted.forms or form.code in scope.wanted.forms]
    return Table(
        "codebook", columns, (_question(election, form, question) for form in forms for question in form.questions)
    )


def _question(election: Election, form: Form, question: Question) -> Row:
    labels = tuple(question.label.get(language, "") for language in election.languages)
    options = "; ".join(f"{number} = {_option(election, option)}" for number, option in question.options.items())
    return (
        *(form.code, " ".join(form.round_names), question.code, *labels, question.type, options),
        *(question.role, question.min, question.max, " ".join(map(str, question.unknown))),
    )


def _option(election: Election, label: str | dict[str, str]) -> str:
    return label if isinstance(label, str) else " / ".join(label.get(language, "") for language in election.languages)


def about_table(scope: Scope, now: dt.datetime) -> Table:
    """Return whose export it is, of what, as of when, which rows."""
    election, export_request = scope.loaded.election, scope.wanted
    zone = election.zone
    lines: dict[str, Cell] = {
        "election": f"{election.text(election.name, export_request.language)} ({election.id})",
        "exported for": scope.operator.signature,
        "as of, UTC": local_time(now, dt.UTC),
        f"as of, {election.timezone}": local_time(now, zone),
        "rows": export_request.what,
        "regions": ", ".join(scope.regions),
        "forms": ", ".join(export_request.forms) or "all",
        "stations": ", ".join(export_request.stations) or "all",
        "with names, phones and texts": "yes" if export_request.people else "no",
        "a leading ' ": "stands before what a spreadsheet could take for a formula, and is no part of it (CSV)",
        "CODE_by": "how an answer came: sms, or phone and by whom it was entered",
    }
    return Table("about", ("what", "value"), _lines(lines))


def _lines(lines: dict[str, Cell]) -> Iterator[Row]:
    yield from ((name, str(value)) for name, value in lines.items())
