"""A room of simulated operators, and how fast it works."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import urllib3

from chalicelib.rehearsal.latency import Latency
from chalicelib.rehearsal.operators.api import OperatorsApi
from chalicelib.rehearsal.operators.operator import HandledTask, SimulatedOperator

IDLE_SECONDS: Final = 5.0
"""How long an operator whose queues are empty waits before looking again: as long as the page does."""
SETTLED_SECONDS: Final = 70.0
"""The schedule fills queues each minute: they are empty when nothing has come for longer."""
LONGEST_SECONDS: Final = 1800.0
"""How long operators go on after the day, at most."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue's tasks: seconds from waiting to done, and requests for each."""

    kind: str
    waited: Latency
    requests: Latency


@dataclass(frozen=True, slots=True)
class CallCentreResult:
    """What a room of operators did, and what it left.

    `called_by_two`: how often two had the same station at once. `differences`: what an audit found afterwards.
    """

    operators: int
    queues: tuple[Queue, ...]
    outcomes: Mapping[str, int]
    called_by_two: int
    left: Mapping[str, int]
    differences: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left, nothing was done twice, and all adds up."""
        return not any(self.left.values()) and not self.called_by_two and not self.differences


class CallCentre:
    """Operators who work side by side until they are told to stop."""

    def __init__(self, base: str, election_id: str, tokens: Sequence[str], pause_seconds: float = 0) -> None:
        pool = urllib3.PoolManager(maxsize=len(tokens) + 1)
        self._apis = [OperatorsApi(base, election_id, token, pool) for token in tokens]
        self._pause = pause_seconds
        self._stopping = threading.Event()
        self._workers = ThreadPoolExecutor(len(tokens), thread_name_prefix="operator")
        self._working: list[Future[list[HandledTask]]] = []
        self._last_work = time.monotonic()

    def begin(self) -> None:
        """Let every operator begin."""
        self._working = [self._workers.submit(self._work, api, place) for place, api in enumerate(self._apis)]

    def finish(
        self, audit: Callable[[], tuple[str, ...]], settled_seconds: float = SETTLED_SECONDS
    ) -> CallCentreResult:
        """Wait until the queues stay empty, and report on the work."""
        end = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < end and not self._is_settled(settled_seconds):
            time.sleep(IDLE_SECONDS)
        left = self._waiting()
        self._stopping.set()
        handled = [task for work in self._working for task in work.result()]
        self._workers.shutdown()
        return CallCentreResult(
            operators=len(self._apis),
            queues=tuple(_queues(handled)),
            outcomes=Counter(f"{task.kind}: {task.outcome}" for task in handled),
            called_by_two=called_by_two(handled),
            left=left,
            differences=audit(),
        )

    def _work(self, api: OperatorsApi, place: int) -> list[HandledTask]:
        operator, handled = SimulatedOperator(api, self._pause), []
        self._stopping.wait(IDLE_SECONDS * place / len(self._apis))
        while not self._stopping.is_set():
            task = operator.work()
            if task is None:
                self._stopping.wait(IDLE_SECONDS)
            else:
                handled.append(task)
                self._last_work = time.monotonic()
        return handled

    def _is_settled(self, seconds: float) -> bool:
        ended = [work for work in self._working if work.done()]
        return bool(ended) or time.monotonic() - self._last_work > seconds

    def _waiting(self) -> Mapping[str, int]:
        shown = self._apis[0].get("tasks")
        queues = shown.document["queues"] if shown.is_done else {}
        return {kind: queue["waiting"] for kind, queue in queues.items()}


def called_by_two(handled: Iterable[HandledTask]) -> int:
    """Count how often two operators had the same station at once."""
    calls = sorted((task.key, task.taken_at, task.given_back_at) for task in handled if task.kind == "call")
    return sum(before[0] == after[0] and after[1] < before[2] for before, after in pairwise(calls))


def _queues(handled: Sequence[HandledTask]) -> Iterable[Queue]:
    for kind in sorted({task.kind for task in handled}):
        done = [task for task in handled if task.kind == kind]
        waited = Latency.of(max(0.0, task.done_at - task.since) for task in done)
        requests = Latency.of(float(task.requests) for task in done)
        if waited is not None and requests is not None:
            yield Queue(kind, waited, requests)
