"""What is read of an SMS that lacks a part: an incident is not lost, and nothing that the gap may have cut is taken."""

import json
from pathlib import Path

import pytest

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.incomplete import read_incomplete
from chalicelib.observation.reading.model import CATEGORY, ReportReading
from chalicelib.observation.reading.reading import read
from chalicelib.observation.sms.multipart import GAP

CORPUS = Path(__file__).parents[2] / "corpus"


def incidents(election: Election, text: str) -> list[ReportReading]:
    return [report for report in read_incomplete(text, election).reports if report.form == "IN"]


def with_one_incident(election: Election) -> list[tuple[str, ReportReading]]:
    found = []
    for file in sorted(CORPUS.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            text = json.loads(line)["text"]
            named = [report for report in read(text, election).reports if report.form == "IN"]
            if len(named) == 1:
                found.append((text, named[0]))
    return found


def test_no_gap_makes_another_category_or_station(election: Election) -> None:
    """Of a text with one incident, wherever it is cut and whatever is lost."""
    texts = with_one_incident(election)
    assert len(texts) > 30
    kept = 0
    for text, uncut in texts:
        for at in range(1, len(text)):
            for lacking in (text[:at] + GAP, GAP + text[at:], text[: at // 2] + GAP + text[at:]):
                for incident in incidents(election, lacking):
                    category = incident.answers.get(CATEGORY)
                    assert category in (None, uncut.answers.get(CATEGORY)), lacking
                    assert incident.station in (None, uncut.station), lacking
                    kept += category is not None
    assert kept > 300, "where the gap is elsewhere the category is taken"


@pytest.mark.parametrize(
    ("text", "category", "comment"),
    [
        (f"IN 3 they beat us{GAP}", 3, "they beat us"),
        (f"OP A1 C1{GAP}2 D1 IN 3 beaten and driven out{GAP}", 3, "beaten and driven out"),
        (f"IN 3 100{GAP}", None, "100"),
        (f"IN 3 {GAP}", None, None),
        (f"IN 3 1001 they beat us{GAP}", 3, "they beat us"),
        (f"{GAP}IN 3 beaten", 3, "beaten"),
        (f"{GAP}0 IN 7 beaten", 7, "0 beaten"),
        (f"IN 3{GAP}", None, None),
        (f"IN 1{GAP}0 beaten", None, "0 beaten"),
        (f"IN {GAP}0 beaten", None, "beaten"),
        (f"Нарушение: не пус{GAP}", None, "не пус"),
    ],
)
def test_an_incident_is_read(text: str, category: int | None, comment: str | None, election: Election) -> None:
    [incident] = incidents(election, text)
    assert incident.answers.get(CATEGORY) == category
    assert incident.comment == comment


@pytest.mark.parametrize("text", [f"OP A1 B0730{GAP}", f"{GAP}?!", f"тест OP A1{GAP}", GAP])
def test_it_is_held_whatever_it_says(text: str, election: Election) -> None:
    assert read_incomplete(text, election).held == "incomplete"
