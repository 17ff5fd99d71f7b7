"""The sample election, whole, small and with other fields, and a process that has read none yet."""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from chalicelib.observation.election_file import read_election
from chalicelib.observation.elections.election import Election, Station
from chalicelib.store import elections, routes

SAMPLE = Path(__file__).parents[1] / "infra" / "sample"
FEW = 8
"""Stations of each region in a small sample: every worker of a function reads all of an election."""


@cache
def sample() -> Election:
    """Read the sample election."""
    return read_election({file.name: file.read_text("utf-8") for file in SAMPLE.iterdir()}, "election.yaml")


def small_sample(folder: Path, stations_per_region: int = FEW, *, full_region: str = "") -> Path:
    """Write the sample with a few stations of each region, all of one that is named; return its election file."""
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
    of_region: Counter[str] = Counter()

    def is_kept(station: str) -> bool:
        region = station.split(",")[1]
        of_region[region] += 1
        return region == full_region or of_region[region] <= stations_per_region

    stations = _cut(folder / "stations.csv", is_kept)
    numbers = {station.partition(",")[0] for station in stations}
    _cut(folder / "observers.csv", lambda observer: observer.rpartition(",")[2] in numbers)
    return folder / "election.yaml"


def _cut(table: Path, is_kept: Callable[[str], bool]) -> list[str]:
    """Leave in a table what is kept, and return its rows."""
    header, *rows = table.read_text("utf-8").splitlines()
    rows = [row for row in rows if is_kept(row)]
    table.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return rows


def changed(election: Election, **changes: object) -> Election:
    """Return the election with some fields otherwise, and nothing that the old one has worked out."""
    return Election.model_validate({name: getattr(election, name) for name in Election.model_fields} | changes)


def with_stations(stations: Sequence[Station], name: str, **changes: object) -> Election:
    """Return the sample under a name, with some of its stations and their observers, and without a quick count."""
    numbers = {station.number for station in stations}
    observers = [observer for observer in sample().observers if observer.station in numbers]
    changes = {"id": name, "stations": stations, "observers": observers, "quick_count": None} | changes
    return changed(sample(), **changes)


def forget_elections() -> None:
    """Have this process read elections and routes anew, as a new one does."""
    for kept in (elections._recent, routes._recent, routes._all, routes._leading):
        kept.clear()
    elections._documents.clear()
    elections._assigned.clear()
