"""Providers' settings and secrets: one SecureString a provider in SSM Parameter Store, kept for a minute."""

import json
import os
import time
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.providers.table import known
from chalicelib.services.aws import client

KEPT_SECONDS = 60.0
FRESH_SECONDS = 1.0
_PATIENCE = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


class SecretsUnavailable(Exception):
    """A provider's secrets cannot be read now: whether a request is authentic cannot be decided."""


class NotConfigured(LookupError):
    """This stack has no such provider."""


def provider_secrets(provider: str, *, fresh: bool = False) -> dict[str, Any]:
    """A provider's settings; `fresh`: not older than a few seconds, for a secret that was changed just now.

    Raises NotConfigured, SecretsUnavailable.
    """
    kept = _kept.get(provider)
    if kept is not None and time.monotonic() - kept[0] < (FRESH_SECONDS if fresh else KEPT_SECONDS):
        return kept[1]
    settings = _read(provider)
    _kept[provider] = (time.monotonic(), settings)
    return settings


def configured_providers() -> list[str]:
    """Names of the providers that this stack has settings for; raises SecretsUnavailable.

    Settings of `sns`, which only carries SMS, are those of no provider.
    """
    path = f"{os.environ['BAYKOO_PARAMETERS']}/providers/"
    try:
        pages = client("ssm", _PATIENCE).get_paginator("get_parameters_by_path").paginate(Path=path)
        names = [one["Name"].removeprefix(path) for page in pages for one in page["Parameters"]]
    except (BotoCoreError, ClientError) as fault:
        raise SecretsUnavailable(str(fault)) from fault
    return sorted(name for name in names if known(name) is not None)


def _read(provider: str) -> dict[str, Any]:
    name = f"{os.environ['BAYKOO_PARAMETERS']}/providers/{provider}"
    try:
        written = client("ssm", _PATIENCE).get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        settings = json.loads(written)
    except ClientError as fault:
        if fault.response["Error"]["Code"] == "ParameterNotFound":
            raise NotConfigured(f"no parameter {name}") from fault
        raise SecretsUnavailable(str(fault)) from fault
    except BotoCoreError as fault:
        raise SecretsUnavailable(str(fault)) from fault
    except ValueError as fault:
        raise SecretsUnavailable(f"parameter {name} holds no JSON: {fault}") from fault
    if not isinstance(settings, dict) or not settings:
        raise SecretsUnavailable(f"parameter {name} holds no JSON object with settings")
    return settings
