"""Providers' settings and secrets: one SecureString a provider in SSM Parameter Store, kept for a minute."""

import json
import os
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.providers.table import known
from chalicelib.services.clients.aws import client
from chalicelib.store.ttl_cache import TtlCache

KEPT_SECONDS = 60.0
FRESH_SECONDS = 1.0
ABSENT_SECONDS = 5.0
"""How long a name without settings is not asked for again: anybody can call a webhook by a name that he makes up."""
KEPT_AT_MOST = 200
_PATIENCE = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
_kept: TtlCache[str, dict[str, Any] | None] = TtlCache(KEPT_SECONDS, absent_seconds=ABSENT_SECONDS, most=KEPT_AT_MOST)
"""Each name's settings, None where it has none."""


class SecretsUnavailable(Exception):
    """A provider's secrets cannot be read now: whether a request is authentic cannot be decided."""


class NotConfigured(LookupError):
    """This stack has no such provider."""


def provider_secrets(provider: str, *, fresh: bool = False) -> dict[str, Any]:
    """A provider's settings; `fresh`: not older than a few seconds, for a secret that was changed just now.

    Raises NotConfigured, SecretsUnavailable.
    """
    settings = _kept.get(provider, lambda: _read(provider), within=FRESH_SECONDS if fresh else None)
    if settings is None:
        raise NotConfigured(f"no parameter {_parameter(provider)}")
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


def _parameter(provider: str) -> str:
    return f"{os.environ['BAYKOO_PARAMETERS']}/providers/{provider}"


def _read(provider: str) -> dict[str, Any] | None:
    """The settings that are kept for a provider, None if there are none; raises SecretsUnavailable."""
    name = _parameter(provider)
    try:
        written = client("ssm", _PATIENCE).get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        settings = json.loads(written)
    except ClientError as fault:
        if fault.response["Error"]["Code"] == "ParameterNotFound":
            return None
        raise SecretsUnavailable(str(fault)) from fault
    except BotoCoreError as fault:
        raise SecretsUnavailable(str(fault)) from fault
    except ValueError as fault:
        raise SecretsUnavailable(f"parameter {name} holds no JSON: {fault}") from fault
    if not isinstance(settings, dict) or not settings:
        raise SecretsUnavailable(f"parameter {name} holds no JSON object with settings")
    return settings
