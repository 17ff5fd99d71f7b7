"""Messages in the words of people, found by somebody who did not write the reader; each with the rule that decides."""

import json
from pathlib import Path

import pytest

from chalicelib.cli.files import load_election_file
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.reading import read

CASES = Path(__file__).parents[2] / "corpus" / "in_the_field.jsonl"


@pytest.fixture(scope="module")
def election() -> Election:
    return load_election_file(Path(__file__).parents[3] / "infra" / "sample" / "election.yaml")


@pytest.mark.parametrize(
    "case", [json.loads(line) for line in CASES.read_text("utf-8").splitlines()], ids=lambda c: c["id"]
)
def test_it_is_read_as_it_was_meant(election: Election, case: dict) -> None:
    reports = [
        {
            "form": report.form,
            "station": report.station,
            "round": report.round,
            "answers": {c: list(v) if isinstance(v, tuple) else v for c, v in report.answers.items()},
            "rejected": dict(report.rejected),
        }
        for report in read(case["text"], election).reports
    ]
    assert reports == case["meant"], case["why"]
