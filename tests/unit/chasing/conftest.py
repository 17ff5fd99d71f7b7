import pytest
from chased_election import an_election

from chalicelib.observation.election import Election


@pytest.fixture
def election() -> Election:
    return an_election()
