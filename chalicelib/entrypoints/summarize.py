"""The function summarize, each hour."""

import datetime as dt

from aws_lambda_powertools import Logger

from chalicelib.entrypoints.request_log import logged
from chalicelib.services.isolation import RunPart, run_parts
from chalicelib.services.ledger.seal import seal_due
from chalicelib.services.summaries.hourly import queue_summaries_due

LEDGER_SECONDS = 45.0
SUMMARIZE_SECONDS = 240.0
REST_SECONDS = 500.0
"""How long each part begins anything; the function has 900 seconds. The ledger comes first, for summaries tell its
root, and goes on after them where a nation's hour was too much for it."""

logger = Logger()


@logged
def summarize(event: object, context: object) -> None:
    """Seal the hour, and send its summaries of every election."""
    now = dt.datetime.now(dt.UTC)
    run_parts(
        "part of summarize",
        (
            RunPart("ledger", LEDGER_SECONDS, lambda until: seal_due(now, until=until)),
            RunPart("summaries", SUMMARIZE_SECONDS, lambda until: _summarize(now, until)),
            RunPart("the ledger's rest", REST_SECONDS, lambda until: seal_due(now, until=until)),
        ),
    )


def _summarize(now: dt.datetime, until: float) -> None:
    queued = queue_summaries_due(now, until=until)
    logger.info("summaries queued", extra={"messages": queued})
