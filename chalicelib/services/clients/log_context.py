"""What every log line carries: request id and correlation id.

The latter is of the message that is worked on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from aws_lambda_powertools import Logger

CORRELATION_ID = "correlation_id"

logger = Logger()


class Correlated(Protocol):
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
def logged_as(row: Correlated) -> Iterator[None]:
    """Let this thread's lines carry a row's correlation id meanwhile."""
    before = logger.thread_safe_get_current_keys().get(CORRELATION_ID)
    logger.thread_safe_append_keys(**{CORRELATION_ID: row.correlation_id})
    try:
        yield
    finally:
        logger.thread_safe_append_keys(**{CORRELATION_ID: before})
