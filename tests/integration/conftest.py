"""The pipeline in this process, on the emulator whose streams are off: nothing else processes the rows."""

import os
from collections.abc import Iterator

import pytest

from infra.stack import Stack

os.environ.setdefault("BAYKOO_TABLE_PREFIX", "baykoo-")  # the tables' names are settled on import

from pipeline import Load, Pipeline
from wire import Wire

from chalicelib.services import aws


@pytest.fixture(scope="session")
def services(stack_without_streams: Stack) -> Iterator[Stack]:
    """The stack, with this process's environment set to it."""
    outputs = stack_without_streams.outputs
    assert outputs["TablePrefix"] == os.environ["BAYKOO_TABLE_PREFIX"]
    environ = stack_without_streams.environ | {
        "BAYKOO_PARAMETERS": outputs["Parameters"],
        "BAYKOO_EMAIL_FROM": outputs["EmailFrom"],
        "POWERTOOLS_SERVICE_NAME": outputs["TablePrefix"].rstrip("-"),
        "POWERTOOLS_METRICS_NAMESPACE": "Baykoo",
    }
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    aws.client.cache_clear()
    yield stack_without_streams
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def load(services: Stack) -> Load:
    """Loads an election of the test's own; arguments replace fields of the sample."""
    secret = services.webhook_secrets["generic"]["secrets"][0]
    return lambda **changes: Pipeline.loaded(secret, **changes)


@pytest.fixture
def pipeline(load: Load) -> Pipeline:
    return load()


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Every call to AWS of this process, to be counted, watched and cut."""
    return Wire.tapped(monkeypatch)
