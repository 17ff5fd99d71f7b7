"""Deliver alerts where they are queued, before the stream's turn."""

import datetime as dt
import time
from collections.abc import Iterable

from aws_lambda_powertools import Logger

from chalicelib.observation.sms.states import MessageState
from chalicelib.services.clients.log_context import logged_as
from chalicelib.services.clients.metrics import measure
from chalicelib.services.delivery.deliver import deliver as deliver_message
from chalicelib.services.delivery.receipts import take_receipt
from chalicelib.store.messages import Message
from chalicelib.store.receipts import ReceiptRow

ALERTING_SECONDS = 20.0
"""How long alerts are delivered where they are queued: with a carrier that hangs, whatever waits behind them would wait
longer, and the function's time ends. What is left goes by the stream, as everything else does."""

logger = Logger()


def deliver_at_once(alerts: "Iterable[Message]", end: float) -> None:
    """Deliver alerts that were queued just now.

    Beginning none after `end` (of time.monotonic). Those, and whatever fails here, are left to the stream and to sweep.
    """
    for alert in alerts:
        if time.monotonic() >= end:
            return
        with logged_as(alert):
            try:
                deliver_and_tell(alert, dt.datetime.now(dt.UTC))
            except Exception:
                logger.exception("an alert was not delivered at once")


def deliver_and_tell(row: Message | ReceiptRow, now: dt.datetime) -> None:
    """Deliver a row of the outbox, or match a receipt.

    What is given up by it is measured, for the alarms.
    """
    state = take_receipt(row, now) if isinstance(row, ReceiptRow) else deliver_message(row, now)
    if state == MessageState.FAILED:
        measure(OutboxFailed=1)
