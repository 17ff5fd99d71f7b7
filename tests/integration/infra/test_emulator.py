"""The emulator's start: a port in use, another run in the way, a run that was killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from infra.emulator import RECORD, EmulatorFailed, Process, emulator
from infra.environments import ROOT

STARTER = """
import sys
from pathlib import Path
from infra.emulator import emulator
with emulator(Path(sys.argv[1])) as endpoint:
    print(endpoint, flush=True)
    sys.stdin.read()
"""


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(EmulatorFailed, match=f"Port {port} cannot be used"), emulator(tmp_path / "run", port):
            pytest.fail("it started")


def ended_within(seconds: float, process: Process) -> bool:
    deadline = time.monotonic() + seconds
    while process.is_running() and time.monotonic() < deadline:
        time.sleep(0.1)
    return not process.is_running()


def test_it_ends_whole_and_a_killed_run_is_taken_over(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-c", STARTER, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline().startswith("http://127.0.0.1:")
        left = Process(**json.loads((folder / RECORD).read_text())["emulator"])
        with pytest.raises(EmulatorFailed, match=f"kill {killed.pid}"), emulator(folder):
            pytest.fail("it started beside another")
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    assert ended_within(10, left), "it outlived the run that started it"
    with emulator(folder) as endpoint:
        with urllib.request.urlopen(f"{endpoint}/_ministack/ready", timeout=5) as answer:
            assert answer.status == 200
        started = Process(**json.loads((folder / RECORD).read_text())["emulator"])
    assert not started.is_running()
    assert not folder.exists()
