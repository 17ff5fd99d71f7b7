"""What each Lambda function loads: a cold start at 08:00 must not pay for what its function does not do."""

import subprocess
import sys

import pytest

HEAVY = {"boto3", "click", "jinja2", "phonenumbers", "pydantic", "rich", "ruamel", "s3transfer"}
LOADS = {
    "intake": ("chalicelib.services.intake.receive, chalicelib.providers.generic", set()),
    "api": (
        "chalicelib.services.summaries.hourly, chalicelib.services.views.stations, chalicelib.services.views.message",
        {"pydantic"},
    ),
    "process": ("chalicelib.services.processing.process", {"pydantic"}),
    "deliver": ("chalicelib.services.delivery.deliver", set()),
    "sweep": ("chalicelib.services.sweep", {"pydantic"}),
    "summarize": ("chalicelib.services.summaries.hourly", {"pydantic"}),
}


@pytest.mark.parametrize("function", LOADS)
def test_a_function_loads_only_what_it_uses(function: str) -> None:
    modules, needed = LOADS[function]
    code = f"import sys, app, {modules}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert loaded & HEAVY == needed
