"""The function chase, each minute: reports that are missing."""

import datetime as dt
import time

from aws_lambda_powertools import Logger

from chalicelib.entrypoints.logged import logged
from chalicelib.services.outreach.reminders import chase_due

CHASE_SECONDS = 240.0
"""How long elections are begun; the function has 300 seconds."""

logger = Logger()


@logged
def chase(event: object, context: object) -> None:
    """Remind observers of missing reports, and list them to coordinators."""
    chased = chase_due(dt.datetime.now(dt.UTC), until=time.monotonic() + CHASE_SECONDS)
    logger.info("chased", extra={"reminders": chased.reminders, "lists": chased.lists})
