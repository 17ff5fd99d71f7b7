"""A call's log lines are there when it has ended, however they came, and a call without any is waited for no longer."""

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from infra.emulator_logs import told_at_once

WORKER = """
import sys, time
for line in sys.stdin:
    for number in range(int(line)):
        print(f"line {number}", file=sys.stderr, flush=True)
    print("answered", flush=True)
"""


class Worker:
    """ministack's, as far as its log goes."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", WORKER]
        pipe = subprocess.PIPE
        self._proc: Any = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self._stderr_queue: queue.Queue[str] = queue.Queue()
        self._stderr_thread = threading.Thread(target=self._read_stderr)
        self._stderr_thread.start()

    def _drain_stderr(self) -> str:
        lines = []
        while not self._stderr_queue.empty():
            lines.append(self._stderr_queue.get_nowait())
        return "\n".join(lines)

    def _read_stderr(self) -> None:
        raise NotImplementedError

    _drain_stderr_bounded: Any = None

    def call(self, lines: int) -> str:
        self._proc.stdin.write(f"{lines}\n")
        self._proc.stdin.flush()
        assert self._proc.stdout.readline() == "answered\n"
        return str(self._drain_stderr_bounded())


@pytest.fixture
def worker() -> Iterator[Worker]:
    kind = type("Followed", (Worker,), {})
    told_at_once(kind)
    made = kind()
    process = made._proc
    yield made
    process.stdin.close()
    process.wait()
    made._stderr_thread.join()
    for stream in (process.stdout, process.stderr):
        stream.close()


def test_each_call_has_its_own_lines_and_all_of_them(worker: Worker) -> None:
    for lines in (3, 0, 1, 4000, 2):
        assert worker.call(lines).splitlines() == [f"line {number}" for number in range(lines)]


def test_a_silent_call_waits_for_nothing(worker: Worker) -> None:
    worker.call(0)
    begun = time.monotonic()
    for _ in range(50):
        worker.call(0)
    assert time.monotonic() - begun < 50 * 0.05, "what ministack waits for the first line"


def test_the_last_words_of_a_worker_that_was_ended_are_told(worker: Worker) -> None:
    worker.call(1)
    process, worker._proc = worker._proc, None
    process.stdin.write("2\n")
    process.stdin.flush()
    assert process.stdout.readline() == "answered\n"
    process.stdin.close()
    process.wait()
    assert worker._drain_stderr_bounded() == "line 0\nline 1"
