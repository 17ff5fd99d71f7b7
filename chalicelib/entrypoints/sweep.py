"""The function sweep, each minute: whatever is stuck moves on."""

import datetime as dt
import time

from aws_lambda_powertools import Logger

from chalicelib.entrypoints.alert_delivery import deliver_at_once
from chalicelib.entrypoints.request_log import logged
from chalicelib.services.clients.metrics import measure
from chalicelib.services.desk.reread import reread_due
from chalicelib.services.incidents.escalation import escalate_due
from chalicelib.services.intake.silence import measure_providers
from chalicelib.services.isolation import RunPart, run_parts, shares_of
from chalicelib.services.ledger.seal import seal_due
from chalicelib.services.summaries.hourly import queue_summaries_due
from chalicelib.services.sweep import Progress
from chalicelib.services.sweep import sweep as sweep_all

ESCALATION_SECONDS = 20.0
SWEEP_SECONDS = 50.0
CATCHING_UP_SECONDS = 20.0
LEDGER_SECONDS = 10.0
SILENCE_SECONDS = 5.0
ASSIGNED_SECONDS = 5.0
"""How long each part begins anything new, the escalations first; the function has 120 seconds for all of them."""

logger = Logger()


@logged
def sweep(event: object, context: object) -> None:
    """Escalate, push on what is stuck, and measure waits.

    One part's failure keeps no other from its turn.
    """
    run_parts(
        "part of sweep",
        (
            RunPart("escalations", ESCALATION_SECONDS, _escalate),
            RunPart("unfinished rows", SWEEP_SECONDS, _push_on),
            RunPart("assigned phones", ASSIGNED_SECONDS, lambda until: reread_due(_now(), until)),
            RunPart("ledger", LEDGER_SECONDS, lambda until: seal_due(_now(), catching_up=True, until=until)),
            RunPart(
                "summaries",
                CATCHING_UP_SECONDS,
                lambda until: queue_summaries_due(_now(), catching_up=True, until=until),
            ),
            RunPart("silence", SILENCE_SECONDS, lambda _: measure(**measure_providers(_now()))),
        ),
    )


def _escalate(until: float) -> None:
    halfway, end = shares_of(until, 2)
    deliver_at_once(escalate_due(_now(), halfway), end)


def _push_on(until: float) -> None:
    swept = sweep_all(lambda: until - time.monotonic(), _now)
    oldest = max(swept.oldest_seconds.values())
    given_up, unmatched = swept.progress[Progress.GIVEN_UP], swept.progress[Progress.UNMATCHED]
    measure(OldestUnfinishedSeconds=oldest, OutboxFailed=given_up, ReceiptsUnmatched=unmatched)
    measure(MessagesHeld=swept.progress[Progress.HELD])
    if swept.progress:
        logger.info("swept", extra={"progress": {what.value: count for what, count in swept.progress.items()}})


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
