"""What runs by the clock: sweep and chase each minute, reconcile every ten, summaries each hour."""

import datetime as dt
import time

from aws_lambda_powertools import Logger
from chalice.app import Blueprint, CloudWatchEvent, Cron, Rate

from chalicelib.entrypoints.alerting import ALERTING_SECONDS, deliver_at_once
from chalicelib.entrypoints.metrics import measure

SWEEP_SECONDS = 50.0
"""A sweep ends before the next begins; two at once would do no harm, but no good either."""

logger = Logger()
schedules = Blueprint(__name__)


@schedules.schedule(Rate(1, unit=Rate.MINUTES), name="sweep")
def sweep(event: CloudWatchEvent) -> None:
    """Push on whatever is stuck, tell the alarms what waits and who is silent, and escalate incidents."""
    from chalicelib.services.incidents.escalation import escalate_due
    from chalicelib.services.intake.silence import measure_silence
    from chalicelib.services.summaries.hourly import summarize_due
    from chalicelib.services.sweep import Progress
    from chalicelib.services.sweep import sweep as sweep_all

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


@schedules.schedule(Cron(0, "*", "*", "*", "?", "*"), name="summarize")
def summarize(event: CloudWatchEvent) -> None:
    """Send this hour's summaries of every election that is under way."""
    from chalicelib.services.summaries.hourly import summarize_due

    logger.info("summaries queued", extra={"messages": summarize_due(_now())})


@schedules.schedule(Rate(1, unit=Rate.MINUTES), name="chase")
def chase(event: CloudWatchEvent) -> None:
    """Remind observers of what is missing, and give their coordinators the list."""
    from chalicelib.services.outreach.reminders import chase_due

    chased = chase_due(_now())
    logger.info("chased", extra={"reminders": chased.reminders, "lists": chased.lists})


@schedules.schedule(Rate(10, unit=Rate.MINUTES), name="reconcile")
def reconcile(event: CloudWatchEvent) -> None:
    """While an election is under way, take in what providers list and their webhooks never brought."""
    from chalicelib.services.intake.reconcile import reconcile_all
    from chalicelib.services.intake.silence import hours_began

    if hours_began(_now()) is not None:
        found = reconcile_all(_now())
        measure(MessagesReconciled=found.taken_in, ListedUnreadable=found.unreadable)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
