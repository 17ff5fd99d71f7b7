"""The election whose observers are reminded."""

import pytest
from chased_election import an_election

from chalicelib.observation.elections.election import Election


@pytest.fixture
def election() -> Election:
    return an_election()
