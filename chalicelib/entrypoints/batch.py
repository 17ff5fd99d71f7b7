"""A batch of the Messages table's stream, each record by itself.

Powertools' batch processor takes records in their order; here the urgent go first, and several at a time.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aws_lambda_powertools import Logger

from chalicelib.store.messages import Message

WORKERS = 4

Act = Callable[[Message, dt.datetime], object]

logger = Logger()


def each_record(records: Sequence[dict[str, Any]], act: Act, is_urgent: Callable[[Message], bool]) -> dict[str, Any]:
    """Act on every record's message; return the failed ones.

    Several at a time. A failed record is offered again (Lambda: "Partial batch responses"), and sweep comes too.
    Records of one batch need no order: merging is independent of it, and a row of the outbox is claimed once. So the
    urgent ones go first.
    """
    failed: list[dict[str, str]] = []
    rows: list[tuple[bool, str, Message]] = []
    for record in records:
        sequence = record["dynamodb"]["SequenceNumber"]
        try:
            message = Message.from_raw_data(record["dynamodb"]["NewImage"])
        except Exception:
            logger.exception("a record cannot be read", extra={"sequence": sequence})
            failed.append({"itemIdentifier": sequence})
        else:
            rows.append((is_urgent(message), sequence, message))

    def attempt(row: tuple[bool, str, Message]) -> dict[str, str] | None:
        _, sequence, message = row
        try:
            act(message, dt.datetime.now(dt.UTC))
        except Exception:
            logger.exception("a record failed", extra={"sequence": sequence})
            return {"itemIdentifier": sequence}
        return None

    with ThreadPoolExecutor(WORKERS) as workers:
        attempted = workers.map(attempt, sorted(rows, key=lambda row: not row[0]))
        failed += [failure for failure in attempted if failure]
    return {"batchItemFailures": failed}
