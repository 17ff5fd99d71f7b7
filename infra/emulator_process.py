"""Run the emulator's process: few workers, one unpacked bundle.

Runs under the emulator's own Python. ministack 1.5.33 unpacks the bundle for every worker that it starts, 2,500 files,
and removes them with it: half a second of processor time each, and seconds at the end of a run. Lambda's folder of code
is read-only, so one copy serves them all. It starts a worker for every call that finds none free, and each takes a
second of a processor that all share, while most calls end within a tenth of it: a call waits that second first.
"""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import gettempdir
from types import SimpleNamespace
from typing import Any

KEPT = "BAYKOO_EMULATOR_KEPT"
"""The folder where the emulator's state is kept; nothing is where it is not set."""
_unpacking = threading.Lock()
LOOKED_EVERY_SECONDS = 0.5
FREE_WITHIN_SECONDS = 1.0
"""How long a call waits for a worker that is there, about as long as another takes to start."""
LOOKED_FOR_FREE_EVERY_SECONDS = 0.005


class SharedZip(zipfile.ZipFile):
    """A zip that is unpacked once.

    Whoever unpacks it again gets a link to the first copy.
    """

    def extractall(self, path: Any = None, members: Iterable[Any] | None = None, pwd: bytes | None = None) -> None:
        """Make `path`, an empty folder, a link to the unpacked copy."""
        copy = Path(gettempdir()) / f"code-{self._digest()}"
        with _unpacking:
            if not copy.is_dir():
                making = copy.with_suffix(".making")
                super().extractall(making, members, pwd)
                making.rename(copy)
        Path(path).rmdir()
        Path(path).symlink_to(copy, target_is_directory=True)

    def _digest(self) -> str:
        return hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()[:16]


def patient(runtime: Any) -> Callable[..., Any]:
    """Return ministack's `acquire_worker`, which waits for a worker before it starts another.

    Not for ever: a function that calls itself holds the worker that its call would wait for.
    """
    acquire, leasing = runtime.acquire_worker, threading.Lock()

    def leased(name: str, config: Any, code: bytes, qualifier: str = "$LATEST", **limits: Any) -> Any:
        key = runtime._worker_key(name, config, qualifier)
        until = time.monotonic() + FREE_WITHIN_SECONDS
        while True:
            with leasing:
                workers = runtime._workers.get(key, ())
                if not workers or time.monotonic() > until or not all(worker.in_use for worker in workers):
                    return acquire(name, config, code, qualifier, **limits)
            time.sleep(LOOKED_FOR_FREE_EVERY_SECONDS)

    return leased


def _end_with(parent: int) -> None:
    """End this process and its workers, however its parent ended."""
    while os.getppid() == parent:
        time.sleep(LOOKED_EVERY_SECONDS)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Run ministack until it is ended, or whoever started it has ended."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    from ministack.core import lambda_runtime  # type: ignore[import-not-found]  # noqa: PLC0415 - the emulator's own

    lambda_runtime.acquire_worker = patient(lambda_runtime)  # before whatever takes it by its name
    from ministack.app import main as run  # type: ignore[import-not-found]  # noqa: PLC0415

    sys.path.append(str(Path(__file__).parents[1]))
    from infra.emulator_logs import told_at_once  # noqa: PLC0415 - beside this file, which is a script
    from infra.emulator_rows import quicken  # noqa: PLC0415
    from infra.emulator_server import serve_in_c  # noqa: PLC0415
    from infra.emulator_workers import WorkerPopen  # noqa: PLC0415

    lambda_runtime.zipfile = SimpleNamespace(**vars(zipfile) | {"ZipFile": SharedZip})
    lambda_runtime.subprocess = SimpleNamespace(**vars(subprocess) | {"Popen": WorkerPopen(subprocess.Popen)})
    told_at_once(lambda_runtime.Worker)
    quicken()
    serve_in_c()
    if KEPT in os.environ:
        from infra.emulator_journal import keep  # noqa: PLC0415 - ministack's own, as above

        keep(Path(os.environ[KEPT]))
    run()


if __name__ == "__main__":
    main()
