"""The files that a person names on the command line."""

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path

from chalicelib.observation.election import Election
from chalicelib.observation.election_file import (
    ElectionInvalid,
    Inspection,
    inspect_election,
    roster_files,
)


def inspect_election_file(path: Path) -> Inspection:
    """What an election's YAML and the tables that it names hold."""
    files = _read(path.parent, [path.name])
    files |= _read(path.parent, roster_files(files.get(path.name, "")))
    return inspect_election(files, path.name)


def load_election_file(path: Path) -> Election:
    """The election in a YAML and the tables beside it; every problem is printed, then ElectionInvalid raised."""
    inspection = inspect_election_file(path)
    if inspection.election is None:
        for problem in inspection.problems:
            print(problem, file=sys.stderr)
        raise ElectionInvalid(inspection.problems)
    return inspection.election


def _read(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The files that there are; bytes that are not UTF-8 stay recognisable, so that their line can be named."""
    found = {}
    for name in names:
        with contextlib.suppress(OSError, ValueError):
            found[name] = (folder / name).read_bytes().decode("utf-8", errors="surrogateescape")
    return found
