"""The function deliver: outgoing rows and receipts from the stream."""

import datetime as dt
import time
from typing import Any

from chalicelib.entrypoints.alert_delivery import deliver_and_tell
from chalicelib.entrypoints.batch import each_record
from chalicelib.entrypoints.request_log import logged
from chalicelib.services.feed import Told, tell_feed, told_of_outgoing
from chalicelib.store.message_queries import row_of
from chalicelib.store.messages import Message
from chalicelib.store.receipts import ReceiptRow

DELIVER_SECONDS = 30.0
"""Longer after a batch came, none of its rows is begun: carriers may be slow, and sweep takes up what is left."""


@logged
def deliver(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Deliver a batch of outgoing rows, alerts first, and match receipts."""
    end = time.monotonic() + DELIVER_SECONDS
    feed: list[Told | None] = []

    def deliver_in_time(row: Message | ReceiptRow, now: dt.datetime) -> None:
        if isinstance(row, Message):
            feed.append(told_of_outgoing(row))
        if time.monotonic() < end:
            deliver_and_tell(row, now)

    failures = each_record(event["Records"], row_of, deliver_in_time, _is_alert)
    tell_feed(feed, dt.datetime.now(dt.UTC))
    return failures


def _is_alert(row: Message | ReceiptRow) -> bool:
    return isinstance(row, Message) and row.is_alert
