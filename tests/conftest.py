from collections.abc import Iterator
from os import getpid
from pathlib import Path

import pytest

from infra.environments import STATE
from infra.stack import Stack, local_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Baykoo deployed to an emulator of the tests' own, on a free port; empty at the session's start."""
    with local_stack(folder_of("stack")) as started:
        yield started


@pytest.fixture(scope="session")
def stack_without_streams() -> Iterator[Stack]:
    """The same with the stream's triggers switched off, so that sweep alone carries it."""
    with local_stack(folder_of("without-streams"), streams=False) as started:
        yield started


def folder_of(name: str) -> Path:
    return STATE / "stacks" / f"test-{getpid()}-{name}"
