"""A command whose stack or file is not there says so, on one line, and what to do."""

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cli_process import Called, call_baykoo

from chalicelib.cli.advice import advice
from chalicelib.store.tables import TableMeta

ROOT = Path(__file__).parents[3]
WEBHOOK_SECONDS = 3
"""What a webhook waits for a row."""
STACK = {"stack": "baykoo", "endpoint_url": "http://127.0.0.1:9", "region": "us-east-1"}


def command(folder: Path, *arguments: str, **environ: str) -> Called:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "BAYKOO_"))}
    environ = inherited | {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(folder)} | environ
    return call_baykoo(arguments, environ, folder)


def refusal(folder: Path, *arguments: str, **environ: str) -> str:
    """What a command that fails says, in one line."""
    done = command(folder, *arguments, **environ)
    assert (done.status, done.output) == (1, "")
    assert "Traceback" not in done.errors
    return " ".join(done.errors.split())


@pytest.mark.parametrize("arguments", [["audit"], ["election", "list"], ["report", "kg-2017", "--output", "x.html"]])
def test_it_is_said_that_the_stack_cannot_be_asked(arguments: list[str], tmp_path: Path) -> None:
    local = tmp_path / "local.json"
    local.write_text(json.dumps(STACK))
    text = refusal(tmp_path, *arguments, BAYKOO_LOCAL=str(local))
    assert text.startswith("Error: the stack cannot be asked now: ")
    assert text.endswith("Does `make run` still run? Then call it again.")


def test_a_command_waits_for_a_stack_that_is_slower_than_a_webhook_may_be(tmp_path: Path) -> None:
    assert TableMeta.read_timeout_seconds == WEBHOOK_SECONDS

    class Slow(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(WEBHOOK_SECONDS + 0.5)
            body = json.dumps({"Items": [], "Count": 0, "ScannedCount": 0}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        local = tmp_path / "local.json"
        local.write_text(json.dumps(STACK | {"endpoint_url": f"http://127.0.0.1:{server.server_port}"}))
        done = command(tmp_path, "election", "list", BAYKOO_LOCAL=str(local))
        server.shutdown()
    assert (done.status, done.errors) == (0, "")


@pytest.mark.parametrize("written", ["{bad", "[]", "{}", '{"stack": 1}'])
def test_settings_that_tell_of_no_stack_are_named(written: str, tmp_path: Path) -> None:
    (tmp_path / "local.json").write_text(written)
    text = refusal(tmp_path, "election", "list", BAYKOO_LOCAL="local.json")
    assert text.startswith("Error: local.json does not tell of a stack. Start one anew with `make run`")


def test_settings_that_are_missing_are_named(tmp_path: Path) -> None:
    text = refusal(tmp_path, "election", "list", BAYKOO_LOCAL="local.json")
    assert text.startswith("Error: no stack: local.json is missing. Start one here with `make run`")


def test_a_path_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    text = refusal(tmp_path, "election", "list", BAYKOO_LOCAL=str(tmp_path))
    assert text == f"Error: {tmp_path}: Is a directory. Is it the right path, and may you read and write there?"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    text = refusal(tmp_path, "cards", str(ROOT / "infra/sample/election.yaml"), "--output", "file/cards")
    assert text == "Error: file/cards: Not a directory. Is it the right path, and may you read and write there?"


def test_without_a_region_it_is_said_how_to_name_one(tmp_path: Path) -> None:
    text = refusal(
        tmp_path, "election", "list", BAYKOO_STACK="baykoo", AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="y"
    )
    assert text.endswith("You must specify a region. Name the stack's region: AWS_DEFAULT_REGION=eu-central-1.")


@pytest.mark.parametrize(
    ("fault", "mend"),
    [
        ("The config profile (nobody) could not be found", "Is AWS_PROFILE the right name?"),
        ("Unable to locate credentials", "Sign in to AWS first"),
        ("An error occurred (ExpiredTokenException) on request", "Sign in to AWS again"),
        ("An error occurred (AccessDeniedException) on request", "Ask whoever runs the account for this permission"),
        ("An error occurred (ResourceNotFoundException): Requested resource not found", "Is BAYKOO_STACK the right"),
        ("Could not connect to the endpoint URL: https://dynamodb.Frankfurt", "Is AWS_DEFAULT_REGION a region of AWS"),
        ("something new", "Is BAYKOO_STACK the right name, and AWS_DEFAULT_REGION its region? Then call it again."),
    ],
)
def test_each_cause_has_its_advice(fault: str, mend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYKOO_STACK", "baykoo")
    assert advice(OSError(fault)).startswith(mend)
