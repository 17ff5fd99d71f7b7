"""The function summarize, each hour."""

import datetime as dt

from aws_lambda_powertools import Logger

from chalicelib.services.summaries.hourly import summarize_due

logger = Logger()


def summarize(event: object, context: object) -> None:
    """Send this hour's summaries of every election that is under way."""
    logger.info("summaries queued", extra={"messages": summarize_due(dt.datetime.now(dt.UTC))})
