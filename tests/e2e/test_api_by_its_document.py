"""The deployed API against its own document: no 5xx, no status and no answer that the document does not have.

schemathesis makes the requests, right and wrong ones, and follows from one answer to the next request.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployed import Deployed
from stack import folder_of, sample_on

from infra.local import ELECTION, NUMBER, OBSERVER
from infra.stack import local_stack

SECONDS = int(os.environ.get("BAYKOO_FUZZ_SECONDS", "20"))
SEED = os.environ.get("BAYKOO_FUZZ_SEED", "20261129")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A stack of its own, for whatever may be changed is; with the sample election and something to be found."""
    with local_stack(folder_of("fuzz")) as stack:
        deployed = Deployed(stack, tmp_path_factory.mktemp("fuzz"))
        sample_on(stack, deployed.folder / "sample.json")
        for text in ("OP A1 B0715 C9 D1 E900", "good morning", "IN 3 box is broken"):
            assert deployed.sms(text, OBSERVER, NUMBER).status == 200
        yield deployed


@pytest.mark.parametrize("role", ["administrator", "viewer"])
def test_y1_the_api_does_what_its_document_says(lived: Deployed, role: str, tmp_path: Path) -> None:
    token = lived.operator(ELECTION, role=role)
    (tmp_path / "schemathesis.toml").write_text(
        f'[parameters]\nelection_id = "{ELECTION}"\nregion = "Bishkek"\nstation = "1001"\n', encoding="utf-8"
    )
    phases = "coverage,fuzzing,stateful" if role == "administrator" else "fuzzing"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(tmp_path / "schemathesis.toml")),
        *("run", f"{lived.stack.api_url}/openapi.json", "--url", lived.stack.api_url),
        *("--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS), "--phases", phases),
        *("--max-time", str(SECONDS), "--seed", SEED, "--warnings", "off", "--suppress-health-check", "all"),
        *("--request-timeout", "30", "--exclude-path-regex", "^/v1/session"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
