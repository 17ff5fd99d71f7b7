"""The function chase, each minute: missing reports, and what operators see."""

import datetime as dt

from aws_lambda_powertools import Logger

from chalicelib.entrypoints.request_log import logged
from chalicelib.services.isolation import RunPart, run_parts
from chalicelib.services.outreach.reminders import ChaseResult, chase_due
from chalicelib.services.outreach.sends import push_on_due
from chalicelib.services.upkeep.upkeep import keep_up_due

CHASE_SECONDS = 180.0
UPKEEP_SECONDS = 50.0
SENDS_SECONDS = 45.0
"""How long elections are begun; the function has 300 seconds. Whoever is missing is asked first."""

logger = Logger()


@logged
def chase(event: object, context: object) -> None:
    """Remind of missing reports, list them, and keep up the board."""
    now = dt.datetime.now(dt.UTC)
    done = run_parts(
        "part of chase",
        [
            RunPart("reminders", CHASE_SECONDS, lambda until: chase_due(now, until=until)),
            RunPart("sends", SENDS_SECONDS, lambda until: push_on_due(until, lambda: dt.datetime.now(dt.UTC))),
            RunPart("upkeep", UPKEEP_SECONDS, lambda until: keep_up_due(now, until=until)),
        ],
    )
    chased = next((result for result in done.results if isinstance(result, ChaseResult)), ChaseResult())
    logger.info("chased", extra={"reminders": chased.reminders, "lists": chased.lists})
