"""What every log line carries: request id and correlation id.

The latter is of the message that is worked on. Of a fault it carries the traceback once, as far as it has room.
"""

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

CORRELATION_ID = "correlation_id"
LONGEST_TRACEBACK = 3_000
"""Characters of a fault's traceback in a log line: in a bad hour every request logs one."""
_ENDS = 500
_CUT = "\n[…]\n"


class _BoundedTraceback(logging.Filter):
    """Writes a record's fault as text, once and bounded.

    Of one too long it keeps the beginning and the end, where the fault stands.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        if record.exc_info and record.exc_info[0] is not None:
            written = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            record.__dict__.update(exception=_cut(written), exception_name=record.exc_info[0].__name__)
            record.exc_info = None
        return True


def _cut(written: str) -> str:
    if len(written) <= LONGEST_TRACEBACK:
        return written
    return written[:_ENDS] + _CUT + written[_ENDS + len(_CUT) - LONGEST_TRACEBACK :]


# Asked for each line, and in none of ours (docs.python.org/3/howto/logging.html, Optimization).
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
_encode = json.JSONEncoder(default=str, separators=(",", ":"), ensure_ascii=False).encode
logger = Logger()
logger.registered_handler.addFilter(_BoundedTraceback())
if isinstance(logger.registered_formatter, LambdaPowertoolsFormatter):
    # By default every line makes an encoder, and its words are tried as JSON, which ours never are.
    logger.registered_formatter.json_serializer = _encode
    logger.registered_formatter.json_deserializer = str


class CorrelatedRow(Protocol):
    """A row that logs can tell of."""

    @property
    def correlation_id(self) -> str:
        """The id by which they do."""


def log_request(context: object) -> None:
    """Let every line carry the id of Lambda's request.

    Its own lines (START, REPORT) are found by it.
    """
    logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))


@contextmanager
def logged_as(row: CorrelatedRow) -> Iterator[None]:
    """Let this thread's lines carry a row's correlation id meanwhile."""
    before = logger.thread_safe_get_current_keys().get(CORRELATION_ID)
    logger.thread_safe_append_keys(**{CORRELATION_ID: row.correlation_id})
    try:
        yield
    finally:
        logger.thread_safe_append_keys(**{CORRELATION_ID: before})
