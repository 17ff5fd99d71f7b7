"""Rosters that the field's bug reports came from: regions that look alike or break an address, letters in phones."""

from pathlib import Path

import pytest

from chalicelib.observation.election_file import inspect_election

FIELD = Path(__file__).parents[2] / "corpus" / "field"


def inspected(file, old, new):
    files = {path.name: path.read_text("utf-8") for path in FIELD.iterdir()}
    assert files[file].count(old) == 1, old
    return inspect_election({**files, file: files[file].replace(old, new)}, "election.yaml")


@pytest.mark.parametrize(
    ("old", "new", "line", "spelled", "first"),
    [
        ("1002,North", "1002,North\u200b", 3, "North", 2),
        ("1004,South", "1004,S\u043euth", 5, "South", 4),
        ("1004,South", "1004,SOUTH", 5, "South", 4),
    ],
)
def test_b10_regions_that_look_alike_name_both_lines(old, new, line, spelled, first):
    files = {path.name: path.read_text("utf-8") for path in FIELD.iterdir()}
    yaml = files["election.yaml"].partition("quick_count:")[0]
    stations = files["stations.csv"].replace(old, new)
    found = inspect_election({**files, "election.yaml": yaml, "stations.csv": stations}, "election.yaml")
    assert found.election is None
    messages = [problem.message for problem in found.problems if (problem.file, problem.line) == ("stations.csv", line)]
    assert any(f"is spelled {spelled!r} in line {first}" in message for message in messages), messages


@pytest.mark.parametrize("region", ["Osh/Kara-Suu", "Osh\\Kara-Suu", "Osh%2FSuu", "Osh?", "Osh;Suu"])
def test_b22_a_region_with_a_sign_that_breaks_an_address_is_refused(region):
    found = inspected("stations.csv", "1001,North", f"1001,{region}")
    assert any((problem.line, "cannot hold" in problem.message) == (2, True) for problem in found.problems)


@pytest.mark.parametrize("phone", ["tel:+996555100001", "+996555100001a", "+99655510OOO1", "phone 555100001"])
def test_letters_in_a_phone_are_refused_with_their_line(phone):
    found = inspected("observers.csv", "0001,Anna,+996555100001", f"0001,Anna,{phone}")
    assert [(problem.line, problem.field) for problem in found.problems] == [(2, "phone")]
