"""What reads as an incident is known at a glance, whatever was typed; hardly anything else is."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

from chalicelib.observation.election import Election
from chalicelib.observation.election_file import read_election
from chalicelib.observation.incident_words import incident_pattern
from chalicelib.observation.reading import read

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "tests/corpus").glob("*.jsonl"))
CORPUS = [json.loads(line) for file in FILES for line in file.read_text().splitlines()]


@pytest.fixture(scope="module")
def sample() -> Election:
    files = {file.name: file.read_text() for file in (ROOT / "infra/sample").iterdir()}
    return read_election(files, "election.yaml")


def is_known(election: Election, text: str) -> bool:
    pattern = incident_pattern(election)
    assert pattern is not None
    return re.search(pattern, unicodedata.normalize("NFKC", text)) is not None


def test_every_incident_of_the_corpus_is_known_and_little_else(sample: Election) -> None:
    incidents, others = [], []
    for text in (one["text"] for one in CORPUS):
        reports = read(text, sample).reports
        (incidents if any(report.form == "IN" for report in reports) else others).append(text)
    assert len(incidents) > 50
    assert [text for text in incidents if not is_known(sample, text)] == []
    assert sum(is_known(sample, text) for text in others) < len(others) / 20


@pytest.mark.parametrize(
    "text", ["IN 3 x", "in3x", "ИН 07", "Окуя: сокту", "Добрый день! ИНЦИДЕНТ 3", "ｉｎ 3", "OP A1\nин 2"]
)
def test_however_it_is_typed(sample: Election, text: str) -> None:
    assert is_known(sample, text)


@pytest.mark.parametrize("text", ["OP A1 B0730", "", "инструкция", "INFO", "ЯВКА 1001 А415", "3"])
def test_what_is_none(sample: Election, text: str) -> None:
    assert not is_known(sample, text)


def test_an_election_without_incidents_has_none(sample: Election) -> None:
    assert incident_pattern(sample.model_copy(update={"incidents": None})) is None
