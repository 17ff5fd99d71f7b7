"""The emulator's workers are few, and share one unpacked copy of a function's code; each version has its own."""

import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra import emulator_process
from infra.emulator_process import SharedZip, patient


@pytest.fixture(autouse=True)
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator's TMPDIR."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def code(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("package/app.py", text)
    return path


def unpacked(archive: Path, folder: Path) -> Path:
    folder.mkdir()
    with SharedZip(archive) as opened:
        opened.extractall(folder)
    return folder / "package" / "app.py"


def test_workers_that_start_at_once_read_one_copy(tmp_path: Path) -> None:
    archive = code(tmp_path, "code.zip", "one")
    with ThreadPoolExecutor(8) as starting:
        files = list(starting.map(lambda n: unpacked(archive, tmp_path / f"worker-{n}"), range(8)))
    assert {file.read_text() for file in files} == {"one"}
    assert len({file.resolve() for file in files}) == 1


def test_other_code_has_a_copy_of_its_own(tmp_path: Path) -> None:
    before = unpacked(code(tmp_path, "before.zip", "one"), tmp_path / "before")
    after = unpacked(code(tmp_path, "after.zip", "two"), tmp_path / "after")
    assert (before.read_text(), after.read_text()) == ("one", "two")


def test_the_same_code_under_another_name_is_the_same_copy(tmp_path: Path) -> None:
    first = unpacked(code(tmp_path, "first.zip", "one"), tmp_path / "first")
    archive = tmp_path / "second.zip"
    archive.write_bytes((tmp_path / "first.zip").read_bytes())
    assert unpacked(archive, tmp_path / "second").resolve() == first.resolve()


class Pool:
    """ministack's pool of workers, as far as a call sees it."""

    def __init__(self) -> None:
        self._workers: dict[str, list[SimpleNamespace]] = {}
        self._lock = threading.Lock()

    def _worker_key(self, name: str, config: Any, qualifier: str) -> str:
        return f"{name}:{qualifier}"

    def acquire_worker(self, name: str, config: Any, code: bytes, qualifier: str) -> SimpleNamespace:
        with self._lock:
            workers = self._workers.setdefault(self._worker_key(name, config, qualifier), [])
            found = next((worker for worker in workers if not worker.in_use), None)
            if found is None:
                found = SimpleNamespace()
                workers.append(found)
            found.in_use = True
            return found


def calls(acquire: Callable[..., Any], count: int, seconds: float) -> None:
    def call(_: int) -> None:
        worker = acquire("process", {}, b"")
        time.sleep(seconds)
        worker.in_use = False

    with ThreadPoolExecutor(count) as callers:
        list(callers.map(call, range(count)))


def test_short_calls_share_the_worker_that_is_there() -> None:
    pool = Pool()
    acquire = patient(pool)
    calls(acquire, 1, 0)
    calls(acquire, 8, 0.02)
    assert len(pool._workers["process:$LATEST"]) == 1


def test_a_call_within_a_call_gets_a_worker_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator_process, "FREE_WITHIN_SECONDS", 0.05)
    acquire = patient(Pool())
    outer = acquire("process", {}, b"")
    assert acquire("process", {}, b"") is not outer
