"""The files that a person names on the command line."""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import click

from chalicelib.cli.printable import printable
from chalicelib.observation.election_file import Inspection, Problem, inspect_election, roster_files
from chalicelib.observation.elections.election import Election


class ElectionRefused(click.ClickException):
    """The election's files hold mistakes.

    The command ends with exit code 1, and every mistake is printed.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(f"{count} {'problem' if count == 1 else 'problems'} in the election's files")

    def show(self, file: IO[Any] | None = None) -> None:
        """Print every problem, a line each, then their number."""
        for problem in self.problems:
            click.echo(printable(str(problem)), file=file, err=file is None)
        super().show(file)


def inspect_election_file(path: Path) -> Inspection:
    """Inspect an election's YAML and the tables that it names."""
    files = _read(path.parent, [path.name])
    files |= _read(path.parent, roster_files(files.get(path.name, "")))
    return inspect_election(files, path.name)


def load_election_file(path: Path) -> Election:
    """Read an election's YAML and the tables beside it.

    Raises ElectionRefused if anything is wrong with them.
    """
    inspection = inspect_election_file(path)
    if inspection.election is None:
        raise ElectionRefused(inspection.problems)
    return inspection.election


def _read(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Read the files that there are.

    Bytes that are not UTF-8 stay recognisable, so that their line can be named.
    """
    contents = {}
    for name in names:
        with contextlib.suppress(OSError, ValueError):
            contents[name] = (folder / name).read_bytes().decode("utf-8", errors="surrogateescape")
    return contents
