"""What reads as an incident is known at a glance, whatever was typed; hardly anything else is."""

import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest
from sample_election import changed, sample

from chalicelib.observation.elections.election import Election, Form, Question
from chalicelib.observation.incidents.urgent_pattern import incident_pattern
from chalicelib.observation.reading.reading import read
from chalicelib.rehearsal.simulation.day import Plan, simulate_day
from chalicelib.rehearsal.simulation.write import write
from chalicelib.services.incidents.alerts import opens_incident

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "tests/corpus").glob("*.jsonl"))
CORPUS = [json.loads(line)["text"] for file in FILES for line in file.read_text().splitlines()]


def known_in(election: Election, texts: Iterable[str]) -> list[str]:
    """Those of the texts that may open an incident."""
    pattern = re.compile(incident_pattern(election) or "(?!)")
    return [text for text in texts if pattern.search(unicodedata.normalize("NFKC", text))]


def divided(election: Election, texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Texts that open an incident, and others."""
    found: tuple[list[str], list[str]] = ([], [])
    for text in texts:
        found[not opens_incident(election, read(text, election))].append(text)
    return found


def test_every_incident_of_the_corpus_is_known_and_little_else() -> None:
    opening, others = divided(sample(), CORPUS)
    assert len(opening) > 70
    assert known_in(sample(), opening) == opening
    assert len(known_in(sample(), others)) < len(others) / 20


@pytest.mark.parametrize("noise", [20, 100])
def test_every_critical_answer_of_a_day_is_known_and_little_else(noise: int) -> None:
    plan = Plan(observers=60, minutes=5, noise=noise, duplicates=0, incidents=40, seed=1)
    texts = [write(sample(), planned, plan).text for planned in simulate_day(sample(), plan).messages]
    opening, others = divided(sample(), texts)
    assert len(opening) > 20
    assert known_in(sample(), opening) == opening
    assert len(known_in(sample(), others)) < len(others) / 30


@pytest.mark.parametrize(
    ("question", "known", "others"),
    [
        (
            Question(code="A", type="yesno", critical_if=True),
            ["OP A1", "OP а да", "Op AYes", "OP A: l"],
            ["OP A2", "OP A нет", "OP A12"],
        ),
        (
            Question(code="K", type="choice", options={2: "b", 12: "l"}, critical_if=12),
            ["OP K12", "OP К - 012"],
            ["OP K2", "OP K123"],
        ),
        (
            Question(code="C", type="choices", options={1: "a", 3: "c", 5: "e"}, critical_if=3),
            ["OP C135", "OP С 1, 3", "OP C3"],
            ["OP C15", "OP B3"],
        ),
    ],
)
def test_every_type_of_critical_answer_is_known(question: Question, known: list[str], others: list[str]) -> None:
    assert known_in(an_election(question), [*known, *others]) == known


def an_election(question: Question) -> Election:
    return changed(sample(), incidents=None, forms=(Form(code="OP", questions=(question,)),))


@pytest.mark.parametrize(
    "text", ["IN 3 x", "in3x", "ИН 07", "Окуя: сокту", "Добрый день! ИНЦИДЕНТ 3", "ｉｎ 3", "OP A1\nин 2"]
)
def test_however_it_is_typed(text: str) -> None:
    assert known_in(sample(), [text])


@pytest.mark.parametrize("text", ["OP A1 B0730", "", "инструкция", "INFO", "ЯВКА 1001 А415", "3"])
def test_what_is_none(text: str) -> None:
    assert not known_in(sample(), [text])


def test_an_election_that_can_have_no_incident_has_none() -> None:
    assert incident_pattern(an_election(Question(code="A", type="yesno"))) is None
