"""What the Messages table's stream feeds: process takes what came in, deliver what is to go out, and receipts."""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from chalice.app import Blueprint

from chalicelib.entrypoints.alerting import ALERTING_SECONDS, deliver_and_tell, deliver_at_once

if TYPE_CHECKING:
    from chalicelib.store.messages import Message

WORKERS = 4
DELIVER_SECONDS = 30.0
"""Longer after a batch came, none of its rows is begun: carriers may be slow, and sweep takes up what is left."""

Act = Callable[["Message", dt.datetime], object]

logger = Logger()
streams = Blueprint(__name__)


@streams.lambda_function(name="process")
def process(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Process a batch of new SMS, incidents first, and deliver their alerts at once.

    Names those to be offered again (Lambda: "Partial batch responses").
    """
    from chalicelib.services.intake.silence import record_arrival
    from chalicelib.services.processing.process import may_be_urgent
    from chalicelib.services.processing.process import process as process_message

    end = time.monotonic() + ALERTING_SECONDS

    def process_and_alert(message: "Message", now: dt.datetime) -> None:
        deliver_at_once(process_message(message, now), end)
        record_arrival(message)

    return _each(event["Records"], process_and_alert, may_be_urgent)


@streams.lambda_function(name="deliver")
def deliver(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Deliver a batch of new rows of the outbox, alerts first, and match new receipts with what was sent."""
    from chalicelib.services.delivery.deliver import is_alert

    end = time.monotonic() + DELIVER_SECONDS

    def deliver_in_time(message: "Message", now: dt.datetime) -> None:
        if time.monotonic() < end:
            deliver_and_tell(message, now)

    return _each(event["Records"], deliver_in_time, is_alert)


def _each(records: Sequence[dict[str, Any]], act: Act, is_urgent: Callable[["Message"], bool]) -> dict[str, Any]:
    """Act on every record's message, several at a time; a record that fails is offered again, and sweep comes too.

    Records of one batch need no order: merging is independent of it, and a row of the outbox is claimed once. So the
    urgent ones go first.
    """
    from chalicelib.store.messages import Message

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
