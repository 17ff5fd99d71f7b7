"""`./baykoo quickcount`, from files to JSON or to what is wrong with them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from quick_count_cases import REFERENCE, rows

from chalicelib.cli.quickcount import quickcount

ELECTION = """\
id: test
name: {{en: Test}}
date: 2030-01-06
timezone: Asia/Bishkek
languages: [en]
station_pattern: '\\d{{4}}'
stations: stations.csv
observers: observers.csv
coordinators: coordinators.csv
forms:
  - code: OP
    title: {{en: Opening}}
    due: {{by: "08:00"}}
    questions:
      - {{code: E, type: integer, min: 0, max: 5000, role: registered, label: {{en: Registered}}}}
  - code: CL
    title: {{en: Closing}}
    due: {{by: "23:00"}}
    questions:
      - {{code: A, type: time, label: {{en: Closed at}}}}
      - {{code: B, type: yesno, label: {{en: Count observed}}}}
      - {{code: C, type: integer, min: 0, max: 5000, role: ballots, label: {{en: Ballots}}}}
      - {{code: D, type: integer, min: 0, max: 5000, role: invalid, label: {{en: Invalid}}}}
      - {{code: E, type: integer, min: 0, max: 5000, role: votes, candidate: candidate-1, label: {{en: First}}}}
      - {{code: F, type: integer, min: 0, max: 5000, role: votes, candidate: candidate-2, label: {{en: Second}}}}
      - {{code: G, type: integer, min: 0, max: 5000, role: votes, candidate: candidate-3, label: {{en: Third}}}}
    checks:
      - {{rule: "D + E + F + G == C", severity: error, message: {{en: Votes do not add up}}}}
      - {{rule: "B", severity: error, message: {{en: The count was not observed}}}}
      - {{rule: "C <= OP.E", severity: error, message: {{en: More ballots than voters}}}}
