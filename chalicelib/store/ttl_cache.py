"""What one process has read, trusted for some seconds."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class TtlCache(Generic[Key, Value]):
    """Values by key, each trusted for some seconds after it was read."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[Key, tuple[float, Value]] = {}

    def get(self, key: Key, read: Callable[[], Value], *, within: float | None = None) -> Value:
        """Return a key's value, read anew if older than `within` seconds.

        Without `within`, the cache's own seconds hold; 0 always reads. Raises what `read` raises, and keeps nothing.
        """
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() - kept[0] < (self._seconds if within is None else within):
            return kept[1]
        value = read()
        self._kept[key] = (time.monotonic(), value)
        return value

    def last(self, key: Key) -> Value | None:
        """Return a key's last value, however old; None if there was none."""
        kept = self._kept.get(key)
        return None if kept is None else kept[1]

    def forget(self, key: Key) -> None:
        """Read a key anew the next time."""
        self._kept.pop(key, None)

    def clear(self) -> None:
        """Read everything anew the next time."""
        self._kept.clear()
