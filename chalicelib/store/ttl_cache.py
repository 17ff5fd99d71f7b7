"""What one process has read, trusted for some seconds."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class TtlCache(Generic[Key, Value]):
    """Values by key, each trusted for some seconds after it was read.

    `absent_seconds`: how long a None is trusted. `most`: once so many are kept, those that are None are forgotten.
    """

    def __init__(self, seconds: float, *, absent_seconds: float | None = None, most: int | None = None) -> None:
        self._seconds = seconds
        self._absent_seconds = seconds if absent_seconds is None else absent_seconds
        self._most = most
        self._kept: dict[Key, tuple[float, Value]] = {}

    def get(self, key: Key, read: Callable[[], Value], *, within: float | None = None) -> Value:
        """Return the value of a key, read where what is kept is older than `within` seconds.

        Without `within`, the cache's own seconds hold; 0 always reads. Raises what `read` raises, and keeps nothing.
        """
        kept = self._kept.get(key)
        if kept is not None:
            seconds = self._absent_seconds if kept[1] is None else self._seconds
            if time.monotonic() - kept[0] < (seconds if within is None else within):
                return kept[1]
        value = read()
        self._make_room()
        self._kept[key] = (time.monotonic(), value)
        return value

    def last(self, key: Key) -> Value | None:
        """Return what was last read of a key, however long ago; None if nothing was."""
        kept = self._kept.get(key)
        return None if kept is None else kept[1]

    def forget(self, key: Key) -> None:
        """Read a key anew the next time."""
        self._kept.pop(key, None)

    def clear(self) -> None:
        """Read everything anew the next time."""
        self._kept.clear()

    def _make_room(self) -> None:
        if self._most is not None and len(self._kept) >= self._most:
            for key in [key for key, (_, value) in list(self._kept.items()) if value is None]:
                self._kept.pop(key, None)
