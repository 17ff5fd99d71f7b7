"""The sample election, read once."""

import pytest
from sample_election import sample

from chalicelib.observation.elections.election import Election


@pytest.fixture(scope="session")
def election() -> Election:
    return sample()
