"""What the field showed: kinds of messages that were read wrong once, each with the rule that decides it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.observation.election_file import read_election
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.model import ReportReading
from chalicelib.observation.reading.reading import read

CORPUS = Path(__file__).parents[2] / "corpus"
LINES = (CORPUS / "settled.jsonl").read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def field() -> Election:
    files = {path.name: path.read_text("utf-8") for path in (CORPUS / "field").iterdir()}
    return read_election(files, "election.yaml")


def describe(report: ReportReading) -> dict[str, Any]:
    answers = {code: list(value) if isinstance(value, tuple) else value for code, value in report.answers.items()}
    named = {"round": report.round, "observer": report.observer}
    return {
        "form": report.form,
        "station": report.station,
        "answers": answers,
        "rejected": dict(report.rejected),
        **{name: value for name, value in named.items() if value is not None},
    }


@pytest.mark.parametrize("message", [json.loads(line) for line in LINES], ids=lambda message: message["text"][:60])
def test_it_is_read_as_settled(message: Mapping[str, Any], field: Election) -> None:
    reading = read(message["text"], field)
    assert (reading.held is not None) == message.get("held", False), message["why"]
    assert [describe(report) for report in reading.reports] == message["intended"], message["why"]
