"""What the Messages table's stream feeds: process takes what came in, deliver what is to go out."""

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from chalice.app import Blueprint

from chalicelib.entrypoints.metrics import measure

if TYPE_CHECKING:
    from chalicelib.store.messages import Message

WORKERS = 4
logger = Logger()
streams = Blueprint(__name__)


@streams.lambda_function(name="process")
def process(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Process a batch of new SMS; names those to be offered again (Lambda: "Partial batch responses")."""
    from chalicelib.services.process import process as process_message

    return _each(event["Records"], process_message)


@streams.lambda_function(name="deliver")
def deliver(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Deliver a batch of new rows of the outbox, alerts first."""
    from chalicelib.services.deliver import FAILED
    from chalicelib.services.deliver import deliver as deliver_message

    def deliver_and_tell(message: "Message", now: dt.datetime) -> None:
        if deliver_message(message, now) == FAILED:
            measure(OutboxFailed=1)

    return _each(event["Records"], deliver_and_tell)


def _each(records: Sequence[dict[str, Any]], act: Callable[["Message", dt.datetime], object]) -> dict[str, Any]:
    """Act on every record's message, several at a time; a record that fails is offered again, and sweep comes too.

    Records of one batch need no order: merging is independent of it, and a row of the outbox is claimed once.
    """
    from chalicelib.store.messages import Message

    def attempt(record: dict[str, Any]) -> dict[str, str] | None:
        try:
            act(Message.from_raw_data(record["dynamodb"]["NewImage"]), dt.datetime.now(dt.UTC))
        except Exception:
            logger.exception("a record failed", extra={"sequence": record["dynamodb"]["SequenceNumber"]})
            return {"itemIdentifier": record["dynamodb"]["SequenceNumber"]}
        return None

    urgent_first = sorted(records, key=lambda record: not _is_alert(record))
    with ThreadPoolExecutor(WORKERS) as workers:
        failures = [failure for failure in workers.map(attempt, urgent_first) if failure]
    return {"batchItemFailures": failures}


def _is_alert(record: dict[str, Any]) -> bool:
    pending: str = record["dynamodb"]["NewImage"].get("pending", {}).get("S", "")
    return pending.startswith("alert#")
