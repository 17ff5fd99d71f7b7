"""docs/election-file.md: its example is valid, and every key and column is on it."""

import re
from pathlib import Path

import pytest

from chalicelib.observation.election_file import ROSTERS, inspect_election
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Check, Election, Form, IncidentForm, Observer, Question, Station
from chalicelib.observation.elections.policies import QuickCount

PAGE = (Path(__file__).parents[3] / "docs" / "election-file.md").read_text("utf-8")
WHOLE = re.compile(r"<!-- whole election: (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)


def test_the_whole_election_of_the_page_is_valid():
    inspection = inspect_election(dict(WHOLE.findall(PAGE)), "election.yaml")
    assert inspection.problems == ()
    assert inspection.warnings == ()


@pytest.mark.parametrize("model", [Election, Form, Question, Check, IncidentForm, QuickCount])
def test_every_key_is_on_the_page(model):
    for name, field in model.model_fields.items():
        assert f"`{field.alias or name}`" in PAGE or f"`{field.alias or name}" in PAGE, name


@pytest.mark.parametrize(
    ("roster", "model"), [("stations", Station), ("observers", Observer), ("coordinators", Coordinator)]
)
def test_every_column_is_on_the_page(roster, model):
    required, optional = ROSTERS[roster]
    assert len(required) + len(optional) == len(model.model_fields)
    for column in (*required, *optional):
        assert f"`{column}`" in PAGE
