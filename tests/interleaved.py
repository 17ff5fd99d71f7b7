"""Two workers on a DynamoDB in memory, whose calls come in an order that a test chooses."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fake_dynamodb import FakeDynamoDB

Worker = Callable[[], object]
_PATIENCE_SECONDS = 20


class InterleavedDynamoDB(FakeDynamoDB):
    """A call of a worker is made when it is that worker's turn; of whoever is no worker, at once."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self._order: list[int] = []
        self._working: set[int] = set()
        self._turn = threading.Condition()
        self._worker = threading.local()

    def play(self, order: Sequence[int], workers: Sequence[Worker]) -> list[Any]:
        """Run the workers, their first calls in this order of their places; then one after the other."""
        self._order, self._working, self.calls = list(order), set(range(len(workers))), 0
        with ThreadPoolExecutor(len(workers)) as threads:
            running = [threads.submit(self._run, place, worker) for place, worker in enumerate(workers)]
            return [thread.result(_PATIENCE_SECONDS) for thread in running]

    def _run(self, place: int, worker: Worker) -> object:
        self._worker.place = place
        try:
            return worker()
        finally:
            with self._turn:
                self._working.discard(place)
                self._turn.notify_all()

    def _make_api_call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        place = getattr(self._worker, "place", None)
        if place is None:
            return super()._make_api_call(operation, parameters)
        with self._turn:
            assert self._turn.wait_for(lambda: self._next() == place, _PATIENCE_SECONDS), "nobody's turn comes"
            self._order[:1] = []
            self.calls += 1
            try:
                return super()._make_api_call(operation, parameters)
            finally:
                self._turn.notify_all()

    def _next(self) -> int:
        while self._order and self._order[0] not in self._working:
            self._order.pop(0)
        return self._order[0] if self._order else min(self._working)


def orders(calls: int, step: int = 1) -> Iterator[list[int]]:
    """Yield every order of two workers' calls in which each is interrupted once at the most.

    `calls`: how many a worker makes alone. One makes some, the other some, then the first ends, then the other.
    """
    for first in range(0, calls + 1, step):
        for second in range(0, calls + 1, step):
            yield [0] * first + [1] * second + [0] * (3 * calls)
