"""The sample election, read once."""

from pathlib import Path

import pytest

from chalicelib.observation.election_file import read_election
from chalicelib.observation.elections.election import Election

SAMPLE = Path(__file__).parents[3] / "infra" / "sample"


@pytest.fixture(scope="session")
def election() -> Election:
    return read_election({path.name: path.read_text("utf-8") for path in SAMPLE.iterdir()}, "election.yaml")
