"""What each Lambda function loads: a cold start at 08:00 must not pay for what its function does not do."""

import subprocess
import sys

import pytest

from chalicelib.entrypoints.api.routes import ROUTES, WEBHOOKS
from chalicelib.entrypoints.functions import FUNCTIONS

HEAVY = {"boto3", "click", "jinja2", "phonenumbers", "pydantic", "rich", "ruamel", "s3transfer"}
NEEDED = {
    "intake": set(),
    "api": {"pydantic"},
    "process": {"pydantic"},
    "deliver": set(),
    "sweep": {"jinja2", "pydantic"},
    "summarize": {"jinja2", "pydantic"},
    "chase": {"jinja2", "pydantic"},
    "reconcile": {"pydantic"},
}


def loaded_by(*modules: str) -> set[str]:
    code = f"import sys, {', '.join(modules)}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def targets(routes: dict[tuple[str, str], str]) -> set[str]:
    return {f"chalicelib.entrypoints.{target.partition(':')[0]}" for target in routes.values()}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_loads_only_what_it_uses(function: str) -> None:
    assert loaded_by(f"chalicelib.entrypoints.{function}") & HEAVY == NEEDED[function]


def test_intake_loads_only_what_it_uses() -> None:
    assert loaded_by("app", *targets(WEBHOOKS)) & HEAVY == NEEDED["intake"]


def test_api_loads_only_what_it_uses() -> None:
    assert loaded_by("app", *targets(ROUTES)) & HEAVY == NEEDED["api"]


def test_registering_loads_no_handler() -> None:
    code = "import sys, app; print(*(name for name in sys.modules if name.startswith('chalicelib.')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    entrypoints = {"api", "api.routes", "deferred", "functions"}
    assert set(loaded) == {"chalicelib.entrypoints", *(f"chalicelib.entrypoints.{name}" for name in entrypoints)}
