"""Log lines of the stack's functions, found by correlation ids."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from botocore.config import Config

from chalicelib.services.clients.aws import client
from chalicelib.services.clients.log_context import CORRELATION_ID

PATIENCE = Config(connect_timeout=3, read_timeout=30, retries={"mode": "adaptive", "total_max_attempts": 8})
IDS_IN_A_PATTERN = 20
"""CloudWatch takes a pattern of 1,024 characters."""
_ENVELOPE = frozenset({"level", "location", "message", "timestamp", "service", "function_request_id", CORRELATION_ID})
_ABOUT_FAULTS = frozenset({"exception", "exception_name", "stack_trace", "xray_trace_id"})


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that a function logged of a message.

    `request`: the id of Lambda's request. `known`: what else the line tells.
    """

    at: dt.datetime
    function: str
    request: str
    level: str
    words: str
    known: Mapping[str, object]


def lines_of(
    functions: Mapping[str, str], ids: Sequence[str], since: dt.datetime, until: dt.datetime
) -> Iterator[LogLine]:
    """Yield the lines that carry some correlation ids, function by function.

    `functions`: their names in AWS by those in the template. Raises ClientError, BotoCoreError.
    """
    for logical, name in sorted(functions.items()):
        for chunk in _chunks(ids):
            yield from _lines(logical, f"/aws/lambda/{name}", chunk, since, until)


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[begin : begin + IDS_IN_A_PATTERN] for begin in range(0, len(ids), IDS_IN_A_PATTERN))


def _lines(function: str, group: str, ids: Sequence[str], since: dt.datetime, until: dt.datetime) -> Iterator[LogLine]:
    logs = client("logs", PATIENCE)
    pattern = " || ".join(f'$.{CORRELATION_ID} = "{correlation_id}"' for correlation_id in ids)
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group,
        startTime=round(since.timestamp() * 1000),
        endTime=round(until.timestamp() * 1000),
        filterPattern=f"{{ {pattern} }}",
    )
    try:
        for page in pages:
            for event in page["events"]:
                line = _line(function, event["message"], event["timestamp"])
                if line is not None and line[0] in ids:
                    yield line[1]
    except logs.exceptions.ResourceNotFoundException:
        return  # the function has not run yet


def _line(function: str, written: str, milliseconds: int) -> tuple[str, LogLine] | None:
    """Read a line that the functions' logger wrote.

    It is None where it is another, as START.
    """
    try:
        line = json.loads(written)
        correlation_id = str(line[CORRELATION_ID])
    except (ValueError, KeyError, TypeError):
        return None
    at = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    with suppress(ValueError, KeyError):
        at = dt.datetime.strptime(str(line["timestamp"]), "%Y-%m-%d %H:%M:%S,%f%z")
    fields = {name: value for name, value in line.items() if name not in _ENVELOPE | _ABOUT_FAULTS}
    if "exception_name" in line:
        fields["fault"] = line["exception_name"]
    request, level = str(line.get("function_request_id", "")), str(line.get("level", ""))
    return correlation_id, LogLine(at, function, request, level, str(line.get("message", "")), fields)
