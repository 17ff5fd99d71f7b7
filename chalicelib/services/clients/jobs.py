"""Have a job begun, and what a fault makes of it.

The function that does what outlives a request begins it.
"""

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.services.clients.aws import client
from chalicelib.services.clients.bucket import BucketRefused, BucketUnavailable
from chalicelib.store import jobs
from chalicelib.store.jobs import JobRow, Kind
from chalicelib.store.tables import StoreUnavailable

DIES_AFTER = dt.timedelta(minutes=3)
"""A job that has not told of itself for so long has died with its function, and may be begun again."""
_PATIENCE = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2})

logger = Logger()


def begin(election_id: str, kind: Kind, job_id: str) -> None:
    """Call the function that does a job, without waiting for it.

    If that fails the job waits, and showing it calls again.
    """
    payload = json.dumps({"election": election_id, "kind": kind, "job": job_id})
    try:
        lambdas = client("lambda", _PATIENCE)
        lambdas.invoke(FunctionName=os.environ["BAYKOO_JOB"], InvocationType="Event", Payload=payload.encode())
    except (BotoCoreError, ClientError):
        logger.exception("a job was not begun")


def with_type(fault: Exception) -> str:
    """Return a fault's words after its type."""
    return f"{type(fault).__name__}: {fault}"


@contextmanager
def ended_by_faults(
    row: JobRow, clock: Callable[[], dt.datetime], words: Callable[[Exception], str] = str
) -> Iterator[None]:
    """Have a fault in the block end a job.

    It has failed then, with the fault's words. What may pass by itself lets it wait instead and is raised: Lambda calls
    the function once more, and showing the job does too. Raises StoreUnavailable, BucketUnavailable.
    """
    try:
        yield
    except Exception as fault:
        if isinstance(fault, BucketUnavailable | StoreUnavailable) and not isinstance(fault, BucketRefused):
            with suppress(StoreUnavailable):  # then it counts as dead soon, and is begun again too
                jobs.put_back(row, clock())
            raise
        logger.exception("a job failed")
        jobs.fail(row, words(fault), clock())
