"""A batch of the Messages table's stream, each record by itself.

Powertools' batch processor takes records in their order; here the urgent go first, and several at a time.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from aws_lambda_powertools import Logger

from chalicelib.services.clients.log_context import logged_as
from chalicelib.store.queues import QueuedRow

WORKERS = 4

Row = TypeVar("Row", bound=QueuedRow)

logger = Logger()


def each_record(
    records: Sequence[dict[str, Any]],
    read: Callable[[dict[str, Any]], Row],
    act: Callable[[Row, dt.datetime], object],
    is_urgent: Callable[[Row], bool],
    sender_of: Callable[[Row], str | None] = lambda _: None,
) -> dict[str, Any]:
    """Act on every record's row; return the failed records.

    A row is read from its record's image.

    Several at a time. A failed record is offered again (Lambda: "Partial batch responses"), and sweep comes too.
    Records of one batch need no order: merging is independent of it, and a row of the outbox is claimed once. So the
    urgent ones go first, and of each known sender one before anybody's second.
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
        with logged_as(row):
            try:
                act(row, dt.datetime.now(dt.UTC))
            except Exception:
                logger.exception("a record failed", extra={"sequence": sequence})
                return {"itemIdentifier": sequence}
        return None

    with ThreadPoolExecutor(WORKERS) as workers:
        attempted = workers.map(attempt, _in_turn(rows, sender_of))
        failed += [failure for failure in attempted if failure]
    return {"batchItemFailures": failed}


def _in_turn(
    rows: Sequence[tuple[bool, str, Row]], sender_of: Callable[[Row], str | None]
) -> list[tuple[bool, str, Row]]:
    """Sort the urgent first, then by the sender's rows before."""
    before: Counter[tuple[bool, str | None]] = Counter()
    turns: list[int] = []
    for is_urgent, _, row in rows:
        turns.append(before[is_urgent, sender_of(row)])
        before[is_urgent, sender_of(row)] += 1
    return [row for _, row in sorted(zip(turns, rows, strict=True), key=lambda turn: (not turn[1][0], turn[0]))]
