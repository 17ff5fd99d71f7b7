"""Run ministack, the AWS emulator, on loopback; leave nothing behind.

What was found in 1.5.33 (each is why a line below is there): it listens on every interface unless told; its MQTT
listener takes a fixed port; a function's worker inherits its whole environment, AWS settings of the person who started
it among them; workers unpack the bundle into TMPDIR and are its child processes.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.emulator_process import KEPT
from infra.environments import EMULATOR

LOOPBACK = "127.0.0.1"
READY_WITHIN = 60.0
STOP_WITHIN = 5.0
RECORD = "processes.json"
LAST_LINES = 15
PROGRAM = Path(__file__).with_name("emulator_process.py")
KEPT_FOLDER = "kept"
WANTED = "wanted"
"""A file in that folder by which the emulator is asked to keep everything now (emulator_journal.py)."""
KEPT_WITHIN = 30.0


class EmulatorFailed(Exception):
    """The emulator could not be started.

    The message says why and what to do.
    """


@dataclass(frozen=True)
class Process:
    """A process by id and start time.

    Another that was given the same id later is not taken for it.
    """

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """Return the running process of that id; None without one."""
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else cls(pid, fields[19])

    def is_running(self) -> bool:
        """Whether it still runs."""
        return Process.of(self.pid) == self


@contextmanager
def emulator(folder: Path, port: int | None = None, *, authorize: bool = False, keep: bool = False) -> Iterator[str]:
    """Run an emulator until the block ends; yield its endpoint's URL.

    Its files lie under `folder`.

    `port` None takes a free one; with `authorize` it refuses what a role does not allow. A folder that a killed run
    left behind is taken over, its emulator ended. With `keep` the emulator's state outlives its death and that of the
    run, and the next goes on with it; where the block ends otherwise, nothing is left. Raises `EmulatorFailed` where
    the folder or the port is in use.
    """
    clear(folder, keep=keep)
    (folder / "tmp").mkdir(parents=True)
    chosen = _free_port() if port is None else _if_free(port)
    endpoint = f"http://{LOOPBACK}:{chosen}"
    with (folder / "emulator.log").open("wb") as log:
        child = subprocess.Popen(
            [str(EMULATOR.python), "-P", str(PROGRAM)],
            cwd=folder,
            env=_environ(folder, chosen) | {"AUTH": str(authorize).lower()} | (_keeping(folder) if keep else {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _record(folder, child.pid)
        _wait_until_ready(endpoint, child, folder / "emulator.log")
        yield endpoint
    finally:
        has_died = Process.of(child.pid) is None
        _end_group(child.pid)
        child.wait()
        (folder / RECORD).unlink(missing_ok=True)
        if not (keep and has_died):
            shutil.rmtree(folder, ignore_errors=True)


def is_alive(folder: Path) -> bool:
    """Whether the emulator whose files are in a folder runs."""
    record = folder / RECORD
    return record.is_file() and Process(**json.loads(record.read_text())["emulator"]).is_running()


def kept_in(folder: Path) -> Path:
    """Return the folder within an emulator's where its state is kept."""
    return folder / KEPT_FOLDER


def keep_now(folder: Path) -> None:
    """Have an emulator keep everything that it has; raises `EmulatorFailed`."""
    request_file = kept_in(folder) / WANTED
    request_file.touch()
    deadline = time.monotonic() + KEPT_WITHIN
    while request_file.exists():
        if time.monotonic() > deadline or not is_alive(folder):
            raise EmulatorFailed(f"The emulator did not keep its state:\n{last_words(folder / 'emulator.log')}")
        time.sleep(0.05)


def last_words(log: Path) -> str:
    """Return the last lines of an emulator's log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-LAST_LINES:])


def clear(folder: Path, *, keep: bool = False) -> None:
    """Remove what an earlier run left in `folder`, its emulator too.

    With `keep` all but the state that was kept. Raises `EmulatorFailed` where that run goes on.
    """
    record = folder / RECORD
    if record.is_file():
        processes = {name: Process(**fields) for name, fields in json.loads(record.read_text()).items()}
        if processes["owner"].is_running():
            owner = processes["owner"].pid
            raise EmulatorFailed(
                f"Baykoo is running here already, as process {owner}. End that one first: kill {owner}"
            )
        if processes["emulator"].is_running():
            _end_group(processes["emulator"].pid)
    record.unlink(missing_ok=True)
    shutil.rmtree(folder / "tmp" if keep else folder, ignore_errors=True)


def clear_abandoned(folders: Path) -> None:
    """Clear every folder under `folders` whose run was killed.

    Those whose run goes on are left.
    """
    for record in folders.glob(f"*/{RECORD}"):
        with suppress(EmulatorFailed):
            clear(record.parent)


def _record(folder: Path, emulator_pid: int) -> None:
    processes = {"owner": Process.of(os.getpid()), "emulator": Process.of(emulator_pid)}
    running = {name: asdict(process) for name, process in processes.items() if process}
    making = folder / f"{RECORD}.making"
    making.write_text(json.dumps(running))
    making.rename(folder / RECORD)


def _environ(folder: Path, port: int) -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PYTHON", "BAYKOO_"))}
    return plain | {
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(folder / "tmp"),
        "STATE_DIR": str(folder / "tmp" / "state"),
        "S3_DATA_DIR": str(folder / "tmp" / "s3"),
    }


def _keeping(folder: Path) -> dict[str, str]:
    """Return the environment of an emulator that keeps its state."""
    kept = kept_in(folder)
    (kept / "s3").mkdir(parents=True, exist_ok=True)
    persisted = {"PERSIST_STATE": "1", "S3_PERSIST": "1", "STATE_DIR": str(kept), "S3_DATA_DIR": str(kept / "s3")}
    return persisted | {KEPT: str(kept)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _if_free(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            advice = f"Another program has it; choose another port: make run BAYKOO_PORT={port + 1}"
            raise EmulatorFailed(f"Port {port} cannot be used ({error.strerror}). {advice}") from None
    return port


def _wait_until_ready(endpoint: str, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with urllib.request.urlopen(f"{endpoint}/_ministack/ready", timeout=2):  # noqa: S310 - our own loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise EmulatorFailed(
        f"The emulator did not get ready (exit status {child.poll()}). Its last words:\n{last_words(log)}"
    )


def _end_group(leader: int) -> None:
    """End a process and its children, by force.

    What is to outlive them is kept at any time.
    """
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
    deadline = time.monotonic() + STOP_WITHIN
    while time.monotonic() < deadline and _has_members(leader):
        time.sleep(0.01)


def _has_members(group: int) -> bool:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, member_of = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(member_of) == group and state != "Z":
            return True
    return False
