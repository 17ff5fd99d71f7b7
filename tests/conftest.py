"""Stacks that a test process shares, and the figures that tests print at the end."""

import os
from collections.abc import Iterator
from dataclasses import astuple
from unittest.mock import patch

import botocore_models  # noqa: F401 - it reads them as it is imported
import botocore_wire  # noqa: F401 - botocore sends by it from then on
import pytest
from cli_process import call_aws
from hypothesis import HealthCheck, settings
from stack import Sample, folder_of, sample_on

from infra.deploying import target
from infra.emulator import clear_abandoned
from infra.stack import Stack, local_stack

# A Logger made while a test runs would hide its service's lines from caplog for every test after.
os.environ["POWERTOOLS_LOG_DEDUPLICATION_DISABLED"] = "true"

# As infra/stack.py and the deployment call it.
target.run_aws = lambda arguments, environ: astuple(call_aws(arguments, environ))

# A slow machine is no fault of the code: examples are neither timed nor given up.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Leave the environment as each test finds it: a command that chooses its stack does so in it."""
    with patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def by_the_clock() -> list[Stack]:
    """Stacks whose schedules run: each minute they look at every election that tests have loaded."""
    return []


@pytest.fixture(scope="session")
def stack(by_the_clock: list[Stack]) -> Iterator[Stack]:
    """Baykoo deployed to an emulator of the tests' own, on a free port; empty at the session's start."""
    clear_abandoned(folder_of("stack").parent)
    with local_stack(folder_of("stack")) as started:
        by_the_clock.append(started)
        yield started


@pytest.fixture(scope="session")
def stack_without_streams() -> Iterator[Stack]:
    """The same with the stream's triggers switched off, so that sweep alone carries it."""
    clear_abandoned(folder_of("without-streams").parent)
    with local_stack(folder_of("without-streams"), streams=False) as started:
        yield started


@pytest.fixture(scope="session")
def sample(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """`stack` with the sample election, dated today, as after `make run`. Tests share it."""
    return sample_on(stack, tmp_path_factory.mktemp("sample") / "local.json")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded, side by side."""
    passed = terminalreporter.getreports("passed")
    figures = [value for report in passed for name, value in report.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("figures")
    for what, *values in figures:
        terminalreporter.write_line(f"{what:<58} " + "   ".join(map(str, values)))
