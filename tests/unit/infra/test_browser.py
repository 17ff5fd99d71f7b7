"""The tests' browser is brought by root where it is missing; to others it is said what brings it."""

import os
from pathlib import Path

import pytest

from infra.browser import INSTALL, SHELL, BrowserMissing, chromium, ensure

APT = """#!/bin/sh
echo "$@" >> {folder}/asked
[ "$1" != install ] || {{ {installs}; }}
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds every program of the machine: none yet."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(script)
    path.chmod(0o755)
    return path


def fonts(folder: Path, families: str) -> None:
    program(folder, "fc-list", f"#!/bin/sh\necho '{families}'\n")


def apt(folder: Path, *, installs: str) -> None:
    (folder / "touch").symlink_to("/usr/bin/touch")
    (folder / "chmod").symlink_to("/usr/bin/chmod")
    program(folder, "apt-get", APT.format(folder=folder, installs=installs))


def test_a_browser_with_its_font_is_found(machine: Path) -> None:
    path = program(machine, SHELL, "")
    fonts(machine, "DejaVu Sans,DejaVu Sans Condensed")
    assert chromium() == str(path)


def test_a_missing_browser_is_said_with_the_command_that_brings_it(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    apt(machine, installs="true")
    with pytest.raises(BrowserMissing, match="Chromium") as missing:
        ensure()
    assert INSTALL in str(missing.value)
    assert not (machine / "asked").exists()


@pytest.mark.parametrize("families", ["Noto Sans", None])
def test_a_missing_font_is_said(machine: Path, families: str | None) -> None:
    program(machine, SHELL, "")
    if families:
        fonts(machine, families)
    with pytest.raises(BrowserMissing, match="DejaVu Sans") as missing:
        ensure()
    assert INSTALL in str(missing.value)


def test_root_has_it_brought_by_apt(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    fonts(machine, "DejaVu Sans")
    apt(machine, installs=f"touch {machine}/{SHELL} && chmod +x {machine}/{SHELL}")
    ensure()
    assert chromium() == str(machine / SHELL)
    commands = (machine / "asked").read_text().splitlines()
    assert commands[0].startswith("update")
    assert SHELL in commands[1]
    ensure()
    assert (machine / "asked").read_text().splitlines() == commands, "what is there is not brought again"


def test_what_apt_says_when_it_fails_is_shown(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    apt(machine, installs="echo 'Unable to locate package' >&2; exit 100")
    with pytest.raises(BrowserMissing, match="Unable to locate package") as missing:
        ensure()
    assert INSTALL in str(missing.value)
