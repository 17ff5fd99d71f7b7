"""`make run` ends on any signals, leaves no process behind, and notices that its emulator has died."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.emulator import RECORD, Process
from infra.environments import ROOT

PROGRAM = """
import sys
from pathlib import Path
from infra import local
local.FOLDER, local.LOCAL = Path(sys.argv[1]) / "stack", Path(sys.argv[1]) / "local.json"
sys.argv[1:] = ["--empty", "--port", sys.argv[2]]
sys.exit(local.main())
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run in a process group of its own, once it has said where it is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
    ) as run:
        assert run.stdout is not None
        for line in run.stdout:
            if line.startswith("Ctrl-C"):
                break
        yield run
        run.kill()


def processes_of(folder: Path) -> list[str]:
    """Command lines of the processes that work in a folder: the emulator, and its workers."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            works_there = str(folder) in str((process / "cwd").readlink())
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if (works_there or str(folder) in command) and int(process.name) != os.getpid():
            found.append(command)
    return found


def gone_within(seconds: float, folder: Path) -> bool:
    deadline = time.monotonic() + seconds
    while processes_of(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not processes_of(folder)


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, *(pytest.param(number, marks=pytest.mark.long) for number in (signal.SIGINT, signal.SIGHUP))],
)
def test_it_ends_on_many_signals_to_its_group_at_once(
    running: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
) -> None:
    for _ in range(50):
        os.killpg(running.pid, number)
    assert running.wait(timeout=30) == 0
    assert gone_within(5, tmp_path)
    assert not (tmp_path / "local.json").exists()


def test_killed_it_leaves_no_emulator(running: subprocess.Popen[str], tmp_path: Path) -> None:
    assert processes_of(tmp_path)
    running.kill()
    running.wait()
    assert gone_within(10, tmp_path)


def test_c_a_dead_emulator_is_noticed_and_told(running: subprocess.Popen[str], tmp_path: Path) -> None:
    process = Process(**json.loads((tmp_path / "stack" / RECORD).read_text())["emulator"])
    (tmp_path / "stack" / "emulator.log").write_text("its last word\n")
    os.kill(process.pid, signal.SIGKILL)
    output, _ = running.communicate(timeout=30)
    assert running.returncode == 1
    assert "The emulator has died. Start again: make run." in output
    assert "its last word" in output
    assert gone_within(10, tmp_path)
