"""What of an emulator's folder is left, however it and its run end. Another program plays the emulator."""

import json
import urllib.request
from dataclasses import asdict
from pathlib import Path

import pytest
from stack import kill_emulator

from infra import emulator as emulators
from infra import local
from infra.emulator import RECORD, Process, emulator, kept_in
from infra.emulator_process import KEPT
from infra.stack import Stack

PROGRAM = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ.get("BAYKOO_EMULATOR_KEPT", "").encode())

HTTPServer(("127.0.0.1", int(os.environ["GATEWAY_PORT"])), Ready).serve_forever()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    monkeypatch.setattr(emulators, "PROGRAM", program)
    return tmp_path / "emulator"


def test_what_is_kept_outlives_the_emulator_and_ends_with_a_run_that_ends(folder: Path) -> None:
    with emulator(folder, keep=True) as endpoint:
        with urllib.request.urlopen(endpoint, timeout=5) as answer:
            assert answer.read().decode() == str(kept_in(folder))
        (kept_in(folder) / "rows").write_text("rows")
        (folder / "tmp" / "code").touch()
        kill_emulator(folder)
    assert (kept_in(folder) / "rows").read_text() == "rows"
    with emulator(folder, keep=True):
        assert (kept_in(folder) / "rows").read_text() == "rows"
        assert not (folder / "tmp" / "code").exists()
    assert not folder.exists()


def test_it_outlives_a_run_that_was_killed(folder: Path) -> None:
    kept_in(folder).mkdir(parents=True)
    (kept_in(folder) / "rows").write_text("rows")
    dead = asdict(Process(2**22, "1"))
    (folder / RECORD).write_text(json.dumps({"owner": dead, "emulator": dead}))
    with emulator(folder, keep=True):
        assert (kept_in(folder) / "rows").read_text() == "rows"
    assert not folder.exists()


def test_without_keeping_nothing_is_kept_and_what_was_is_removed(folder: Path) -> None:
    kept_in(folder).mkdir(parents=True)
    with emulator(folder) as endpoint:
        with urllib.request.urlopen(endpoint, timeout=5) as answer:
            assert answer.read() == b"", f"{KEPT} is not set"
        assert not kept_in(folder).exists()
        kill_emulator(folder)
    assert not folder.exists()


def stack(port: int) -> Stack:
    endpoint = f"http://127.0.0.1:{port}"
    secrets = {"generic": {"secrets": ["secret"]}}
    return Stack("baykoo", "us-east-1", endpoint, f"{endpoint}/api", "api.localhost", secrets, {})


def test_make_run_goes_on_with_the_token_and_a_new_link(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[tuple[str, ...]] = []

    def baykoo(_: Stack, path: Path, *arguments: str) -> str:
        assert json.loads(path.read_text())["operator_token"] == "token"
        commands.append(arguments)
        return "The link signs in once:\nhttp://link\n"

    monkeypatch.setattr(local, "FOLDER", folder)
    monkeypatch.setattr(local, "LOCAL", folder / "local.json")
    monkeypatch.setattr(local, "baykoo", baykoo)
    kept_in(folder).mkdir(parents=True)
    assert local._gone_on_with(stack(1)) is None
    local.write_settings(kept_in(folder) / "local.json", local.settings(stack(1)))
    assert local._gone_on_with(stack(1)) is None, "an empty one has nothing to go on with"
    before = local.settings(stack(1), "token", "kg-2017", "http://used")
    local.write_settings(kept_in(folder) / "local.json", before)
    again = local._gone_on_with(stack(2))
    assert again == {**local.settings(stack(2), "token", "kg-2017", "http://link")}
    assert commands == [("account", "link", local.LEAD, "--election", "kg-2017")]
