"""Every line of docs/api.md is run as it stands, and each answers what the page says of it."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from deployed import Deployed, eventually
from stack import sample_on

from infra.local import ELECTION, NUMBER, OBSERVER

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture(scope="module")
def answers(deployed: Deployed) -> list[str]:
    """What each line printed, in a shell that keeps its variables."""
    sample_on(deployed.stack, deployed.folder / "sample.json")
    assert deployed.sms("OP A1 B0715 C9 D1 E900", OBSERVER, NUMBER).status == 200
    assert deployed.sms("IN 3 box is broken", OBSERVER, NUMBER).status == 200
    token = deployed.operator(ELECTION, role="headquarters")
    eventually(lambda: deployed.get(f"/v1/elections/{ELECTION}/incidents", token).json()["incidents"])
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    script = "\n".join(f"{line}\necho; echo ---" for line in lines)
    environ = {"API": deployed.stack.api_url, "TOKEN": token, "ELECTION": ELECTION, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["sh", "-eu", "-c", script], env=environ, capture_output=True, text=True, check=True, timeout=120
    )
    return [printed.strip() for printed in done.stdout.split("---\n")][: len(lines)]


def test_each_line_answers_what_the_page_says(answers: list[str]) -> None:
    documents: list[Any] = [json.loads(printed) for printed in answers if printed.startswith("{")]
    session, summary, board, stations, incidents, observers, acknowledged, export, links, invalid, unproven = documents
    assert "headquarters" in session["role"]
    assert summary["regions"]["Bishkek"]["forms"]["OP"]["-"]["received"] >= 1, "others use the sample too"
    assert board
    assert stations["stations"]
    assert incidents["incidents"]
    assert observers["observers"]
    assert all("Ким" in observer["name"] for observer in observers["observers"])
    newest = incidents["incidents"][0]["number"]
    assert (acknowledged["number"], acknowledged["state"]) == (newest, "acknowledged")
    assert export["state"] == "waiting"
    assert links["files"][0]["url"].startswith("http")
    assert (invalid["status"], invalid["errors"][0]["at"]) == (400, "/what")
    assert unproven["status"] == 401


def test_nothing_changed_is_a_304(answers: list[str]) -> None:
    assert "304" in answers


def test_the_export_is_in_the_bucket_and_its_link_leads_there(deployed: Deployed, answers: list[str]) -> None:
    documents = [json.loads(printed) for printed in answers if printed.startswith("{")]
    links = next(
        document for document in documents if "until" in document and "files" in document and "state" not in document
    )
    folder = deployed.folder / "exported"
    deployed.baykoo("export", "reports", "--election", ELECTION, "--to", str(folder))
    names = sorted(path.name.rpartition("-")[2] for path in folder.iterdir())
    assert "OP.csv.gz" in names
    assert "codebook.csv.gz" in names
    assert len(links["files"]) == 3
