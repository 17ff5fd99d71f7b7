"""Process an SMS that may open an incident at once.

It does not wait for the stream: process is called for it as soon as it is stored. The stream still brings it, and sweep
after that; the message's own state lets it count once. So whatever fails here costs nothing but the time that was to be
won.
"""

import json
import os
import re
import time
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from aws_lambda_powertools import Logger
from botocore.config import Config

from chalicelib.services.clients.aws import intake_client
from chalicelib.store.messages import Message
from chalicelib.store.routes import route_to

logger = Logger()

CALLS_PER_PHONE_AND_MINUTE = 5
"""So often a minute one worker calls process for one phone. Each call has a worker of process to itself, so a flood
would take those that somebody else's incident needs; the rest of it comes by the stream."""
MOST_PHONES = 1000
"""Phones whose calls a worker remembers; the oldest are forgotten."""

# A provider waits for its answer meanwhile.
_PATIENCE = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
_compiled = lru_cache(maxsize=32)(re.compile)
_calls: dict[str, list[float]] = {}


def process_at_once(stored: Sequence[Message]) -> None:
    """Call process for urgent messages, without waiting; never raises.

    They may open an incident. Never raises.
    """
    function = os.environ.get("BAYKOO_PROCESS")
    if function is None:
        return
    try:
        urgent = [message for message in stored if _may_open_incident(message) and _is_within_budget(message)]
        if urgent:
            records = [{"dynamodb": {"SequenceNumber": row.key, "NewImage": row.serialize()}} for row in urgent]
            payload = json.dumps({"Records": records})
            intake_client("lambda", _PATIENCE).invoke(FunctionName=function, InvocationType="Event", Payload=payload)
    except Exception:
        logger.exception("not processed at once")


def _may_open_incident(message: Message) -> bool:
    """Tell whether a message may open an incident.

    A part of a long SMS by what stands in the others, and few but incidents are long.
    """
    route = route_to(message.recipient or "")
    if route is None or route.incidents is None:
        return False
    if message.part is not None:
        return True
    return _compiled(route.incidents).search(unicodedata.normalize("NFKC", message.text or "")) is not None


def _is_within_budget(message: Message) -> bool:
    """Count a call for the message's phone; False over its budget.

    A phone has so many calls in a minute.
    """
    now = time.monotonic()
    calls = [at for at in _calls.pop(message.sender or "", ()) if now - at < 60]
    within = len(calls) < CALLS_PER_PHONE_AND_MINUTE
    _calls[message.sender or ""] = [*calls, now] if within else calls
    if len(_calls) > MOST_PHONES:
        del _calls[next(iter(_calls))]
    return within
