"""./baykoo in a process of its own, forked from one that has imported its commands.

A command's imports take most of its second of a processor, and a run of all tests calls some hundreds.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from chalicelib.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
_forked = multiprocessing.get_context("forkserver")
_forked.set_forkserver_preload(sorted({place.partition(":")[0] for place in COMMANDS.values()}))


@dataclass(frozen=True)
class Called:
    """How a command ended, and what it wrote."""

    status: int
    output: str
    errors: str


def call_baykoo(arguments: Sequence[str], environ: Mapping[str, str]) -> Called:
    """Call ./baykoo with an environment of its own, and wait for its end."""
    with TemporaryDirectory() as folder:
        written = [Path(folder, name) for name in ("output", "errors")]
        process = _forked.Process(target=_command, args=(tuple(arguments), dict(environ), written))
        process.start()
        process.join()
        assert process.exitcode is not None
        return Called(process.exitcode, *(path.read_text("utf-8") for path in written))


def _command(arguments: Sequence[str], environ: Mapping[str, str], written: Sequence[Path]) -> None:
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environ)
    for path, stream in zip(written, (sys.stdout, sys.stderr), strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream.fileno())
    main(list(arguments), prog_name="./baykoo")
