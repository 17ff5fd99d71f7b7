"""Makes the virtual environments that everything else runs in, and heals them.

Runs under any Python 3.11 or newer with nothing installed: ``python3 infra/environments.py``. An environment carries a
stamp with the hash of its requirement files, written last, so that one made half or from older files is made anew.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".baykoo"
REQUIREMENTS = ROOT / "infra" / "requirements"
OLDEST = (3, 11)
STAMP = "made-from.sha256"


class EnvironmentFailed(Exception):
    """An environment could not be made; the message says what to do."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment: its place and its files of requirements.

    They are pinned and hashed.
    """

    folder: Path
    requirements: tuple[Path, ...]

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def stamp(self) -> str:
        """Return the hash that tells whether the environment fits its files."""
        parts = [str(self.folder).encode(), *(path.read_bytes() for path in self.requirements)]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def is_made(self) -> bool:
        """Whether it was made whole, from the files as they are now."""
        stamp = self.folder / STAMP
        return stamp.is_file() and stamp.read_text() == self.stamp() and self.python.exists()

    def make(self) -> None:
        """Make it from nothing; raises `EnvironmentFailed`."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        made = _run([sys.executable, "-m", "venv", str(self.folder)])
        if made.returncode:
            raise EnvironmentFailed(
                f"{made.stdout}{made.stderr}\nPython's venv module does not work here. {_VENV_HINT}"
            )
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile"]
        files = [argument for path in self.requirements for argument in ("-r", str(path))]
        installed = _run([*pip, "--require-hashes", *files])
        if installed.returncode:
            raise EnvironmentFailed(
                f"{installed.stdout}{installed.stderr}\npip could not install {self.requirements[-1].name} "
                f"into {self.folder}. Is the package index reachable? Run the same command again: it starts afresh."
            )
        (self.folder / STAMP).write_text(self.stamp())


_VENV_HINT = "On Debian and Ubuntu: sudo apt-get install python3-venv"

TOOLS = Environment(ROOT / ".venv", (ROOT / "requirements.txt", REQUIREMENTS / "tools.txt"))
EMULATOR = Environment(STATE / "emulator", (REQUIREMENTS / "emulator.txt",))
LINT = Environment(STATE / "lint", (REQUIREMENTS / "lint.txt",))
"""checkov's and pip-audit's, for `make lint` and `make advisories` alone: checkov pins another boto3."""


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environ = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME"}}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environ)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    STATE.mkdir(exist_ok=True)
    with (STATE / "environments.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure(*environments: Environment) -> None:
    """Make those of the environments that are not made; raises `EnvironmentFailed`."""
    if sys.version_info < OLDEST:
        raise EnvironmentFailed(
            f"Baykoo needs Python {OLDEST[0]}.{OLDEST[1]} or newer; {sys.executable} is {sys.version.split()[0]}. "
            "Name another: make PYTHON=python3.11 …"
        )
    with _one_at_a_time(), ThreadPoolExecutor() as side_by_side:
        missing = [environment for environment in environments if not environment.is_made()]
        for environment in missing:
            print(f"Making the environment {environment.folder.relative_to(ROOT)} …", file=sys.stderr)
        for _ in side_by_side.map(Environment.make, missing):
            pass  # raises what kept one from being made


def main() -> int:
    """Make the tools' and the emulator's environments; return the exit status.

    Only the one that is named, if one is; all with `--every`.
    """
    named = {"--tools": (TOOLS,), "--lint": (LINT,), "--every": (TOOLS, EMULATOR, LINT)}
    try:
        ensure(*next((named[word] for word in sys.argv[1:] if word in named), (TOOLS, EMULATOR)))
    except EnvironmentFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
