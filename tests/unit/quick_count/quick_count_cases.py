"""Elections and results for the quick count's tests: small ones made here, and the reference cases drawn beside."""

import csv
import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from chalicelib.observation.elections.election import Check, Election, Form, Question, Station
from chalicelib.observation.elections.policies import QuickCount

REFERENCE = Path(__file__).parent / "reference"
CASES = sorted(folder.name for folder in REFERENCE.iterdir() if (folder / "expected.csv").exists())

COUNT_FORM = Form(
    code="CL",
    questions=(
        Question(code="A", type="time"),
        Question(code="C", type="integer", min=0, role="ballots"),
        Question(code="D", type="integer", min=0, role="invalid"),
        Question(code="E", type="integer", min=0, role="votes", candidate="candidate-1"),
        Question(code="F", type="integer", min=0, role="votes", candidate="candidate-2"),
        Question(code="G", type="integer", min=0, role="votes", candidate="candidate-3"),
    ),
    checks=(Check(rule="D + E + F + G == C", severity="error"), Check(rule="C <= 5000", severity="warning")),
)


def election_of(
    stations: tuple[Station, ...],
    population: Mapping[str, int],
    forms: tuple[Form, ...] = (COUNT_FORM,),
    **others: object,
) -> Election:
    """An election with a quick count."""
    declared: dict[str, object] = {
        "id": "test",
        "name": {"en": "Test"},
        "date": dt.date(2030, 1, 6),
        "timezone": "Asia/Bishkek",
        "languages": ("en",),
        "forms": forms,
        "stations": stations,
        "observers": (),
        "quick_count": QuickCount(population=dict(population)),
    }
    return Election(**declared | others)


def rows(case: str, name: str) -> list[dict[str, str]]:
    """One of a reference case's files."""
    with (REFERENCE / case / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reference_election(case: str) -> Election:
    """The election that a reference case was drawn from."""
    return election_of(
        tuple(
            Station(number=row["station"], region=row["region"], registered=int(row["registered"]))
            for row in rows(case, "stations")
        ),
        {row["stratum"]: int(row["population"]) for row in rows(case, "population")},
    )


def reference_results(case: str) -> dict[str, dict[str, int]]:
    """The answers of a reference case, by station and code."""
    return {
        row["station"]: {code: int(value) for code, value in row.items() if code != "station"}
        for row in rows(case, "results")
    }


def count_row(ballots: int, invalid: int, first: int, second: int) -> dict[str, int]:
    """A station's answers; the third candidate has what remains."""
    return {"C": ballots, "D": invalid, "E": first, "F": second, "G": ballots - invalid - first - second}
