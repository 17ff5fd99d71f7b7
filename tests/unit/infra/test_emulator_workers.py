"""The functions' processes are forked from one that has imported what they share, and are otherwise as started anew."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.emulator_workers import SCRIPT, WorkerPopen

DOMAIN = """
from pathlib import Path
with (Path(__file__).parents[2] / "imports").open("a") as imports:
    imports.write("once\\n")
"""
WORKER = """
import json, os, sys
sys.path.insert(0, os.getcwd())
import chalicelib.observation
for line in sys.stdin:
    print(line.upper(), file=sys.stderr, flush=True)
    said = {"environ": dict(os.environ), "cwd": os.getcwd(), "argv": sys.argv, "name": __name__, "path": sys.path[1]}
    print(json.dumps(said), flush=True)
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    domain = tmp_path / "code" / "chalicelib" / "observation"
    domain.mkdir(parents=True)
    (domain.parent / "__init__.py").touch()
    (domain / "__init__.py").write_text(DOMAIN)
    return tmp_path / "code"


@pytest.fixture
def popen() -> Iterator[WorkerPopen]:
    made = WorkerPopen(lambda command, **options: ("not forked", command, options))
    yield made
    made.close()


@pytest.fixture
def start(popen: WorkerPopen, tmp_path: Path, code: Path) -> Iterator[Callable[..., Any]]:
    """Starts a worker as ministack does, with a script and an environment."""
    workers = []

    def started(script: str = WORKER, **environ: str) -> Any:
        folder = tmp_path / f"worker-{len(workers)}"
        folder.mkdir()
        path = folder / SCRIPT
        path.write_text(script)
        workers.append(popen([sys.executable, str(path)], cwd=str(code), env=environ))
        return workers[-1]

    yield started
    for worker in workers:
        for stream in (worker.stdin, worker.stdout, worker.stderr):
            stream.close()


def asked(worker: Any, line: str) -> dict[str, Any]:
    worker.stdin.write(f"{line}\n")
    worker.stdin.flush()
    answer: dict[str, Any] = json.loads(worker.stdout.readline())
    return answer


def test_it_has_the_environment_folder_and_pipes_that_it_was_given(
    start: Callable[..., Any], code: Path, tmp_path: Path
) -> None:
    worker, folder = start(BAYKOO_TABLE_PREFIX="baykoo-"), tmp_path / "worker-0"
    answer = asked(worker, "hello")
    assert answer["environ"] == {"BAYKOO_TABLE_PREFIX": "baykoo-"}
    assert (answer["cwd"], answer["name"], answer["argv"]) == (str(code), "__main__", [str(folder / SCRIPT)])
    assert answer["path"] == str(folder), "the script's folder, as for a process of its own"
    assert worker.stderr.readline() == "HELLO\n"
    assert worker.poll() is None
    worker.stdin.close()
    assert worker.wait(timeout=10) == worker.poll() == 0


def test_what_is_shared_is_imported_once(start: Callable[..., Any], code: Path) -> None:
    workers = [start() for _ in range(3)]
    assert len({worker.pid for worker in workers}) == 3
    for worker in workers:
        asked(worker, "ready")
        worker.stdin.close()
        worker.wait(timeout=10)
    assert (code / "imports").read_text() == "once\n"


@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_it_is_ended_by_a_signal(start: Callable[..., Any], end: str) -> None:
    worker = start()
    asked(worker, "ready")
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(timeout=0.01)
    getattr(worker, end)()
    worker.wait(timeout=10)
    assert worker.stdout.read() == ""
    getattr(worker, end)()  # once more does nothing


def test_what_it_raises_is_on_its_errors_and_ends_it_alone(start: Callable[..., Any]) -> None:
    worker = start("raise ValueError('of this worker')")
    worker.wait(timeout=10)
    assert "ValueError: of this worker" in worker.stderr.read()
    assert asked(start(), "another")["name"] == "__main__"


def test_chance_is_not_shared(start: Callable[..., Any]) -> None:
    script = "import random, uuid; print(random.random(), uuid.uuid4())"
    drawn = {start(script).stdout.read() for _ in range(3)}
    assert len(drawn) == 3


def test_other_programs_are_started_as_ever(popen: WorkerPopen) -> None:
    command = ["node", "worker.js"]
    assert popen(command, cwd="/", env={}) == ("not forked", command, {"cwd": "/", "env": {}})
