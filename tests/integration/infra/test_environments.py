"""Environments heal: whatever is there, `ensure` leaves one that is what its files say."""

import subprocess
from pathlib import Path

import pytest

from infra.environments import ROOT, STAMP, Environment, EnvironmentFailed


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    requirements = tmp_path / "pins.txt"
    requirements.write_text("# nothing\n")
    return Environment(tmp_path / "environment", (requirements,))


def test_one_made_half_is_made_anew(environment: Environment) -> None:
    (environment.folder / "bin").mkdir(parents=True)
    environment.python.write_text("not a Python")
    assert not environment.is_made()
    environment.make()
    assert environment.is_made()


def test_other_pins_or_a_lost_stamp_make_it_unmade(environment: Environment) -> None:
    environment.make()
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
    environment = Environment(tmp_path / "environment", (ROOT / "requirements.txt",))
    environment.make()
    subprocess.run([str(environment.python), "-c", "import app"], cwd=ROOT, check=True, env={})


def test_c_a_requirement_without_its_hash_is_not_installed(environment: Environment) -> None:
    environment.requirements[0].write_text("six==1.17.0\n")
    with pytest.raises(EnvironmentFailed, match="hash"):
        environment.make()
