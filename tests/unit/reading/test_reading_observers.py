"""Two observers who share a phone: whose each form of an SMS is."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.reading.canonical_text import canonical_answer
from chalicelib.observation.reading.reading import read
from chalicelib.rehearsal.simulation.answers import random_answers

DOUBT = "?"
relaxed = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def whose(text: str, election: Election) -> list[tuple[str, str | None]]:
    reports = read(text, election).reports
    return [
        (report.form, DOUBT if report.rejected.get("observer") == "ambiguous" else report.observer)
        for report in reports
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OP @0001 A1 B0730\nOP @0002 A1 B0731", [("OP", "0001"), ("OP", "0002")]),
        ("OP A1 B0730\nOP @0002 A1 B0731", [("OP", None), ("OP", "0002")]),
        ("OP A1 B0730 OP @0002 A1 B0731", [("OP", None), ("OP", "0002")]),
        # before the name
        ("@0002 OP A1 B0730", [("OP", "0002")]),
        ("@0002\nOP A1", [("OP", "0002")]),
        ("привет @0002 OP A1", [("OP", "0002")]),
        ("@0002 Открытее A1 B0730", [("OP", "0002")]),
        ("@0002 IN 3 драка", [("IN", "0002")]),
        ("@0002 Нарушение: не пускают", [("IN", "0002")]),
        ("OP A1\n@0002 OP A1 B0731", [("OP", None), ("OP", "0002")]),
        ("OP A1\n@0002 1003 TU A5", [("OP", None), ("TU", "0002")]),
        ("@0001 OP A1 @0002 OP A2", [("OP", "0001"), ("OP", "0002")]),
        ("@0001\nOP A1\n@0002\nOP A2", [("OP", "0001"), ("OP", "0002")]),
        # after the answers
        ("OP A1 @0001 OP A2 @0002", [("OP", "0001"), ("OP", "0002")]),
        ("OP A1 @0001\nOP A2\n@0002", [("OP", "0001"), ("OP", "0002")]),
        ("OP A1 спасибо @0002", [("OP", "0002")]),
        ("IN 3 @0002 драка", [("IN", "0002")]),
        ("IN 3 @0002\nOP A1", [("IN", "0002"), ("OP", "0002")]),
        # held for the later forms that name none
        ("OP @0002 A1\nTU A320\nIN 3 драка", [("OP", "0002"), ("TU", "0002"), ("IN", "0002")]),
        ("OP @0002 A1\nTU @0001 A320\nVO A1", [("OP", "0002"), ("TU", "0001"), ("VO", "0001")]),
        ("OP A1\nTU @0002 A320", [("OP", None), ("TU", "0002")]),
        # never guessed
        ("OP A1 @0001 @0002", [("OP", DOUBT)]),
        ("OP @0001 A1 @0002", [("OP", DOUBT)]),
        ("@0001 OP A1 @0002", [("OP", DOUBT)]),
        ("OP @0002 A1 @0002", [("OP", "0002")]),
        ("OP @0001 @0002 A1\nTU A320", [("OP", DOUBT), ("TU", DOUBT)]),
        ("OP A1\n@0002\nTU A320", [("OP", DOUBT), ("TU", "0002")]),
        ("OP A1\n@0002\nOP A2\n@0001", [("OP", DOUBT), ("OP", DOUBT)]),
        ("IN @0001 @0002 3 драка", [("IN", DOUBT)]),
        # text
        ("OP A1 # спасибо @0002", [("OP", None)]),
        ("OP A1 # спасибо @0002\nTU A320", [("OP", None), ("TU", None)]),
        ("OP A1 # спасибо\n@0002 TU A320", [("OP", None), ("TU", "0002")]),
        ("IN 3 дерутся @0002", [("IN", None)]),
        ("IN @0001 3 дерутся, @0002 тоже", [("IN", "0001")]),
        ("IN 3 дерутся\n@0002 OP A1 B0730", [("IN", None), ("OP", "0002")]),
        ("IN 3 дерутся\n@0002\nOP A1 B0730", [("IN", None), ("OP", "0002")]),
        ("@0002", []),
    ],
)
def test_whose_each_form_is(text: str, expected: list[tuple[str, str | None]], election: Election) -> None:
    assert whose(text, election) == expected


def test_an_incident_keeps_its_own_words(election: Election) -> None:
    first, second = read("IN @0001 3 дерутся\nIN @0002 2 вброс", election).reports
    assert (first.observer, dict(first.answers), first.comment) == ("0001", {"category": 3}, "дерутся")
    assert (second.observer, dict(second.answers), second.comment) == ("0002", {"category": 2}, "вброс")


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ("@0002 OP A1", [None]),
        ("Салам @0002 OP A1 рахмат", ["Салам рахмат"]),
        ("OP A1 спасибо TU A320", ["спасибо", None]),
        ("OP A1 спасибо\n@0002 TU A320 всё", ["спасибо", "всё"]),
        ("IN 3 дерутся, @0002 тоже\n@0001 OP A1", ["дерутся, @0002 тоже", None]),
        ("OP A1 # рахмат @0002", ["рахмат @0002"]),
    ],
)
def test_words_after_a_form_are_that_forms_alone(text: str, comments: list[str | None], election: Election) -> None:
    assert [report.comment for report in read(text, election).reports] == comments


STYLES = st.sampled_from(["before", "line before", "header", "end"])
NUMBERS = st.sampled_from([("0001", "0002"), ("0002", "0001"), (None, "0002")])


@given(seed=st.integers(0, 10**9), style=STYLES, numbers=NUMBERS, one_line=st.booleans())
@relaxed
def test_two_observers_forms_are_each_theirs_in_any_order(
    seed: int, style: str, numbers: tuple[str | None, str], one_line: bool, election: Election
) -> None:
    in_doubt = style == "line before" and (one_line or numbers[0] is None)
    in_doubt |= style == "before" and one_line and numbers[0] is None
    if not in_doubt:
        intended, text = _two_forms(seed, numbers, (style, style), " " if one_line else "\n", election)
        read_as = [(report.observer, dict(report.answers)) for report in read(text, election).reports]
        assert read_as == intended, text


@given(seed=st.integers(0, 10**9), styles=st.tuples(STYLES, STYLES), numbers=NUMBERS)
@relaxed
def test_nobody_gets_the_others_answers_however_each_signs(
    seed: int, styles: tuple[str, str], numbers: tuple[str | None, str], election: Election
) -> None:
    intended, text = _two_forms(seed, numbers, styles, "\n", election)
    for report in read(text, election).reports:
        if "observer" not in report.rejected:
            assert (report.observer, dict(report.answers)) in intended, text


def _two_forms(
    seed: int, numbers: tuple[str | None, str], styles: tuple[str, str], gap: str, election: Election
) -> tuple[list[tuple[str | None, dict]], str]:
    chance = random.Random(seed)
    form = chance.choice(election.forms)
    intended = [(number, random_answers(form, chance)) for number in numbers]
    pieces = [_written(form, number, style, answers) for (number, answers), style in zip(intended, styles, strict=True)]
    return intended, gap.join(pieces)


def _written(form: Form, number: str | None, place: str, answers: dict) -> str:
    coded = " ".join(canonical_answer(form, code, value) for code, value in answers.items())
    if number is None:
        return f"{form.code} {coded}"
    return {
        "before": f"@{number} {form.code} {coded}",
        "line before": f"@{number}\n{form.code} {coded}",
        "header": f"{form.code} @{number} {coded}",
        "end": f"{form.code} {coded} @{number}",
    }[place]
