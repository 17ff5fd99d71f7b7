"""The sample election, whole, small and with other fields, and a process that has read none yet."""

import shutil
from collections import Counter
from collections.abc import Sequence
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


def small_sample(folder: Path, stations_per_region: int = FEW) -> Path:
    """Write the sample with a few stations of each region alone to a folder; return its election file."""
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
    header, *stations = (folder / "stations.csv").read_text("utf-8").splitlines()
    of_region: Counter[str] = Counter()
    kept = []
    for line in stations:
        region = line.split(",")[1]
        of_region[region] += 1
        if of_region[region] <= stations_per_region:
            kept.append(line)
    numbers = {line.partition(",")[0] for line in kept}
    named, *observers = (folder / "observers.csv").read_text("utf-8").splitlines()
    staying = [line for line in observers if line.rpartition(",")[2] in numbers]
    (folder / "stations.csv").write_text("\n".join([header, *kept]) + "\n", "utf-8")
    (folder / "observers.csv").write_text("\n".join([named, *staying]) + "\n", "utf-8")
    return folder / "election.yaml"


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
