"""Clients of AWS's services other than DynamoDB, made on first use.

They are boto3's, but for those that intake makes: importing boto3 takes a tenth more processor time than all that
intake loads, and botocore's session makes the same clients.
"""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import get_session


@cache
def client(service: str, patience: Config) -> Any:
    """Make a client that waits and repeats no longer than `patience` says."""
    import boto3  # noqa: PLC0415 - imported where it is used

    # A session of its own: boto3's default one is made by whichever thread comes first.
    made: Any = boto3.Session().client(service, config=patience)  # type: ignore[call-overload]
    return made


@cache
def intake_client(service: str, patience: Config) -> Any:
    """Make the same without boto3, for what intake calls."""
    return get_session().create_client(service, config=patience)
