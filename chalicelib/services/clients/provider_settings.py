"""Providers' settings and secrets: one SecureString per provider in SSM Parameter Store.

Anybody can call a webhook, and SSM allows 40 reads per second and account, so reads are bounded: a worker lists the
names once per minute and reads each provider's settings once per minute, at moments that differ between workers.
While SSM cannot be read, what was read last is used (infra/template/alarms.yaml: SettingsUnreadable).
"""

import json
import math
import os
import random
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.providers.table import canonical_name
from chalicelib.services.clients.aws import intake_client

KEPT_SECONDS = 60.0
FRESH_SECONDS = 10.0
STALE_SECONDS = 900.0
"""How long settings are used after they were read last, while SSM cannot be read."""
RETRY_SECONDS = 10.0
FIRST_RETRY_SECONDS = 1.0
"""How soon SSM is asked again where nothing was read yet: without it every webhook is answered 503."""
STALE_USED = "settings kept are used"
_PATIENCE = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})

logger = Logger()
Value = TypeVar("Value")


class SecretsUnavailable(Exception):
    """A provider's secrets cannot be read now.

    Whether a request is authentic cannot be decided.
    """


class NotConfigured(LookupError):
    """This stack has no such provider."""


class _CachedValue(Generic[Value]):
    """A value in SSM, read again when it is due.

    The last one stands in while it cannot be read.
    """

    def __init__(self, name: str, read: Callable[[], Value]) -> None:
        self._name, self._read = name, read
        self._values: list[Value] = []
        self._read_at = self._tried_at = -math.inf
        self._fault: SecretsUnavailable | None = None
        self._spread = 1.0
        self._lock = Lock()

    def get(self, *, fresh: bool) -> Value:
        """Return the value; raises SecretsUnavailable.

        `fresh`: read within the last seconds.
        """
        with self._lock:
            if monotonic() - self._tried_at >= self._interval(fresh=fresh) * self._spread:
                self._try()
            if self._fault is not None and (fresh or monotonic() - self._read_at >= STALE_SECONDS):
                raise self._fault
            return self._values[-1]

    def _interval(self, *, fresh: bool) -> float:
        if not self._values:
            return FIRST_RETRY_SECONDS
        if fresh:
            return FRESH_SECONDS
        return KEPT_SECONDS if self._fault is None else RETRY_SECONDS

    def _try(self) -> None:
        begun = monotonic()  # what was read may be as old as that, however slow the answer was
        try:
            self._values = [self._read()]
            self._read_at, self._fault = begun, None
        except SecretsUnavailable as fault:
            self._fault = fault
            if self._values:
                logger.warning(STALE_USED, extra={"parameter": self._name, "fault": str(fault)})
        self._tried_at, self._spread = begun, random.uniform(2 / 3, 1)  # noqa: S311 - no secret depends on it


_names: dict[str, _CachedValue[frozenset[str]]] = {}
_settings: dict[str, _CachedValue[dict[str, Any] | None]] = {}


def provider_secrets(provider: str, *, fresh: bool = False) -> dict[str, Any]:
    """Return a provider's settings.

    `fresh`: not older than ten seconds, for a secret that was changed just now. Raises NotConfigured,
    SecretsUnavailable; the latter for `fresh` also where older settings are kept.
    """
    parameter = f"{_path()}{provider}"
    if parameter not in _settings:
        if provider not in _provider_names(fresh=fresh):
            raise NotConfigured(f"no parameter {parameter}")
        _settings.setdefault(parameter, _CachedValue(parameter, lambda: _read(parameter)))
    settings = _settings[parameter].get(fresh=fresh)
    if settings is None:
        raise NotConfigured(f"no parameter {parameter}")
    return settings


def settings_of(name: str) -> dict[str, Any] | None:
    """Return other settings of the stack, by their parameter's name.

    It is None where there are none.

    Raises SecretsUnavailable.
    """
    parameter = f"{os.environ['BAYKOO_PARAMETERS']}/{name}"
    return _settings.setdefault(parameter, _CachedValue(parameter, lambda: _read(parameter))).get(fresh=False)


def configured_providers() -> list[str]:
    """Names of the providers that this stack has settings for; raises SecretsUnavailable.

    Settings of `sns`, which only carries SMS, are those of no provider.
    """
    return sorted(name for name in _provider_names(fresh=False) if canonical_name(name) is not None)


def forget() -> None:
    """Read everything again on its next use."""
    _names.clear()
    _settings.clear()


def _path() -> str:
    return f"{os.environ['BAYKOO_PARAMETERS']}/providers/"


def _provider_names(*, fresh: bool) -> frozenset[str]:
    path = _path()
    return _names.setdefault(path, _CachedValue(path, lambda: _list_names(path))).get(fresh=fresh)


def _list_names(path: str) -> frozenset[str]:
    """List the names below a path, without their values."""
    try:
        pages = intake_client("ssm", _PATIENCE).get_paginator("get_parameters_by_path").paginate(Path=path)
        return frozenset(parameter["Name"].removeprefix(path) for page in pages for parameter in page["Parameters"])
    except (BotoCoreError, ClientError) as fault:
        raise SecretsUnavailable(str(fault)) from fault


def _read(parameter: str) -> dict[str, Any] | None:
    """Read the settings in a parameter, None if it was removed.

    Raises SecretsUnavailable.
    """
    try:
        written = intake_client("ssm", _PATIENCE).get_parameter(Name=parameter, WithDecryption=True)["Parameter"][
            "Value"
        ]
        settings = json.loads(written)
    except ClientError as fault:
        if fault.response["Error"]["Code"] == "ParameterNotFound":
            return None
        raise SecretsUnavailable(str(fault)) from fault
    except BotoCoreError as fault:
        raise SecretsUnavailable(str(fault)) from fault
    except ValueError as fault:
        raise SecretsUnavailable(f"parameter {parameter} holds no JSON: {fault}") from fault
    if not isinstance(settings, dict) or not settings:
        raise SecretsUnavailable(f"parameter {parameter} holds no JSON object with settings")
    return settings
