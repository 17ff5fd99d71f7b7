"""Asks which weaknesses are known of the pinned packages: `make advisories`.

pip-audit asks a service on the internet. It ends well where that knows none of the packages, as behind a mirror; here
that is told apart. ``python -m infra.advisories`` exits 0 where every package was asked for and none has a known
weakness, 1 where one has, 2 where not all could be asked for.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.environments import LINT, REQUIREMENTS, ROOT

AUDITED = (ROOT / "requirements.txt", REQUIREMENTS / "tools.txt")
PATIENCE_SECONDS = 15


class NotAsked(Exception):
    """The service could not be asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Advisories:
    """What is known of a file's packages.

    How many were asked for, weaknesses a line each, and who was not.
    """

    asked: int
    weaknesses: tuple[str, ...]
    left_out: tuple[str, ...]

    @classmethod
    def of_report(cls, report: str) -> "Advisories":
        """Read pip-audit's report; raises `NotAsked` where it is none."""
        try:
            packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
        except (ValueError, KeyError, TypeError):
            raise NotAsked("pip-audit wrote no report") from None
        versioned = [package for package in packages if "version" in package]
        return cls(
            len(versioned),
            tuple(_weakness(package, vulnerability) for package in versioned for vulnerability in package["vulns"]),
            tuple(package["name"] for package in packages if "version" not in package),
        )

    @property
    def exit_status(self) -> int:
        """0 none is known, 1 some are.

        2 not all packages could be asked for.
        """
        if self.weaknesses:
            return 1
        return 2 if self.left_out or not self.asked else 0


def _weakness(package: dict[str, Any], finding: dict[str, Any]) -> str:
    mended = ", ".join(finding["fix_versions"]) or "no version yet"
    return f"{package['name']} {package['version']}: {finding['id']}, mended in {mended}"


def ask(requirements: Path, pip_audit: Path = LINT.folder / "bin" / "pip-audit") -> Advisories:
    """Ask for the packages of a file; raises `NotAsked`."""
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--timeout", str(PATIENCE_SECONDS)]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(pip_audit), "-r", str(requirements), *options, "--format", "json"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environ)
    except OSError as fault:
        raise NotAsked(str(fault)) from fault
    try:
        return Advisories.of_report(done.stdout)
    except NotAsked as fault:
        raise NotAsked(f"{fault}: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}") from None


def main(files: Sequence[Path] = AUDITED) -> int:
    """Ask for every file's packages and print what is known.

    Return the exit status.
    """
    status = 0
    for path in files:
        name = path.relative_to(ROOT)
        try:
            advisories = ask(path)
        except NotAsked as fault:
            print(f"{name}: the service could not be asked: {fault}", file=sys.stderr)
            status = status or 2
            continue
        for weakness in advisories.weaknesses:
            print(f"{name}: {weakness}")
        print(f"{name}: {advisories.asked} packages asked for, {len(advisories.weaknesses)} known weaknesses")
        if advisories.left_out:
            first = ", ".join(advisories.left_out[:5])
            print(f"{name}: the service does not know {len(advisories.left_out)} packages ({first} …)", file=sys.stderr)
        status = 1 if 1 in (status, advisories.exit_status) else max(status, advisories.exit_status)
    return status


if __name__ == "__main__":
    sys.exit(main())
