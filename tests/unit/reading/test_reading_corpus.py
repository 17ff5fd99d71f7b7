"""Every message of the corpora is read as it was meant; the hand-written ones say which rule decides it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.model import ReportReading
from chalicelib.observation.reading.reading import read

CORPUS = Path(__file__).parents[2] / "corpus"


def corpus(name: str) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in (CORPUS / f"{name}.jsonl").read_text("utf-8").splitlines()]


def spoken(report: ReportReading, intended: Mapping[str, Any]) -> dict[str, Any]:
    """A report in the corpus' own words, with no more about it than the corpus says."""
    answers = {code: list(value) if isinstance(value, tuple) else value for code, value in report.answers.items()}
    named = isinstance(intended["rejected"], dict)
    document: dict[str, Any] = {"form": report.form, "station": report.station, "answers": answers}
    document["rejected"] = dict(report.rejected) if named else sorted(report.rejected)
    if named and (report.round is not None or "round" in intended):
        document["round"] = report.round
    return document


@pytest.mark.parametrize("message", corpus("handwritten"), ids=lambda message: message["text"][:60])
def test_own_messages_are_read_as_meant(message: Mapping[str, Any], election: Election) -> None:
    reading = read(message["text"], election)
    assert (reading.held is not None) == message.get("held", False), message["why"]
    assert len(reading.reports) == len(message["intended"]), message["why"]
    pairs = zip(reading.reports, message["intended"], strict=True)
    assert [spoken(report, intended) for report, intended in pairs] == message["intended"], message["why"]


@pytest.mark.parametrize("name", ["sample_generated", "sample_handwritten"])
def test_sample_messages_are_read_as_meant(name: str, election: Election) -> None:
    for message in corpus(name):
        reports = [report for report in read(message["text"], election).reports if report.answers or report.rejected]
        intended = message["intended"]
        documents = [spoken(report, {"rejected": []}) for report in reports]
        assert documents == intended, message["text"]
