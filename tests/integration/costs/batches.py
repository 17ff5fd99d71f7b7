"""Many rows written by several threads at once, for tests."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pynamodb.models import Model

WORKERS = 6
BATCH = 25


def in_batches(model: type[Model], rows: Sequence[Any], act: Callable[[Any, Any], None]) -> None:
    def one_batch(begin: int) -> None:
        with model.batch_write() as batch:
            for row in rows[begin : begin + BATCH]:
                act(batch, row)

    with ThreadPoolExecutor(WORKERS) as several:
        list(several.map(one_batch, range(0, len(rows), BATCH)))
