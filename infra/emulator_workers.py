"""Fork the functions' processes from one that has imported what they share.

Runs under the emulator's own Python. A function's process takes a third of a second of a processor for its imports,
four fifths of them what all functions import: libraries, the store, and the domain, which is pure (pyproject.toml). A
process per copy of the code imports these once, and reads the models of the services that functions call, a tenth of a
second each; each worker is forked from it, and gets the environment, the folder and the pipes that ministack would have
started it with. What reads the environment as it is imported is not among them.
"""

import gc
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

LIBRARIES = (
    "aws_lambda_powertools",
    "aws_lambda_powertools.metrics",
    "boto3",
    "botocore.client",
    "botocore.handlers",
    "chalice.app",
    "phonenumbers",
    "pydantic",
    "pynamodb.models",
    "pynamodb.transactions",
)
SHARED = ("chalicelib.observation", "chalicelib.store")
MODELS = ("dynamodb", "lambda", "sns", "ssm")
"""The services that most functions call."""
NOWHERE = {"region_name": "us-east-1", "endpoint_url": "http://127.0.0.1:9"}
NOBODY = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
SCRIPT = "_worker.py"
"""What ministack calls the script of a Python function's worker."""
LONGEST_ORDER = 1 << 20
LONGEST_ANSWER = 32
PIPES = 3


class Worker:
    """A forked worker, as far as ministack uses a `subprocess.Popen`."""

    def __init__(self, pid: int, exit_of: int, stdin: TextIO, stdout: TextIO, stderr: TextIO) -> None:
        self.pid, self._exit, self._ends = pid, exit_of, select.poll()
        self._ends.register(exit_of, select.POLLIN)
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self.returncode: int | None = None

    def __del__(self) -> None:
        os.close(self._exit)

    def poll(self) -> int | None:
        """Return its exit status, None while it runs.

        The status itself is its parent's: here it is always 0.
        """
        if self.returncode is None and self._ends.poll(0):
            self.returncode = 0
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises `subprocess.TimeoutExpired`."""
        if self.returncode is None and not self._ends.poll(None if timeout is None else timeout * 1000):
            raise subprocess.TimeoutExpired(SCRIPT, timeout or 0)
        self.returncode = 0
        return 0

    def terminate(self) -> None:
        """Send it SIGTERM."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send it SIGKILL."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._exit, number)


class Forks:
    """A process that has imported what functions of one bundle share."""

    def __init__(self, code: Path) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-P", __file__, str(theirs.fileno()), str(code)]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        self._orders, self._lock = ours, threading.Lock()

    def close(self) -> None:
        """End it."""
        self._orders.close()
        self._process.wait()

    def start(self, script: str, folder: str, environ: dict[str, str]) -> Worker:
        """Fork a worker that runs a script in a folder; raises `OSError`."""
        pipes = [os.pipe() for _ in range(PIPES)]
        (stdin, to_stdin), (from_stdout, stdout), (from_stderr, stderr) = pipes
        streams = os.fdopen(to_stdin, "w", buffering=1), os.fdopen(from_stdout), os.fdopen(from_stderr)
        order = json.dumps({"script": script, "folder": folder, "environ": environ}).encode()
        try:
            with self._lock:
                socket.send_fds(self._orders, [order], [stdin, stdout, stderr])
                answer, exits, _, _ = socket.recv_fds(self._orders, LONGEST_ANSWER, 1)
        finally:
            for number in (stdin, stdout, stderr):
                os.close(number)
        if not exits:
            raise OSError("the process that forks functions' workers has ended")
        return Worker(int(answer), exits[0], *streams)


class WorkerPopen:
    """ministack's `subprocess.Popen`, which forks the workers of Python functions."""

    def __init__(self, popen: Callable[..., Any]) -> None:
        self._popen, self._forks, self._lock = popen, dict[Path, Forks](), threading.Lock()

    def __call__(self, command: list[str], **options: Any) -> Any:
        """Start a program, forked where it is a function's worker."""
        if command[:1] != [sys.executable] or Path(command[-1]).name != SCRIPT:
            return self._popen(command, **options)
        code = Path(options["cwd"]).resolve()
        with self._lock:
            if code not in self._forks:
                self._forks[code] = Forks(code)
        return self._forks[code].start(command[-1], options["cwd"], options["env"])

    def close(self) -> None:
        """End the processes that fork. Their workers go on."""
        for forks in self._forks.values():
            forks.close()


def _import_what_is_shared(code: str) -> None:
    sys.path.insert(0, code)
    for name in (*LIBRARIES, *(module for package in SHARED for module in _below(package))):
        with suppress(ImportError):  # the code is another's, or has no such library: its worker will say so
            import_module(name)
    with suppress(ImportError):
        _read_models()
    sys.path.remove(code)
    gc.freeze()


def _read_models() -> None:
    """Read the models of the services that are called, once for all."""
    session: Any = import_module("botocore.session")
    session.create_loader = cache(session.create_loader)
    for service in MODELS:
        session.get_session().create_client(service, **NOWHERE, **NOBODY)


def _below(package: str) -> Iterator[str]:
    with suppress(ImportError):
        found = import_module(package)
        yield from (module.name for module in pkgutil.walk_packages(found.__path__, f"{package}."))


def _serve(orders: socket.socket) -> None:
    """Fork a worker per order, until whoever orders them has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    while True:
        order, pipes, _, _ = socket.recv_fds(orders, LONGEST_ORDER, PIPES)
        if not order:
            return
        known, is_known = os.pipe()
        pid = os.fork()
        if pid == 0:
            orders.close()
            os.close(is_known)
            os.read(known, 1)  # until its end can be seen
            os.close(known)
            _become_worker(pipes, **json.loads(order))
        exit_of = os.pidfd_open(pid)
        socket.send_fds(orders, [str(pid).encode()], [exit_of])
        for number in (*pipes, exit_of, known, is_known):
            os.close(number)


def _become_worker(pipes: list[int], *, script: str, folder: str, environ: dict[str, str]) -> None:
    """Run a worker's script as its own process would, and end."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, pipe in enumerate(pipes):
            os.dup2(pipe, number)
            os.close(pipe)
        sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
        sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace")
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environ)
        sys.argv, sys.path[:0] = [script], [str(Path(script).parent)]
        source = Path(script).read_text(encoding="utf-8")
        exec(compile(source, script, "exec"), {"__name__": "__main__", "__file__": script})  # noqa: S102 - ministack's
        status = 0
    except BaseException:  # noqa: BLE001 - a fork must not go on as what it was forked from
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(status)


def main() -> None:
    """Import what is shared, then fork workers as ordered.

    Arguments are the socket and the code's folder.
    """
    with socket.socket(fileno=int(sys.argv[1])) as orders:
        _import_what_is_shared(sys.argv[2])
        _serve(orders)


if __name__ == "__main__":
    main()
