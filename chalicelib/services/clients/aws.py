"""Clients of AWS's services other than DynamoDB, made on first use.

By botocore, which boto3 is made of: boto3 loads its S3 transfers too, a tenth of a second of every cold start for
something that Baykoo does not do.
"""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import get_session


@cache
def client(service: str, patience: Config) -> Any:
    """A client that waits and repeats no longer than `patience` says."""
    return get_session().create_client(service, config=patience)
