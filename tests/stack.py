"""Stacks for tests, with the sample election on them."""

from dataclasses import dataclass
from os import getpid
from pathlib import Path
from typing import Any

from infra.environments import STATE
from infra.local import seed, write_settings
from infra.stack import Stack


@dataclass(frozen=True)
class Sample:
    """The sample election on a stack: what `make run` would write of it, and the file, for ./baykoo's BAYKOO_LOCAL."""

    stack: Stack
    local: dict[str, Any]
    path: Path


def sample_on(stack: Stack, path: Path) -> Sample:
    """Load the sample election, dated today, as `make run` does; `path` is where the settings go."""
    local = seed(stack, path)
    write_settings(path, local)
    return Sample(stack, local, path)


def folder_of(name: str) -> Path:
    """Where a stack of this test run has its files."""
    return STATE / "stacks" / f"test-{getpid()}-{name}"
