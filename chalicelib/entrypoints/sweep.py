"""The function sweep, each minute: whatever is stuck moves on."""

import datetime as dt
import time

from aws_lambda_powertools import Logger

from chalicelib.entrypoints.alerting import ALERTING_SECONDS, deliver_at_once
from chalicelib.entrypoints.metrics import measure
from chalicelib.services.incidents.escalation import escalate_due
from chalicelib.services.intake.silence import measure_silence
from chalicelib.services.summaries.hourly import summarize_due
from chalicelib.services.sweep import Progress
from chalicelib.services.sweep import sweep as sweep_all

SWEEP_SECONDS = 50.0
"""A sweep ends before the next begins; two at once would do no harm, but no good either."""

logger = Logger()


def sweep(event: object, context: object) -> None:
    """Escalate, push on what is stuck, and measure what waits."""
    end = time.monotonic() + SWEEP_SECONDS
    try:
        # First, for what is swept may take all the time.
        deliver_at_once(escalate_due(_now()), time.monotonic() + ALERTING_SECONDS)
    finally:
        swept = sweep_all(lambda: end - time.monotonic(), _now)
        oldest = max(swept.oldest_seconds.values())
        given_up, unmatched = swept.progress[Progress.GIVEN_UP], swept.progress[Progress.UNMATCHED]
        measure(OldestUnfinishedSeconds=oldest, OutboxFailed=given_up, ReceiptsUnmatched=unmatched)
        if swept.progress:
            logger.info("swept", extra={"progress": {what.value: count for what, count in swept.progress.items()}})
    summarize_due(_now(), catching_up=True)
    measure(ProvidersSilent=measure_silence(_now()))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
