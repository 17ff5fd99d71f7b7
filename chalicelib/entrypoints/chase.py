"""The function chase, each minute: reports that are missing."""

import datetime as dt

from aws_lambda_powertools import Logger

from chalicelib.services.outreach.reminders import chase_due

logger = Logger()


def chase(event: object, context: object) -> None:
    """Remind observers of missing reports, and list them to coordinators."""
    chased = chase_due(dt.datetime.now(dt.UTC))
    logger.info("chased", extra={"reminders": chased.reminders, "lists": chased.lists})
