"""What tables and pools give in a second, and who was refused."""

import heapq
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable

from infra.scale.aws_limits import (
    CONCURRENCY_GROWTH,
    GROWTH_SECONDS,
    NEW_TABLE_WRITE_UNITS,
    PARTITION_WRITE_UNITS,
    TRANSACTION_SECONDS,
)

Need = tuple[str, str, float]
"""A table or index, a hash key in it, and write units."""


_MIXING = 0x9E3779B1


class Tables:
    """Partitions of every table and index, with their units per second.

    A key lies in one of them.

    `demand` is what was asked of a key that many share, by second; `refused` counts requests by table.
    """

    def __init__(self, warm_write_units: int) -> None:
        self._partitions = max(warm_write_units, NEW_TABLE_WRITE_UNITS) // PARTITION_WRITE_UNITS
        self._used: dict[str, list[list[float]]] = {}
        self.refused: Counter[str] = Counter()
        self.demand: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)

    @property
    def partitions(self) -> int:
        """How many partitions each table, and shards its stream, has."""
        return self._partitions

    def partition_of(self, key: str) -> int:
        """Return the partition that a key lies in."""
        mixed = zlib.crc32(key.encode()) * _MIXING & 0xFFFFFFFF  # DynamoDB's own hash is not told
        return mixed * self._partitions >> 32

    def take(self, at: float, needs: Iterable[Need]) -> str | None:
        """Write rows, all or none; return the table that refuses.

        It is None where all are written.
        """
        second = int(at)
        written: list[tuple[list[float], float]] = []
        for place, key, units in needs:
            window = self._windows(place)[self.partition_of(key)]
            if window[0] != second:
                window[0], window[1] = second, 0.0
            if window[1] + units > PARTITION_WRITE_UNITS:
                for other, amount in written:
                    other[1] -= amount
                self.refused[place] += 1
                return place
            window[1] += units
            written.append((window, units))
        return None

    def _windows(self, place: str) -> list[list[float]]:
        """Return the second and what was used in it, of each partition."""
        if place not in self._used:
            self._used[place] = [[-1.0, 0.0] for _ in range(self._partitions)]
        return self._used[place]

    def ask(self, at: float, place: str, key: str, units: float) -> None:
        """Note what is asked of a key that many messages share."""
        self.demand[place, key][int(at)] += units  # type: ignore[assignment]


class Items:
    """Items that a transaction is at work on.

    Another one that meets it is cancelled.
    """

    def __init__(self) -> None:
        self._busy_until: dict[tuple[str, str], float] = {}
        self.conflicts = 0

    def hold(self, item: tuple[str, str], at: float) -> bool:
        """Hold an item for a transaction; False where another one holds it."""
        if self._busy_until.get(item, -1.0) > at:
            self.conflicts += 1
            return False
        self._busy_until[item] = at + TRANSACTION_SECONDS
        return True


class Workers:
    """A function's workers: more begin as Lambda allows, up to a bound."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._warm: list[float] = []
        self.begun = 0
        self._begun_at: Counter[int] = Counter()
        self.most_begun_a_second = 0

    def claim(self, at: float) -> bool | None:
        """Return whether a warm worker takes the work.

        False: a new one begins; None: none can be had.
        """
        if self._warm and self._warm[0] <= at:
            heapq.heappop(self._warm)
            return True
        grown = CONCURRENCY_GROWTH * (1 + int(at / GROWTH_SECONDS))
        if self.begun >= min(self._most, grown):
            return None
        self.begun += 1
        self._begun_at[int(at)] += 1
        self.most_begun_a_second = max(self.most_begun_a_second, self._begun_at[int(at)])
        return False

    def release(self, at: float) -> None:
        """Let a worker be free from an instant on."""
        heapq.heappush(self._warm, at)
