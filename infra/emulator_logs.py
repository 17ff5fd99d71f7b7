"""Have a call's log lines as soon as the call has ended.

Runs in the emulator's process. ministack 1.5.33 waits a twentieth of a second for the first line of a call that wrote
none, and looks for it each millisecond. A worker has written all lines of a call before its answer: what is in its pipe
then is read, and nothing is waited for.
"""

import fcntl
import os
import select
import struct
import termios
import threading
import time
from typing import Any

AT_ONCE = 1 << 16
LONGEST_SECONDS = 0.25
LOOKED_EVERY_SECONDS = 0.001


def told_at_once(worker: type[Any]) -> None:
    """Have ministack's class of workers read its processes' log lines so."""
    reading = threading.Lock()

    def read(self: Any) -> None:
        """Queue each line.

        What has left the pipe is in the queue, or is being put there under the lock.
        """
        stream, lines = self._proc.stderr, self._stderr_queue
        left, written = b"", select.poll()
        written.register(stream, select.POLLIN)
        while True:
            written.poll()
            with reading:
                chunk = os.read(stream.fileno(), AT_ONCE)
                *ended, left = (left + chunk).split(b"\n")
                for line in [*ended, *([left] if left and not chunk else [])]:
                    lines.put(line.decode("utf-8", "replace"))
            if not chunk:
                return

    def drain(self: Any, **_: float) -> str:
        """Return the lines of the call that has ended."""
        stream, until = getattr(self._proc, "stderr", None), time.monotonic() + LONGEST_SECONDS
        if stream is None:  # its process was ended, and its pipe with it
            self._stderr_thread.join(LONGEST_SECONDS)
        while stream is not None and time.monotonic() < until:
            with reading:
                if not _waiting(stream.fileno()):
                    break
            time.sleep(LOOKED_EVERY_SECONDS)
        drained: str = self._drain_stderr()
        return drained

    worker._read_stderr, worker._drain_stderr_bounded = read, drain


def _waiting(pipe: int) -> int:
    """Return how many bytes are in a pipe."""
    count: int = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0\0\0\0"))[0]
    return count
