"""./baykoo and `aws` in processes of their own, forked from one that has imported them.

Their imports take most of a command's second of a processor, and a run of all tests calls some hundreds.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chalicelib.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
_AWS = [f"awscli.{name}" for name in ("clidriver", "handlers", "customizations.cloudformation.deploy")]
FORKED = multiprocessing.get_context("forkserver")
"""Forks a process from one that has imported both.

Its environment is that of the first of them.
"""
FORKED.set_forkserver_preload(
    [*sorted({place.partition(":")[0] for place in COMMANDS.values()}), *_AWS, "botocore_models"]
)


@dataclass(frozen=True)
class Called:
    """How a command ended, and what it wrote."""

    status: int
    output: str
    errors: str


class Running:
    """A command that runs; `communicate` waits for its end."""

    def __init__(self, run: Callable[[], None], folder: Path, environ: Mapping[str, str]) -> None:
        self._written = TemporaryDirectory()
        self._ended: tuple[str, str] | None = None
        self._paths = [Path(self._written.name, name) for name in ("output", "errors")]
        self._process: Any = FORKED.Process(target=_command, args=(run, str(folder), dict(environ), self._paths))
        self._process.start()

    @property
    def returncode(self) -> int | None:
        """Its exit status, None while it runs."""
        status: int | None = self._process.exitcode
        return status

    def communicate(self) -> tuple[str, str]:
        """Wait for its end; what it wrote to its output and as errors."""
        self._process.join()
        if self._ended is None:
            output, errors = (path.read_text("utf-8") for path in self._paths)
            self._ended = output, errors
            self._written.cleanup()
        return self._ended

    def kill(self) -> None:
        self._process.kill()


@dataclass(frozen=True)
class _Baykoo:
    arguments: tuple[str, ...]

    def __call__(self) -> None:
        main(list(self.arguments), prog_name="./baykoo")


@dataclass(frozen=True)
class _Aws:
    arguments: tuple[str, ...]

    def __call__(self) -> None:
        import awscli.clidriver  # noqa: PLC0415 - it changes the environment of whoever imports it

        os.environ["AWS_DATA_PATH"] = str(Path(awscli.__file__).with_name("data"))
        sys.argv = ["aws", *self.arguments]
        sys.exit(awscli.clidriver.main())


def start_baykoo(arguments: Sequence[str], environ: Mapping[str, str], folder: Path = ROOT) -> Running:
    """Start ./baykoo in a folder with an environment of its own."""
    return Running(_Baykoo(tuple(arguments)), folder, environ)


def call_baykoo(arguments: Sequence[str], environ: Mapping[str, str], folder: Path = ROOT) -> Called:
    """Call ./baykoo in a folder with an environment of its own, and wait for its end."""
    return _ended(start_baykoo(arguments, environ, folder))


def call_aws(arguments: Sequence[str], environ: Mapping[str, str]) -> Called:
    """Call `aws` with an environment of its own, in this process's folder, and wait for its end."""
    return _ended(Running(_Aws(tuple(arguments)), Path.cwd(), environ))


def take_environ(environ: Mapping[str, str]) -> None:
    """Have this process an environment of its own."""
    os.environ.clear()
    os.environ.update(environ)


def _ended(running: Running) -> Called:
    output, errors = running.communicate()
    assert running.returncode is not None
    return Called(running.returncode, output, errors)


def _command(run: Callable[[], None], folder: str, environ: Mapping[str, str], written: Sequence[Path]) -> None:
    os.chdir(folder)
    take_environ(environ)
    for path, stream in zip(written, (sys.stdout, sys.stderr), strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream.fileno())
    run()
