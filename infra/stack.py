"""Run a whole Baykoo on one machine.

An emulator, and the one template deployed to it.

Tests use it as a context manager: ``with local_stack(folder) as stack: …``.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from chalicelib.rehearsal.senders.table import SENDERS

from infra.bundle import Package, package
from infra.deploying.stack_update import deploy
from infra.deploying.target import Target
from infra.emulator import emulator, keep_now, kept_in

NAME = "baykoo"
REGION = "us-east-1"
BUCKET = "baykoo-code"
EMAIL_FROM = "baykoo@example.org"
DEPLOYED = "deployed.json"
PATIENCE = Config(read_timeout=310)
"""Longer than any function may take: who asks again has it run twice."""
LOCAL_PARAMETERS = {"EmailFrom": EMAIL_FROM, "SenderIdentity": EMAIL_FROM, "IntakeConcurrency": "0", "Protect": "false"}


@dataclass(frozen=True)
class Stack:
    """A deployed local stack and how to reach it."""

    name: str
    region: str
    endpoint_url: str
    api_url: str
    host_header: str
    webhook_secrets: dict[str, dict[str, Any]]
    outputs: dict[str, str]

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a process that works on this stack.

        Nothing of the person's own AWS settings is in it.
        """
        return environ_for(self.endpoint_url)

    def client(self, service: str) -> Any:
        """Return a boto3 client of this stack's emulator."""
        return client(service, self.endpoint_url)

    def mailbox(self) -> str:
        """Return the URL of every email that was sent, as JSON."""
        return f"{self.endpoint_url}/_ministack/ses/messages"


def environ_for(endpoint_url: str) -> dict[str, str]:
    """Return the environment of a process that works on an emulator.

    The emulator is at that URL.
    """
    plain = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return plain | {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@cache
def client(service: str, endpoint_url: str) -> Any:
    """Return a boto3 client of the emulator at that URL."""
    session = boto3.Session(region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")  # noqa: S106
    made: Any = session.client(service, endpoint_url=endpoint_url, config=PATIENCE)  # type: ignore[call-overload]
    return made


@contextmanager
def local_stack(
    folder: Path,
    *,
    port: int | None = None,
    streams: bool = True,
    authorize: bool = False,
    webhook_secrets: dict[str, dict[str, Any]] | None = None,
    parameters: Mapping[str, str] | None = None,
    keep: bool = False,
) -> Iterator[Stack]:
    """Start an emulator, deploy Baykoo to it, and yield the stack.

    Both end with the block; the emulator's files lie in `folder`.

    `port` None takes a free one; `streams` false leaves all work to sweep; `authorize` holds functions to their roles;
    `webhook_secrets` are the providers' settings, fresh secrets for every provider where none are given; `parameters`
    are the template's, beside those that one machine needs. With `keep` the stack goes on with what a run kept that
    died there: all rows, and the secrets too on the same port. Raises `EmulatorFailed`, `PackageFailed` and
    `DeployFailed`.
    """
    made = package()
    all_parameters = {**LOCAL_PARAMETERS, "StreamsEnabled": str(streams).lower(), **(parameters or {})}
    record = kept_in(folder) / DEPLOYED
    with emulator(folder, port, authorize=authorize, keep=keep) as endpoint:
        before = _DeployedStack(**json.loads(record.read_text())) if record.is_file() else None
        outputs = _deployed(made, endpoint, all_parameters, before)
        api = outputs["RestAPIId"]
        api_url = f"{endpoint}/_aws/execute-api/{api}/api"
        kept = before.webhook_secrets if before and before.endpoint == endpoint else None
        given = webhook_secrets or kept or _fresh_settings(api_url)
        if given is not kept:
            _put_settings(endpoint, outputs["Parameters"], given)
        if keep:
            keep_now(folder)
            _write_record(record, _DeployedStack(_digest(made), all_parameters, endpoint, outputs, given))
        yield Stack(
            name=NAME,
            region=REGION,
            endpoint_url=endpoint,
            api_url=api_url,
            host_header=f"{api}.execute-api.localhost:{endpoint.rpartition(':')[2]}",
            webhook_secrets=given,
            outputs=outputs,
        )


@dataclass(frozen=True)
class _DeployedStack:
    """What a stack that is kept was deployed by, and came to."""

    made: str
    parameters: dict[str, str]
    endpoint: str
    outputs: dict[str, str]
    webhook_secrets: dict[str, dict[str, Any]]


def _deployed(
    made: Package, endpoint: str, parameters: dict[str, str], before: _DeployedStack | None
) -> dict[str, str]:
    """Deploy the stack unless it is there as wanted; return its outputs."""
    if before and (before.made, before.parameters) == (_digest(made), parameters):
        return before.outputs
    if before is None:
        client("s3", endpoint).create_bucket(Bucket=BUCKET)
        client("ses", endpoint).verify_email_identity(EmailAddress=EMAIL_FROM)
    return deploy(made, Target(NAME, REGION, BUCKET, environ_for(endpoint)), parameters)


def _digest(made: Package) -> str:
    return hashlib.sha256(made.template.read_bytes() + made.zip.read_bytes()).hexdigest()


def _put_settings(endpoint: str, parameters: str, webhook_secrets: Mapping[str, Mapping[str, Any]]) -> None:
    ssm = client("ssm", endpoint)
    for provider, settings in webhook_secrets.items():
        name = f"{parameters}/providers/{provider}"
        ssm.put_parameter(Name=name, Value=json.dumps(settings), Type="SecureString", Overwrite=True)


def _write_record(path: Path, content: _DeployedStack) -> None:
    making = path.with_suffix(".making")
    making.touch(mode=0o600)  # there are secrets in it
    making.write_text(json.dumps(asdict(content)))
    making.rename(path)


def _fresh_settings(api_url: str) -> dict[str, dict[str, Any]]:
    """Return settings with new secrets, to try every provider by."""
    return {name: sender.fresh_settings(f"{api_url}/webhooks/{name}") for name, sender in SENDERS.items()}