quick_count:
  strata: region
  population: {population}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sample of three stations in two regions, and how each of them voted."""
    (tmp_path / "election.yaml").write_text(ELECTION.format(population="{North: 20, South: 30}"))
    (tmp_path / "stations.csv").write_text(
        "station,region,district,name,registered\n1001,North,,,500\n1002,North,,,400\n2001,South,,,450\n"
    )
    (tmp_path / "observers.csv").write_text("observer,phone,language,station\n")
    (tmp_path / "coordinators.csv").write_text("name,language,regions,alerts\n")
    return tmp_path


HEADER = "station,C,D,E,F,G\n"
NORTH = "1001,300,5,150,100,45\n"
SOUTH = "2001,310,10,100,100,100\n"


def run(folder: Path, results: str | bytes) -> Result:
    path = folder / "results.csv"
    path.write_bytes(results if isinstance(results, bytes) else results.encode())
    return CliRunner().invoke(quickcount, ["--election", str(folder / "election.yaml"), "--results", str(path)])


def document(folder: Path, results: str | bytes) -> dict[str, Any]:
    found = run(folder, results)
    assert found.exit_code == 0, found.output
    read = json.loads(found.stdout)
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize("case", ["full", "thin", "fully_sampled_stratum", "no_valid_votes"])
def test_equals_r(folder: Path, case: str) -> None:
    population = ", ".join(f'"{row["stratum"]}": {row["population"]}' for row in rows(case, "population"))
    (folder / "election.yaml").write_text(ELECTION.format(population="{" + population + "}"))
    (folder / "stations.csv").write_bytes((REFERENCE / case / "stations.csv").read_bytes())
    found = document(folder, (REFERENCE / case / "results.csv").read_bytes())
    strata = found.pop("strata")
    assert sum(stratum["counted"] for stratum in strata.values()) == len(rows(case, "results"))
    populations = {row["stratum"]: int(row["population"]) for row in rows(case, "population")}
    assert {name: stratum["population"] for name, stratum in strata.items()} == populations
    assert found == {
        "stations": len(rows(case, "results")),
        "held_back": {},
        "estimates": {
            row["name"]: {
                name: pytest.approx(float(row[name]), rel=1e-10, abs=1e-15)
                for name in ("estimate", "standard_error", "margin")
            }
            for row in rows(case, "expected")
        },
        "withheld": [],
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1002,300,5,150,100,45\n1002,300,5,150,100,45\n", "duplicate"),
        ("1002,300,5,150,100,45\n1002,,,,,\n", "duplicate"),
        ("9999,300,5,150,100,45\n", "unknown_station"),
        ("1002,300,,150,100,45\n", "missing_answer"),
        ("1002\n", "missing_answer"),
        ("1002,300,5,1S0,100,45\n", "wrong_type"),
        ("1002,300.0,5,150,100,45\n", "wrong_type"),
        ("1002,1 300,5,150,100,45\n", "wrong_type"),
        ("1002,٣٠٠,5,150,100,45\n", "wrong_type"),
        (f"1002,{'9' * 5000},5,150,100,45\n", "wrong_type"),
        ("1002,-300,5,150,100,45\n", "out_of_range"),
        ("1002,5001,5,150,100,45\n", "out_of_range"),
        ("1002,301,5,150,100,45\n", "failed_check"),
    ],
)
def test_a_wrong_row_is_held_back_and_counted(folder: Path, row: str, reason: str) -> None:
    without = document(folder, HEADER + NORTH + SOUTH)
    found = document(folder, HEADER + NORTH + row + SOUTH)
    of_north = without.pop("strata")["North"]
    assert of_north == {"counted": 1, "held_back": 0, "sampled": 2, "population": 20}
    is_known = reason != "unknown_station"
    assert found.pop("strata")["North"] == of_north | {"held_back": int(is_known)}
    assert found == {**without, "held_back": {reason: 1}}


def test_other_answers_of_the_form_may_be_given_and_are_checked(folder: Path) -> None:
    results = "A,B,station,C,D,E,F,G\n20:05,true," + NORTH + "soon,,1002,300,5,150,100,45\n20:05,2," + SOUTH
    found = document(folder, results)
    assert found["stations"] == 2
    assert found["held_back"] == {"failed_check": 1}
    assert found["withheld"] == ["South"]


def test_a_check_against_another_form_is_unknown_and_holds_nothing_back(folder: Path) -> None:
    found = document(folder, HEADER + "1001,800,5,650,100,45\n" + SOUTH)
    assert found["held_back"] == {}


@pytest.mark.parametrize(
    "written",
    [
        "\ufeff" + HEADER + NORTH + SOUTH,
        (HEADER + NORTH + SOUTH).replace("\n", "\r\n"),
        (HEADER + NORTH + SOUTH).replace(",", ";"),
        "G,F,E,D,C,station\n45,100,150,5,300,1001\n\n100, 100,100,10,310,2001 ",
    ],
)
def test_a_table_may_come_from_any_spreadsheet(folder: Path, written: str) -> None:
    assert document(folder, written) == document(folder, HEADER + NORTH + SOUTH)


@pytest.mark.parametrize(
    ("results", "says"),
    [
        ("", "results.csv:1: the file is empty"),
        ("station,C,D,E,F\n1001,300,5,150,145\n", "results.csv:1: g: this column is missing"),
        ("C,D,E,F,G\n300,5,150,100,45\n", "results.csv:1: station: this column is missing"),
        ("station,C,D,E,F,G,H\n", "results.csv:1: h: the form has no such question"),
        ("station,C,C,D,E,F,G\n", "results.csv:1: c: this column stands twice"),
        (HEADER + NORTH + "2001,300,5,150,100,45,7\n", "results.csv:3: 7 cells under 6 columns"),
        (HEADER + NORTH + ",300,5,150,100,45\n", "results.csv:3: station: this cell is empty"),
        (HEADER + '1001,"300,5,150,100,45\n', "results.csv:2: this row cannot be read"),
        (HEADER.encode("utf-16"), "results.csv:1: the file is not UTF-8"),
        (HEADER.encode() + NORTH.encode() + b"2001,\xff\n", "results.csv:3: the file is not UTF-8"),
    ],
)
def test_a_file_that_is_no_table_of_results_is_refused(folder: Path, results: str | bytes, says: str) -> None:
    found = run(folder, results)
    assert found.exit_code == 2
    assert says in found.stderr
    assert not found.stdout


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        (r"quick_count:\n.*\n.*\n", "", "election.yaml:1: the election file has no quick_count"),
        (r"role: votes, candidate: candidate-\d, ", "", "no question has role: votes"),
        ("North: 20", "North: 1", "election.yaml:"),
    ],
)
def test_an_election_without_a_quick_count_is_refused(folder: Path, written: str, instead: str, says: str) -> None:
    election = folder / "election.yaml"
    election.write_text(re.sub(written, instead, election.read_text()))
    found = run(folder, HEADER + NORTH)
    assert found.exit_code == 1
    assert says in found.stderr
    assert not found.stdout


def test_a_missing_file_is_refused(folder: Path) -> None:
    found = CliRunner().invoke(quickcount, ["--election", str(folder / "election.yaml"), "--results", "nowhere.csv"])
    assert found.exit_code == 2
    assert "nowhere.csv" in found.stderr
