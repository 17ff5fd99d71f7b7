"""The deployed API against its own document: no 5xx, no status and no answer that the document does not have.

schemathesis makes the requests, right and wrong ones, and follows from one answer to the next request. Others go over
the wire byte for byte, as no client would send them (tests/hostile_requests.py).
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest
import sendable_headers
from deployed import Deployed, eventually
from functions import run_schedules
from hostile_requests import Target, hostile_requests, send
from hostile_seeds import failed_before, keeping, seed
from stack import folder_of, sample_on

from infra.local import ELECTION, NUMBER, OBSERVER
from infra.stack import local_stack

SECONDS = int(os.environ.get("BAYKOO_FUZZ_SECONDS", "8"))
WIRE_SECONDS = SECONDS / 2
REST_SECONDS = 2.0
CLIENTS = 4
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


@pytest.mark.parametrize("tried", dict.fromkeys((*failed_before("document"), seed())))
@pytest.mark.parametrize("role", ["administrator", "viewer"])
def test_y1_the_api_does_what_its_document_says(lived: Deployed, role: str, tried: int, tmp_path: Path) -> None:
    with keeping("document", tried):
        _follow(lived, role, tried, tmp_path)


def _follow(lived: Deployed, role: str, tried: int, tmp_path: Path) -> None:
    token = lived.operator(ELECTION, role=role)
    (tmp_path / "schemathesis.toml").write_text(
        f'hooks = "{sendable_headers.__file__}"\n[parameters]\nelection_id = "{ELECTION}"\nregion = "Bishkek"\n'
        'station = "1001"\n',
        encoding="utf-8",
    )
    phases = "coverage,fuzzing,stateful" if role == "administrator" else "fuzzing"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(tmp_path / "schemathesis.toml")),
        *("run", f"{lived.stack.api_url}/openapi.json", "--url", lived.stack.api_url),
        *("--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS), "--phases", phases),
        *("--max-time", str(SECONDS), "--seed", str(tried), "--warnings", "off", "--suppress-health-check", "all"),
        *("--request-timeout", "30", "--exclude-path-regex", "^/v1/session"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    sys.stdout.write("\n".join(line for line in done.stdout.splitlines() if "Test cases" in line or "passed" in line))
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]


@pytest.mark.parametrize("role", ["administrator", None])
def test_what_no_client_sends_is_answered_and_writes_nothing_that_was_not_asked(
    lived: Deployed, role: str | None
) -> None:
    """Paths, headers, lengths, encodings, packed bodies and split requests, over the wire."""
    target = Target(lived.stack.api_url, ELECTION, lived.operator(ELECTION, role=role) if role else None)
    run_schedules(lived.stack, enabled=False)
    before, until = eventually(lambda: _rows_at_rest(lived)), time.monotonic() + WIRE_SECONDS
    statuses: Counter[int] = Counter()
    with keeping("document", seed()), ThreadPoolExecutor(CLIENTS) as clients:
        every = hostile_requests(seed(), 1_000_000, target)
        for batch in iter(lambda: list(islice(every, CLIENTS * 4)) if time.monotonic() < until else [], []):
            for hostile, (status, answer) in zip(batch, clients.map(lambda row: send(target, row), batch), strict=True):
                statuses[status] += 1
                assert 0 < status < 500 or b'"code": "unsigned"' in answer, (hostile, answer[-500:])
                assert b"X-Injected" not in answer.partition(b"\r\n\r\n")[0], (hostile, answer)
    sys.stdout.write(f"\nrequests over the wire as {role}: {statuses.total()}, answered {dict(statuses)}\n")
    if role is None:
        assert _rows(lived) - before == set(), "nobody is let in, so nothing is written"


def _rows_at_rest(lived: Deployed) -> set[str] | None:
    """Those keys, where what was done before has ended."""
    before = _rows(lived)
    time.sleep(REST_SECONDS)
    return before if _rows(lived) == before else None


def _rows(lived: Deployed) -> set[str]:
    """The keys of every row that an observer's or a person's doing makes."""
    keys = {"messages": ("key",), "reports": ("station", "form"), "audit": ("election", "at"), "optouts": ("phone",)}
    keys |= {"operators": ("token",), "elections": ("id", "part")}
    database, found = lived.stack.client("dynamodb"), set()
    for table, names in keys.items():
        pages = database.get_paginator("scan").paginate(TableName=f"{lived.stack.name}-{table}")
        found |= {f"{table} {[row[name]['S'] for name in names]}" for page in pages for row in page["Items"]}
    return found
