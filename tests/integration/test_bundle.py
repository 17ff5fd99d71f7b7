"""The zip that every function runs from."""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from infra.bundle import BOTOCORE_MODELS, package
from infra.environments import ROOT

MOST_MEGABYTES = 10


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(package().zip) as code:
        code.extractall(folder)
    return folder


def names_in_zip() -> list[PurePosixPath]:
    """Everything but bytecode."""
    with zipfile.ZipFile(package().zip) as code:
        return [PurePosixPath(name) for name in code.namelist() if not name.endswith(".pyc")]


def plain(name: str) -> str:
    return name.lower().replace("-", "_")


def pinned() -> set[str]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return {plain(line.partition("==")[0]) for line in lines if line and not line.startswith("#")}


def test_it_holds_the_pinned_packages_and_the_app_and_nothing_else() -> None:
    owners = importlib.metadata.packages_distributions()
    ours = {module for module, names in owners.items() if {plain(name) for name in names} & pinned()}
    found = {name.parts[0].removesuffix(".py") for name in names_in_zip()}
    installed = {name for name in found if name.endswith(".dist-info")}
    assert found - installed - ours == {"app", "chalice", "chalicelib"}
    assert {plain(re.sub(r"-[^-]+\.dist-info$", "", name)) for name in installed} == pinned()


def test_of_chalice_it_holds_what_runs() -> None:
    assert {str(name) for name in names_in_zip() if name.parts[0] == "chalice"} == {
        "chalice/__init__.py",
        "chalice/app.py",
    }


def test_it_holds_nothing_that_is_not_imported() -> None:
    unused = [name for name in names_in_zip() if {"__pycache__", "cli", "tests"} & set(name.parts[:-1])]
    assert not [name for name in unused if name.parts[0] != "aws_lambda_powertools"]


def test_of_botocore_it_holds_the_services_that_are_called() -> None:
    models = {
        name.parts[2] for name in names_in_zip() if name.parts[:2] == ("botocore", "data") and len(name.parts) > 3
    }
    assert models == BOTOCORE_MODELS


def test_it_is_small(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{package().describe()}")  # noqa: T201 - the size is to be seen in every run
    assert package().zip.stat().st_size < MOST_MEGABYTES * 1e6


def test_it_holds_the_bytecode_of_every_module(unpacked: Path) -> None:
    modules = sorted(unpacked.rglob("*.py"))
    assert len(modules) > 400
    for module in modules:
        bytecode = Path(importlib.util.cache_from_source(str(module)))
        flags = int.from_bytes(bytecode.read_bytes()[4:8], "little")
        assert flags == 0b01, f"{module}: not taken as it is, whatever the file's date"


def test_the_app_and_every_handler_are_imported_from_it_alone(unpacked: Path) -> None:
    handlers = sorted((unpacked / "chalicelib" / "entrypoints").rglob("*.py"))
    modules = [".".join(path.relative_to(unpacked).with_suffix("").parts) for path in handlers]
    assert "chalicelib.entrypoints.intake" in modules
    program = f"import sys; sys.path.insert(0, {str(unpacked)!r}); import app, {', '.join(modules)}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
