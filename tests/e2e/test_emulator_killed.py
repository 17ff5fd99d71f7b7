"""The emulator is killed in the middle of a rehearsal and started again: nothing that was acknowledged is missing."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_process import Running
from deployed import eventually
from rehearsing import baykoo, counted, output_of, overdue, rehearsal_of, without_outcome
from stack import folder_of, kill_emulator, sample_on

from infra.stack import Stack, local_stack

SEED = 17
ENDED_WITHIN = 240
"""Seconds after the last start: the rest of the day, two sweeps a minute apart for the SMS, then for their alerts."""


def acknowledged(stack: Stack, election: str) -> int:
    """How many SMS of an election's observers are stored."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=f"{stack.name}-messages")
    return sum(row["key"]["S"].startswith(f"generic#{election}-") for page in pages for row in page["Items"])


@pytest.fixture
def begun() -> Iterator[list[Running]]:
    """What a test begins is ended with it."""
    processes: list[Running] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.long
def test_what_was_acknowledged_is_there_with_an_outcome(tmp_path: Path, begun: list[Running]) -> None:
    chance, folder = random.Random(SEED), folder_of("killed")
    with local_stack(folder, keep=True) as stack:
        sample = sample_on(stack, tmp_path / "local.json")
        port = int(stack.endpoint_url.rpartition(":")[2])
        arguments = ("--observers=40", "--minutes=1", "--duplicates=20", "--incidents=10", f"--seed={SEED}")
        running = baykoo(sample, "rehearse", *arguments, f"--report={tmp_path / 'page.html'}")
        begun.append(running)
        election = eventually(lambda: rehearsal_of(sample), 60)
        eventually(lambda: acknowledged(stack, election) > 20, 60)
        time.sleep(chance.uniform(0, 5))
        kill_emulator(folder)
    with local_stack(folder, port=port, keep=True) as again:
        assert again.endpoint_url == stack.endpoint_url
        assert again.webhook_secrets == stack.webhook_secrets
        before = acknowledged(again, election)
        assert before > 20
        eventually(lambda: acknowledged(again, election) > before + 20, 60)
        time.sleep(chance.uniform(0, 5))
        kill_emulator(folder, with_workers=True)
    with local_stack(folder, port=port, keep=True) as last:
        began = time.monotonic()
        output = output_of(running)
        took = time.monotonic() - began
        assert took < ENDED_WITHIN
        print(f"accounted {took:.0f} s after the second start\n{output}")  # noqa: T201
        assert counted(output, "Sent") == counted(output, "Acknowledged") == counted(output, "Accounted") > 200
        assert "ConnectionRefusedError" in output, "the sender met a dead stack"
        assert without_outcome(last) == []
        assert overdue(last) == []
        assert " 0 differences" in output_of(baykoo(sample, "audit", "--election", election))
        assert "0 differences" in output_of(baykoo(sample, "verify", "--election", election))
