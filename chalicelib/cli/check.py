"""./baykoo election check: what in an election's files is wrong or confusable."""

from collections.abc import Iterator
from pathlib import Path

import click

from chalicelib.cli.files import ElectionRefused, inspect_election_file
from chalicelib.cli.printable import show
from chalicelib.observation.election_file import Inspection, Problem
from chalicelib.observation.elections.election import Election
from chalicelib.observation.form_design.confusables import confusions


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Validate FILE with its tables, and warn of confusable names.

    Codes and aliases that are easily confused. Exit code 1 if anything is wrong, 0 if there are warnings alone.
    """
    inspection = inspect_election_file(file)
    election = inspection.election
    warnings = sorted((*inspection.warnings, *(_confusions(inspection, election) if election else ())))
    for warning in warnings:
        show(f"warning: {warning}")
    if election is None:
        raise ElectionRefused(inspection.problems)
    counts = f"{len(election.stations)} stations, {len(election.observers)} observers, {len(election.regions)} regions"
    warned = f" {len(warnings)} warnings: look at them before the cards are printed." if warnings else ""
    show(f"{file.name} is valid: {len(election.forms)} forms, {counts}.{warned}")


def _confusions(inspection: Inspection, election: Election) -> Iterator[Problem]:

    document = inspection.document
    for confusion in confusions(election):
        where = f" (see line {document.line(confusion.other)})" if confusion.other else ""
        yield document.problem(confusion.path, confusion.message + where)
