"""`make demo`: a rehearsed day at 60 times speed behind the page.

A newcomer sees the board fill.
"""

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.environments import ROOT

MINUTES = 17
"""What the sample's day takes at 60 times its speed."""
OBSERVERS = 300
PATIENCE_SECONDS = 60


class DemoFailed(Exception):
    """The rehearsal did not begin; the message holds what ./baykoo said."""


@contextmanager
def rehearsing(environ: Mapping[str, str], *, minutes: float = MINUTES, seed: int | None = None) -> Iterator[str]:
    """Rehearse the local stack's election in the background.

    Yields the rehearsal's id, and ends it after the block. `environ` names the stack (BAYKOO_LOCAL). Raises
    `DemoFailed`.
    """
    options = ["--observers", str(OBSERVERS), "--minutes", str(minutes), "--incidents", "5", "--noise", "25"]
    options += ["--answer-calls"]
    options += ["--seed", str(seed)] if seed is not None else []
    command = [str(ROOT / "baykoo"), "rehearse", *options]
    log = Path(environ["BAYKOO_LOCAL"]).with_name("demo.log")
    with log.open("w") as written:
        running = subprocess.Popen(command, cwd=ROOT, env=dict(environ), stdout=written, stderr=subprocess.STDOUT)
    try:
        yield _begun(running, environ, log)
    finally:
        running.terminate()
        running.wait()


def account_link(environ: Mapping[str, str], election: str, role: str = "headquarters") -> str:
    """Give the visitor an account, and return their link.

    It signs in once, within a quarter of an hour.
    """
    address = f"{role}-{os.urandom(3).hex()}@example.org"
    options = ("--address", address, "--role", role, "--election", election)
    return _baykoo(environ, "account", "add", f"Visitor ({role})", *options).split()[-1]


def _begun(running: subprocess.Popen[bytes], environ: Mapping[str, str], log: Path) -> str:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and running.poll() is None:
        rehearsals = re.findall(r"^(rehearsal-\S+)", _baykoo(environ, "election", "list"), re.MULTILINE)
        if rehearsals:
            return str(rehearsals[-1])
        time.sleep(1)
    raise DemoFailed(f"The rehearsal did not begin.\n{log.read_text()}")


def _baykoo(environ: Mapping[str, str], *arguments: str) -> str:
    command = [str(ROOT / "baykoo"), *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, env=dict(environ))
    if done.returncode:
        raise DemoFailed(f"./baykoo {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done.stdout
