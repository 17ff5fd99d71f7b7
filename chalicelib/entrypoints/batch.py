"""A batch of the Messages table's stream, each record by itself.

Powertools' batch processor takes records in their order; here the urgent go first, and several at a time.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from aws_lambda_powertools import Logger

from chalicelib.store.queues import QueuedRow

WORKERS = 4

Row = TypeVar("Row", bound=QueuedRow)

logger = Logger()


def each_record(
    records: Sequence[dict[str, Any]],
    read: Callable[[dict[str, Any]], Row],
    act: Callable[[Row, dt.datetime], object],
    is_urgent: Callable[[Row], bool],
) -> dict[str, Any]:
    """Act on every record's row, read from its image; return the failed ones.

    Several at a time. A failed record is offered again (Lambda: "Partial batch responses"), and sweep comes too.
    Records of one batch need no order: merging is independent of it, and a row of the outbox is claimed once. So the
    urgent ones go first.
    """
    failed: list[dict[str, str]] = []
    rows: list[tuple[bool, str, Row]] = []
    for record in records:
        sequence = record["dynamodb"]["SequenceNumber"]
        try:
            row = read(record["dynamodb"]["NewImage"])
        except Exception:
            logger.exception("a record cannot be read", extra={"sequence": sequence})
            failed.append({"itemIdentifier": sequence})
        else:
            rows.append((is_urgent(row), sequence, row))

    def attempt(urgent_row: tuple[bool, str, Row]) -> dict[str, str] | None:
        _, sequence, row = urgent_row
        try:
            act(row, dt.datetime.now(dt.UTC))
        except Exception:
            logger.exception("a record failed", extra={"sequence": sequence})
            return {"itemIdentifier": sequence}
        return None

    with ThreadPoolExecutor(WORKERS) as workers:
        attempted = workers.map(attempt, sorted(rows, key=lambda urgent_row: not urgent_row[0]))
        failed += [failure for failure in attempted if failure]
    return {"batchItemFailures": failed}
