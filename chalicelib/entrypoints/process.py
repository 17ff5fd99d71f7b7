"""The function process: new SMS from the Messages table's stream."""

import datetime as dt
import time
from typing import Any

from chalicelib.entrypoints.alert_delivery import ALERTING_SECONDS, deliver_at_once
from chalicelib.entrypoints.batch import each_record
from chalicelib.entrypoints.request_log import logged
from chalicelib.services.feed import Told, tell_feed, told_of_incoming
from chalicelib.services.intake.silence import record_arrival
from chalicelib.services.processing.process import is_processed, may_be_urgent
from chalicelib.services.processing.process import process as process_message
from chalicelib.store.messages import Message
from chalicelib.store.outcome import Outcome


@logged
def process(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Process a batch of SMS, incidents first, and deliver their alerts."""
    end = time.monotonic() + ALERTING_SECONDS
    feed: list[Told | None] = []
    is_stream = any("eventSource" in record for record in event["Records"])

    def note(outcome: Outcome) -> None:
        election = outcome.election.id if outcome.election is not None else None
        feed.append(told_of_incoming(outcome.message, election, outcome.texts))

    def process_and_alert(message: Message, now: dt.datetime) -> None:
        if not (is_stream and may_be_urgent(message) and is_processed(message)):
            deliver_at_once(process_message(message, now, note), end)
        record_arrival(message)

    failures = each_record(
        event["Records"], Message.from_raw_data, process_and_alert, may_be_urgent, lambda message: message.sender
    )
    tell_feed(feed, dt.datetime.now(dt.UTC))
    return failures
