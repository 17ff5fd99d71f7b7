"""./baykoo election check: what is wrong in an election's files, and what observers could confuse."""

from pathlib import Path

import click

from chalicelib.cli.files import ElectionRefused, inspect_election_file


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Validate FILE with its tables, and warn of codes and aliases that are easily confused.

    Exit code 1 if anything is wrong, 0 if there are warnings alone.
    """
    inspection = inspect_election_file(file)
    for warning in inspection.warnings:
        click.echo(f"warning: {warning}")
    election = inspection.election
    if election is None:
        raise ElectionRefused(inspection.problems)
    counts = f"{len(election.stations)} stations, {len(election.observers)} observers, {len(election.regions)} regions"
    click.echo(f"{file.name} is valid: {len(election.forms)} forms, {counts}.")
