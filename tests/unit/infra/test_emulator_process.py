"""The emulator's workers share one unpacked copy of a function's code, and each version has its own."""

import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.emulator_process import SharedZip


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
