"""How fast this machine is, beside the one whose processor times are written down."""

import json
import statistics
import time
from functools import cache

SECONDS = 0.0042
"""Processor time of `_work` there: its reading of 37,300 clean SMS a second, beside both on another machine."""
TIMES = 9


@cache
def slowness() -> float:
    """How many times as long work takes here; 1 where this machine is no slower."""
    return max(1.0, statistics.median(_timed() for _ in range(TIMES)) / SECONDS)


def _timed() -> float:
    begun = time.process_time()
    _work()
    return time.process_time() - begun


def _work() -> None:
    for _ in range(10):
        json.loads(json.dumps({str(number): [number] * 5 for number in range(500)}))
        sorted((str(number * 7919 % 1000), number) for number in range(500))
