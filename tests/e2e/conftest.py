"""The deployed stack that end-to-end tests talk to."""

import pytest
from deployed import Deployed

from infra.stack import Stack


@pytest.fixture(scope="session")
def deployed(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    return Deployed(stack, tmp_path_factory.mktemp("deployed"))
