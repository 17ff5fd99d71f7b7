"""A command whose stack has stopped says so, on one line, and what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
STACK = {"stack": "baykoo", "endpoint_url": "http://127.0.0.1:9", "region": "us-east-1"}


@pytest.mark.parametrize("arguments", [["audit"], ["election", "list"], ["report", "kg-2017", "--output", "x.html"]])
def test_it_is_said_that_the_stack_cannot_be_asked(arguments, tmp_path):
    local = tmp_path / "local.json"
    local.write_text(json.dumps(STACK))
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "BAYKOO_"))}
    environ |= {"BAYKOO_LOCAL": str(local), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from chalicelib.cli import main; main(prog_name='./baykoo')", *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=environ, check=False, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (1, "")
    said = " ".join(done.stderr.split())
    assert said.startswith("Error: the stack cannot be asked now: ")
    assert "Does `make run` still run" in said
    assert "Traceback" not in said
