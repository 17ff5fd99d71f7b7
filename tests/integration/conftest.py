"""The pipeline in this process, on the emulator whose streams are off: nothing else processes the rows."""

import json
import os
from collections.abc import Iterator
from typing import Any

import long_sms
import pytest
from aws_faults import Wire
from desk_actions import AtDesk
from functions import run_schedules
from pipeline import Load, Pipeline

from chalicelib.services.clients import aws, bucket, provider_settings
from chalicelib.services.delivery import carrier_health
from chalicelib.store import elections
from chalicelib.store.carriers import CarrierRow
from infra.stack import Stack

BATCH = 25


@pytest.fixture(scope="session")
def services(stack_without_streams: Stack, by_the_clock: list[Stack]) -> Iterator[Stack]:
    """The stack, with this process's environment set to it.

    Where end-to-end tests came before, theirs has nothing more to do by the clock: it took a seventh of the processor.
    """
    outputs = stack_without_streams.outputs
    environ = stack_without_streams.environ | {
        "BAYKOO_TABLE_PREFIX": outputs["TablePrefix"],
        "BAYKOO_PARAMETERS": outputs["Parameters"],
        "BAYKOO_EMAIL_FROM": outputs["EmailFrom"],
        "POWERTOOLS_SERVICE_NAME": outputs["TablePrefix"].rstrip("-"),
        "POWERTOOLS_METRICS_NAMESPACE": "Baykoo",
    }
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    aws.client.cache_clear()
    aws.intake_client.cache_clear()
    for started in (stack_without_streams, *by_the_clock):
        run_schedules(started, enabled=False)  # tests do: its own would read their rows each minute
    yield stack_without_streams
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def keys_of_tables(services: Stack) -> dict[str, list[str]]:
    database = services.client("dynamodb")
    tables = [database.describe_table(TableName=name)["Table"] for name in database.list_tables()["TableNames"]]
    return {table["TableName"]: [key["AttributeName"] for key in table["KeySchema"]] for table in tables}


@pytest.fixture(scope="module")
def emptied(services: Stack, keys_of_tables: dict[str, list[str]]) -> Iterator[None]:
    """Takes a file's rows away after it: audits and sweeps of later ones would read them all."""
    yield
    database = services.client("dynamodb")
    for table, keys in keys_of_tables.items():
        pages = database.get_paginator("scan").paginate(TableName=table)
        rows = [{key: row[key] for key in keys} for page in pages for row in page["Items"]]
        for begin in range(0, len(rows), BATCH):
            deletions = [{"DeleteRequest": {"Key": key}} for key in rows[begin : begin + BATCH]]
            answer = database.batch_write_item(RequestItems={table: deletions})
            assert not answer["UnprocessedItems"]


@pytest.fixture(scope="module")
def multipart_gateways(services: Stack) -> None:
    """Two gateways whose long SMS come in parts."""
    long_sms.configure(services)


@pytest.fixture
def load(services: Stack, emptied: None) -> Load:
    """Loads an election of the test's own; arguments replace fields of the sample."""
    secret = services.webhook_secrets["generic"]["secrets"][0]
    return lambda **changes: Pipeline.loaded(secret, **changes)


@pytest.fixture(autouse=True)
def _no_other_process_trusts_an_older_election(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load waits until no process may count by the version before: here is but one, which has the new one."""
    monkeypatch.setattr(elections, "TRUSTED_SECONDS", 0)


@pytest.fixture(autouse=True)
def _nobody_knows_of_a_carrier(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test finds out of carriers, in its own time, is nothing to the next."""
    yield
    if "services" in request.fixturenames:
        for row in list(CarrierRow.scan(CarrierRow.id.startswith("carrier#"))):
            row.delete()
    carrier_health._known.clear()
    provider_settings.forget()


@pytest.fixture
def configure(services: Stack) -> Iterator[Any]:
    """Gives the stack a provider's settings for a test."""
    names: list[str] = []

    def put(provider: str, settings: object) -> None:
        names.append(f"{services.outputs['Parameters']}/providers/{provider}")
        services.client("ssm").put_parameter(
            Name=names[-1], Value=json.dumps(settings), Type="SecureString", Overwrite=True
        )
        provider_settings.forget()

    yield put
    for name in set(names):
        services.client("ssm").delete_parameter(Name=name)
    provider_settings.forget()


@pytest.fixture
def pipeline(load: Load) -> Pipeline:
    return load()


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Every call to AWS of this process, to be counted, watched and cut."""
    return Wire.tapped(monkeypatch)


@pytest.fixture(scope="module", autouse=True)
def _clients_of_no_other_module(request: pytest.FixtureRequest) -> Iterator[None]:
    """What is played on the stage has clients of an address where nothing is; they end with its tests."""
    yield
    if hasattr(request.module, "staged"):
        for kept in (aws.client, aws.intake_client, bucket._s3):
            kept.cache_clear()


@pytest.fixture
def desk(pipeline: Pipeline) -> AtDesk:
    return AtDesk(pipeline)
