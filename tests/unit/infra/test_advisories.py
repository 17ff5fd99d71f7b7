"""Known weaknesses are told by the exit status, and what could not be asked for is never taken for clean."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra import advisories
from infra.advisories import Advisories, NotAsked, ask, main
from infra.environments import ROOT

CLEAN = {"name": "six", "version": "1.17.0", "vulns": []}
UNKNOWN = {"name": "six", "skip_reason": "Dependency not found on PyPI and could not be audited: six (1.17.0)"}
WEAK = {"name": "jinja2", "version": "3.1.2", "vulns": [{"id": "GHSA-h5c8", "fix_versions": ["3.1.3"], "aliases": []}]}


def report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


@pytest.mark.parametrize(
    ("written", "status"),
    [
        (report(CLEAN), 0),
        (report(CLEAN, WEAK), 1),
        (report(UNKNOWN, WEAK), 1),
        (report(CLEAN, UNKNOWN), 2),
        (report(UNKNOWN), 2),
        (report(), 2),
    ],
    ids=["clean", "weak", "weak, and one unknown", "one unknown", "all unknown", "nothing"],
)
def test_the_exit_status_tells_what_is_known(written: str, status: int) -> None:
    assert Advisories.of_report(written).exit_status == status


def test_a_weakness_names_package_advisory_and_mended_version() -> None:
    assert Advisories.of_report(report(WEAK)).weaknesses == ("jinja2 3.1.2: GHSA-h5c8, mended in 3.1.3",)


def fake_tool(folder: Path, written: str, errors: str = "", status: int = 0) -> Path:
    tool = folder / "pip-audit"
    (folder / "report").write_text(written)
    (folder / "said").write_text(errors)
    tool.write_text(f'#!/bin/sh\ncat "{folder}/report"\ncat "{folder}/said" >&2\nexit {status}\n')
    tool.chmod(0o755)
    return tool


def test_a_service_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    tool = fake_tool(tmp_path, "", "Traceback\nConnectionError: api.osv.dev cannot be resolved\n", 1)
    with pytest.raises(NotAsked, match=r"api\.osv\.dev cannot be resolved"):
        ask(ROOT / "requirements.txt", tool)
    with pytest.raises(NotAsked):
        ask(ROOT / "requirements.txt", tmp_path / "missing")


@pytest.mark.parametrize(
    ("answers", "status"),
    [((0, 0), 0), ((2, 0), 2), ((0, 2), 2), ((2, 1), 1), ((1, 2), 1), ((None, 1), 1), ((1, None), 1), ((None, 0), 2)],
)
def test_of_several_files_the_gravest_is_told(
    answers: tuple[int | None, ...], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = {0: report(CLEAN), 1: report(WEAK), 2: report(UNKNOWN)}
    left = list(answers)

    def asked(path: Path) -> Advisories:
        answer = left.pop(0)
        if answer is None:
            raise NotAsked("no network")
        return Advisories.of_report(reports[answer])

    monkeypatch.setattr(advisories, "ask", asked)
    assert main([ROOT / "requirements.txt", ROOT / "requirements.txt"]) == status
