"""Stacks for tests, with the sample election on them."""

import json
import os
import signal
import time
from dataclasses import dataclass
from os import getpid
from pathlib import Path
from typing import Any

from cli_process import call_baykoo
from sample_election import SAMPLE, small_sample

from infra.emulator import RECORD, Process
from infra.environments import STATE
from infra.local import seed, write_settings
from infra.stack import Stack


@dataclass(frozen=True)
class Sample:
    """The sample election on a stack: what `make run` would write of it, and the file, for ./baykoo's BAYKOO_LOCAL."""

    stack: Stack
    local: dict[str, Any]
    path: Path


def sample_on(stack: Stack, path: Path, *, all_stations: bool = False) -> Sample:
    """Load a small sample or the whole, dated today, as `make run` does; `path` is where the settings go."""
    file = SAMPLE / "election.yaml" if all_stations else small_sample(path.parent / "small")
    local = seed(stack, path, _forked, file)
    write_settings(path, local)
    return Sample(stack, local, path)


def _forked(stack: Stack, path: Path, *arguments: str) -> str:
    called = call_baykoo(arguments, stack.environ | {"BAYKOO_LOCAL": str(path)})
    assert called.status == 0, called.output + called.errors
    return called.output


def folder_of(name: str) -> Path:
    """Where a stack of this test run has its files."""
    return STATE / "stacks" / f"test-{getpid()}-{name}"


def kill_emulator(folder: Path, *, with_workers: bool = False) -> None:
    """SIGKILL an emulator's process, as where memory ran out; with its workers, as where the machine died."""
    process = Process(**json.loads((folder / RECORD).read_text())["emulator"])
    (os.killpg if with_workers else os.kill)(process.pid, signal.SIGKILL)
    while process.is_running():
        time.sleep(0.01)
