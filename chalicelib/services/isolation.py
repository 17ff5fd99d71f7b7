"""Act on many things; one that fails stops no other.

The one mechanism for every loop over elections, regions, coordinators, watches, digests, rows and providers:
tests/unit/isolation/test_isolated_loops.py finds loops over those that do without it.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from aws_lambda_powertools import Logger

from chalicelib.services.clients.metrics import measure

Thing = TypeVar("Thing")
Result_co = TypeVar("Result_co", covariant=True)
NO_DEADLINE = float("inf")

logger = Logger()


@dataclass(frozen=True, slots=True)
class LoopResult(Generic[Result_co]):
    """Results in order, and names of what failed or was left.

    `left`: there was no time for them.
    """

    results: tuple[Result_co, ...] = ()
    failed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every thing was done."""
        return not self.failed and not self.left


@dataclass(frozen=True, slots=True)
class RunPart:
    """A part of a scheduled run, with its deadline.

    It begins nothing new after so many `seconds`, told as `until` (time.monotonic).
    """

    name: str
    seconds: float
    act: Callable[[float], object]


def for_each(
    kind: str,
    things: Iterable[Thing],
    act: Callable[[Thing], Result_co],
    *,
    until: float = NO_DEADLINE,
    name: Callable[[Thing], str] = str,
) -> LoopResult[Result_co]:
    """Act on each thing, beginning none after `until` (time.monotonic).

    One that fails is logged by `kind` and `name` (which must tell no phone) and counted in the metric PartsFailed;
    the first fault of each type is logged with its traceback.
    """
    results: list[Result_co] = []
    failed: list[str] = []
    left: list[str] = []
    faults: set[type[Exception]] = set()
    for thing in things:
        if time.monotonic() >= until:
            left.append(name(thing))
            continue
        try:
            results.append(act(thing))
        except Exception as fault:
            failed.append(name(thing))
            known = {"kind": kind, "thing": failed[-1], "fault": type(fault).__name__}
            logger.error("one failed, the others go on", extra=known, exc_info=type(fault) not in faults)  # noqa: TRY400
            faults.add(type(fault))
    if failed:
        measure(PartsFailed=len(failed))
    if left:
        logger.warning("no time was left", extra={"kind": kind, "left": len(left), "first": left[0]})
    return LoopResult(tuple(results), tuple(failed), tuple(left))


def in_turn(things: Iterable[Thing], now: dt.datetime) -> list[Thing]:
    """Return things with another one first each minute.

    Where there is time for some alone, none is left for ever.
    """
    listed = list(things)
    first = int(now.timestamp() // 60) % len(listed) if listed else 0
    return [*listed[first:], *listed[:first]]


def shares_of(until: float, count: int) -> list[float]:
    """Return deadlines that share equally what time is left.

    What one leaves, the next ones have.
    """
    begin = time.monotonic()
    return [begin + (until - begin) * place / count for place in range(1, count + 1)]


def run_parts(run: str, parts: Iterable[RunPart]) -> LoopResult[object]:
    """Carry out a run's parts in order, each with its deadline.

    Whatever became of others.
    """
    begun = ((part.name, partial(_run, part)) for part in parts)
    return for_each(run, begun, lambda part: part[1](), name=lambda part: part[0])


def _run(part: RunPart) -> object:
    return part.act(time.monotonic() + part.seconds)
