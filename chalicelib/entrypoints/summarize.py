"""The function summarize, each hour."""

import datetime as dt
import time

from aws_lambda_powertools import Logger

from chalicelib.entrypoints.logged import logged
from chalicelib.services.summaries.hourly import summarize_due

SUMMARIZE_SECONDS = 240.0
"""How long summaries are begun; the function has 300 seconds."""

logger = Logger()


@logged
def summarize(event: object, context: object) -> None:
    """Send this hour's summaries of every election that is under way."""
    queued = summarize_due(dt.datetime.now(dt.UTC), until=time.monotonic() + SUMMARIZE_SECONDS)
    logger.info("summaries queued", extra={"messages": queued})
