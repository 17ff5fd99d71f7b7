"""What a cold start of each function imports, against bare chalice + boto3, and what the bundle weighs.

From the bundle itself, as Lambda has it: our versions, its bytecode, nothing of this environment. Processes in turn, so
that a machine that others use slows all alike; a ratio is the median of the rounds' ratios.
"""

import os
import resource
import statistics
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.entrypoints.functions import FUNCTIONS
from infra.bundle import package

ROUNDS = 9
BARE = "import chalice, boto3"
CLIENT = "boto3.client('dynamodb')"
SCRIPTS = {
    "bare": BARE,
    "bare with a client": f"{BARE}; {CLIENT}",
    "intake": "import app, chalicelib.entrypoints.intake, chalicelib.providers.generic",
    "api": "import app, chalicelib.entrypoints.api.problem, chalicelib.entrypoints.api.summary",
    **{name: f"import chalicelib.entrypoints.{name}" for name in FUNCTIONS},
}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(package().zip) as code:
        code.extractall(folder)
    return folder


def cpu_of(script: str, bundle: Path) -> float:
    """Processor seconds of a process that runs a script on the bundle alone."""
    environ = {"PYTHONPATH": str(bundle), "AWS_DEFAULT_REGION": "us-east-1", "PATH": os.environ["PATH"]}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-S", "-B", "-c", script], check=True, cwd=bundle, env=environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_cold_imports(bundle: Path, record_property: Callable[[str, object], None]) -> None:
    took: dict[str, list[float]] = {name: [] for name in SCRIPTS}
    for turn in range(ROUNDS + 1):
        for name, script in SCRIPTS.items():
            seconds = cpu_of(script, bundle)
            if turn:
                took[name].append(seconds)
    for name, runs in took.items():
        ratios = [
            statistics.median(run / other for run, other in zip(runs, took[bare], strict=True))
            for bare in ("bare", "bare with a client")
        ]
        written = [f"{statistics.median(runs) * 1000:.0f} ms", *(f"{ratio:.2f}" for ratio in ratios)]
        record_property("figure", (f"cold import, CPU, × bare, × bare with a client: {name}", *written))
    assert all(len(runs) == ROUNDS for runs in took.values())


def test_bundle_size(record_property: Callable[[str, object], None]) -> None:
    record_property("figure", ("bundle", package().describe().removeprefix("Bundle: ")))
    record_property(
        "figure", ("load of the machine, 1, 5 and 15 minutes", *(f"{load:.1f}" for load in os.getloadavg()))
    )
    assert package().zip.stat().st_size > 0
