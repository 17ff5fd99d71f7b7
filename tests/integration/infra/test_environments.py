"""Environments heal: whatever is there, `ensure` leaves one that is what its files say."""

import subprocess
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from infra.bundle import PINS, REQUIREMENT
from infra.environments import ROOT, STAMP, Environment, EnvironmentFailed

EVERY_FUNCTION = """
import pkgutil, importlib, app, chalicelib.entrypoints as entrypoints
for module in pkgutil.walk_packages(entrypoints.__path__, "chalicelib.entrypoints."):
    importlib.import_module(module.name)
"""


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    requirements = tmp_path / "pins.txt"
    requirements.write_text("# nothing\n")
    return Environment(tmp_path / "environment", (requirements,))


@pytest.mark.long
def test_one_made_half_is_made_anew(environment: Environment) -> None:
    (environment.folder / "bin").mkdir(parents=True)
    environment.python.write_text("not a Python")
    assert not environment.is_made()
    environment.make()
    assert environment.is_made(), "other pins or a lost stamp make it unmade again"
    environment.requirements[0].write_text("# something else\n")
    assert not environment.is_made()
    environment.requirements[0].write_text("# nothing\n")
    assert environment.is_made()
    (environment.folder / STAMP).unlink()
    assert not environment.is_made()


def test_what_cannot_be_installed_is_said_and_not_taken_for_made(environment: Environment) -> None:
    environment.requirements[0].write_text("./no-such-folder\n")
    with pytest.raises(EnvironmentFailed, match=r"could not install pins\.txt"):
        environment.make()
    assert not environment.is_made()


def test_the_requirements_are_all_that_the_app_needs(tmp_path: Path) -> None:
    """In a folder of what is pinned, as it is installed here, and of nothing else."""
    for name in REQUIREMENT.findall(PINS.read_text()):
        with suppress(PackageNotFoundError):  # another system's
            installed = distribution(name)
            for top in {file.parts[0] for file in installed.files or ()} - {"..", "__pycache__"}:
                (tmp_path / top).symlink_to(str(installed.locate_file(top)))
    alone = [sys.executable, "-S", "-c", EVERY_FUNCTION]
    subprocess.run(alone, cwd=ROOT, check=True, env={"PYTHONPATH": str(tmp_path)})
    (tmp_path / "pydantic").unlink()
    missing = subprocess.run(alone, cwd=ROOT, check=False, env={"PYTHONPATH": str(tmp_path)}, capture_output=True)
    assert b"No module named 'pydantic'" in missing.stderr


@pytest.mark.long
def test_c_a_requirement_without_its_hash_is_not_installed(environment: Environment) -> None:
    environment.requirements[0].write_text("six==1.17.0\n")
    with pytest.raises(EnvironmentFailed, match="hash"):
        environment.make()
