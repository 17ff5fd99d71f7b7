"""`./baykoo quickcount`: what a sample says of all stations (docs/quick-count.md)."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import click

from chalicelib.cli.files import ElectionRefused, load_election_file
from chalicelib.cli.printable import show_json
from chalicelib.observation.election_file import Problem
from chalicelib.observation.election_file.problems import Findings
from chalicelib.observation.election_file.rosters import read_table
from chalicelib.observation.election_file.row import Row
from chalicelib.observation.elections.election import Election, Form, Question
from chalicelib.observation.quick_count.estimate import QuickCountError, counted_form, needed_codes, quick_count
from chalicelib.observation.reading.model import Value

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_TRUTHS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "2": False}

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


class ResultsRefused(click.ClickException):
    """The results are no table of this election's.

    The command ends with exit code 2, and every mistake is printed.
    """

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("\n".join(("the results cannot be read", *map(str, sorted(problems)))))


@dataclass(frozen=True, slots=True)
class Results:
    """Answers by station and code, as far as readable; repeated stations."""

    answers: dict[str, dict[str, Value]]
    duplicates: frozenset[str]


@click.command()
@click.option("--election", "election_path", type=_FILE, required=True, help="The election's YAML file.")
@click.option("--results", "results_path", type=_FILE, required=True, help="CSV: station and the questions' codes.")
def quickcount(election_path: Path, results_path: Path) -> None:
    """Estimate turnout and result from a sample, as JSON.

    Turnout, invalid ballots and candidates' shares. For headquarters only, until they release it: a quick count that
    leaks early is dangerous.
    """
    election = load_election_file(election_path)
    try:
        results = read_results(results_path, election, counted_form(election))
        counted = quick_count(election, results.answers, held_back=dict.fromkeys(results.duplicates, "duplicate"))
    except QuickCountError as refused:
        raise ElectionRefused([Problem(election_path.name, 1, "", str(refused))]) from refused
    show_json(counted.document(), indent=2)


def read_results(path: Path, election: Election, form: Form) -> Results:
    """Read the results in a CSV file; raises ResultsRefused.

    A cell that is no answer to its question is kept as its text, for the quick count to hold its station back.
    """
    needed = set(needed_codes(election, form))
    questions = {question.code.lower(): question for question in form.questions}
    findings = Findings()
    rows = read_table(
        path.name,
        path.read_bytes().decode("utf-8", errors="surrogateescape").removeprefix("\ufeff"),
        required=("station", *(code for code, question in questions.items() if question.code in needed)),
        optional=(code for code, question in questions.items() if question.code not in needed),
        findings=findings,
    )
    given = rows or []  # no rows at all is one of the problems found
    stations = [row.required("station") for row in given]
    unknown = (
        replace(column, message="the form has no such question; delete this column") for column in findings.warnings
    )
    problems = [*findings.problems, *unknown]
    if problems:
        raise ResultsRefused(problems)
    return Results(
        answers={station: _answers(questions, row) for station, row in zip(stations, given, strict=True)},
        duplicates=frozenset(station for station, rows_given in Counter(stations).items() if rows_given > 1),
    )


def _answers(questions: dict[str, Question], row: Row) -> dict[str, Value]:
    return {question.code: _answer(question, row[code]) for code, question in questions.items() if row[code]}


def _answer(question: Question, cell: str) -> Value:
    match question.type:
        case "integer" | "choice" if _WHOLE_NUMBER.fullmatch(cell):
            return int(cell)
        case "decimal" if _DECIMAL.fullmatch(cell):
            return Decimal(cell)
        case "yesno":
            return _TRUTHS.get(cell.lower(), cell)
        case _:
            return cell
