"""Draws the results that `estimate.R` and the quick count both estimate from: `python generate.py`, then the R script.

Every case is a folder with stations.csv (as an election's), population.csv (stations in all, by stratum) and
results.csv (one row a station that reported). Each comes from its own seed, so that a new case changes no other.
"""

import csv
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

CODES = ("C", "D", "E", "F", "G")
"""Ballots, invalid, and the votes of three candidates."""

POPULATION = {
    "Bishkek": 230, "Chuy": 417, "Osh": 460, "Osh city": 76, "Jalal-Abad": 440,
    "Issyk-Kul": 212, "Naryn": 141, "Talas": 114, "Batken": 231,
}  # fmt: skip

SAMPLE = {
    "Bishkek": 50, "Chuy": 90, "Osh": 98, "Osh city": 16, "Jalal-Abad": 95,
    "Issyk-Kul": 46, "Naryn": 30, "Talas": 25, "Batken": 50,
}  # fmt: skip

CASES: dict[str, dict[str, tuple[int, int]]] = {
    "full": {name: (SAMPLE[name], POPULATION[name]) for name in SAMPLE},
    "partial": {name: (max(2, SAMPLE[name] // 4), POPULATION[name]) for name in SAMPLE},
    "thin": {name: (1 + place % 2, POPULATION[name]) for place, name in enumerate(SAMPLE)},
    "one_each": dict.fromkeys(("North", "South", "East"), (1, 40)),
    "one_among_many": {"North": (12, 90), "South": (1, 70), "East": (2, 15)},
    "fully_sampled_stratum": {"North": (7, 7), "South": (5, 60), "East": (1, 1)},
    "census": {"North": (9, 9), "South": (4, 4), "East": (1, 1)},
    "one_stratum": {"All": (25, 300)},
    "one_stratum_of_two": {"All": (2, 300)},
    "no_valid_votes": {"North": (6, 40), "South": (3, 30), "East": (1, 20)},
    "candidate_without_votes": {"North": (8, 40), "South": (4, 30)},
    "large_numbers": {"North": (20, 4000000), "South": (15, 900000)},
}
"""By case: stations that reported and stations in all, by stratum."""


def station_results(rng: random.Random, case: str, place: int) -> tuple[int, list[int]]:
    """Registered voters and the counts of one station."""
    registered = rng.randint(60, 2800) * (1000 if case == "large_numbers" else 1)
    ballots = round(registered * rng.betavariate(9, 7))
    invalid = round(ballots * rng.betavariate(1, 40))
    if case == "no_valid_votes" and place % 3 == 0:
        ballots = invalid = rng.choice((0, 4))
    valid = ballots - invalid
    first = 0 if case == "candidate_without_votes" else round(valid * rng.betavariate(6, 5))
    second = round((valid - first) * rng.betavariate(5, 3))
    return registered, [ballots, invalid, first, second, valid - first - second]


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def generate(folder: Path, case: str) -> None:
    """Write one case's input."""
    rng = random.Random(f"quick count {case}")
    strata = CASES[case]
    names = [name for name, (reported, _) in strata.items() for _ in range(reported)]
    stations, results = [], []
    for place, name in enumerate(names):
        number = f"{1001 + place}"
        registered, counts = station_results(rng, case, place)
        stations.append([number, name, f"{name} TEC", f"School {place + 1}", registered])
        results.append([number, *counts])
    folder.mkdir(exist_ok=True)
    write(folder / "population.csv", ["stratum", "population"], [(name, total) for name, (_, total) in strata.items()])
    write(folder / "stations.csv", ["station", "region", "district", "name", "registered"], stations)
    write(folder / "results.csv", ["station", *CODES], rng.sample(results, len(results)))


if __name__ == "__main__":
    for each in CASES:
        generate(Path(__file__).parent / each, each)
