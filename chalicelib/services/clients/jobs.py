"""Have a job begun.

By the function that does what outlives a request.
"""

import datetime as dt
import json
import os

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.services.clients.aws import client
from chalicelib.store.jobs import Kind

DIES_AFTER = dt.timedelta(minutes=3)
"""A job that has not told of itself for so long has died with its function, and may be begun again."""
_PATIENCE = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2})

logger = Logger()


def begin(election_id: str, kind: Kind, job_id: str) -> None:
    """Call the function that does a job, without waiting for it.

    Where that fails the job waits, and showing it calls again.
    """
    payload = json.dumps({"election": election_id, "kind": kind, "job": job_id})
    try:
        lambdas = client("lambda", _PATIENCE)
        lambdas.invoke(FunctionName=os.environ["BAYKOO_JOB"], InvocationType="Event", Payload=payload.encode())
    except (BotoCoreError, ClientError):
        logger.exception("a job was not begun")
