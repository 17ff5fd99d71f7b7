"""The sample election: valid, the same once stored, and movable to another day."""

import datetime as dt
from pathlib import Path

import pytest

from chalicelib.cli.files import ElectionRefused, load_election_file
from chalicelib.observation.election_file import moved_to
from chalicelib.observation.elections.election import Election

SAMPLE = Path(__file__).parents[3] / "infra" / "sample" / "election.yaml"


@pytest.fixture(scope="module")
def election() -> Election:
    return load_election_file(SAMPLE)


def test_the_sample_is_an_election(election):
    assert [form.code for form in election.forms] == ["OP", "TU", "VO", "CL"]
    assert (len(election.stations), len(election.observers), len(election.regions)) == (500, 1000, 9)
    assert len(election.coordinators) == 10
    assert election.incidents.categories[20].severity == "medium"
    assert election.quick_count.population["Osh city"] == 76
    assert election.observers[0].phones == ("+996502000000",)


def test_an_election_survives_being_stored(election):
    assert Election.model_validate_json(election.model_dump_json(by_alias=True)) == election


def test_the_same_election_on_another_day(election):
    moved = moved_to(election, dt.date(2031, 1, 2))
    assert moved.date == dt.date(2031, 1, 2)
    assert moved_to(moved, election.date) == election


def test_a_missing_file_is_a_problem(tmp_path):
    with pytest.raises(ElectionRefused) as caught:
        load_election_file(tmp_path / "election.yaml")
    assert [str(problem) for problem in caught.value.problems] == [
        "election.yaml:1: there is no such file, or it cannot be read; check its name"
    ]
