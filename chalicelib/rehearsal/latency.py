"""How long something took, in percentiles."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds that something took, over `count` times (nearest-rank percentiles)."""

    count: int
    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> "Latency | None":
        """None of nothing."""
        ranked = sorted(seconds)
        if not ranked:
            return None
        p50, p95, p99 = (ranked[math.ceil(len(ranked) * share) - 1] for share in (0.50, 0.95, 0.99))
        return cls(len(ranked), p50, p95, p99)
