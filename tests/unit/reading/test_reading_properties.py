"""What holds for every text: reading never fails, never invents, and takes time in proportion to the length."""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.canonical_text import canonical_answer, canonical_text
from chalicelib.observation.reading.model import CATEGORY
from chalicelib.observation.reading.reading import read
from chalicelib.rehearsal.simulation.answers import random_answers
from chalicelib.rehearsal.simulation.messages import ComposedText, Content, compose
from chalicelib.rehearsal.simulation.noise import CLEAN, NOISY

SEEDS = st.integers(min_value=0, max_value=10**9)
WRITTEN = """
OP TU VO CL IN ЯВКА ИН Откытие A B C D E F a в с Б Z O l I З 1 2 12 320 0730 14:00 1003 9999 @0004 да нет no y д не на
и УИК №5 # ~ ? % + > -> (1/2) :D xD точнее около тыс к чел человека спасибо хорошо тест голоса Cl5 1. 2) 0555123456
+996 555 12 34 56
"""
PIECES = st.sampled_from(WRITTEN.split())
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "\n", ", ", "-"])), max_size=40).map(
        lambda pairs: "".join(piece + gap for piece, gap in pairs)
    ),
)
relaxed = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


def composed(election: Election, seed: int, noise: float) -> ComposedText:
    chance = random.Random(seed)
    form = chance.choice(election.forms)
    station = chance.choice([None, chance.choice(election.stations).number])
    round_name = chance.choice(form.round_names)
    content = Content(form.code, station, random_answers(form, chance), round=round_name)
    return compose(election, content, NOISY.scaled(noise), chance)


@given(text=TEXTS)
@relaxed
def test_reading_never_fails_and_is_the_same_again(text: str, election: Election) -> None:
    reading = read(text, election)
    assert reading == read(text, election)
    for report in reading.reports:
        assert not set(report.answers) & set(report.rejected)
        known = {CATEGORY} if report.form == "IN" else set(election.form_by_code[report.form].by_code)
        assert set(report.answers) <= known


@given(text=st.text(min_size=50, max_size=500), times=st.integers(min_value=20, max_value=200))
@settings(relaxed, max_examples=20)
def test_reading_never_fails_on_long_texts(text: str, times: int, election: Election) -> None:
    read((text * times)[:10_000], election)


@given(seed=SEEDS)
@relaxed
def test_canonical_rendering_reads_back(seed: int, election: Election) -> None:
    chance = random.Random(seed)
    form = chance.choice(election.forms)
    station, answers = chance.choice(election.stations).number, random_answers(form, chance)
    (report,) = read(canonical_text(form, station, answers, "рахмат A1 # 5"), election).reports
    assert (report.form, report.station, dict(report.answers), dict(report.rejected)) == (
        form.code,
        station,
        answers,
        {},
    )
    assert report.comment == "рахмат A1 # 5"


@given(seed=SEEDS)
@relaxed
def test_composed_without_noise_is_canonical(seed: int, election: Election) -> None:
    message = composed(election, seed, 0)
    assert message.text == canonical_text(
        election.form_by_code[message.meaning.form], message.meaning.station, message.meaning.answers
    )
    assert not message.defects
    assert NOISY.scaled(0) == CLEAN


@given(seed=SEEDS, noise=st.sampled_from([0.5, 1, 2]))
@relaxed
def test_noise_never_makes_another_answer(seed: int, noise: float, election: Election) -> None:
    message = composed(election, seed, noise)
    for report in read(message.text, election).reports:
        assert report.form == message.meaning.form
        assert report.station in (message.meaning.station, None)
        assert report.round in (message.meaning.round, None), message.text
        for code, value in report.answers.items():
            assert message.meaning.answers.get(code) == value, message.text


@given(seed=SEEDS)
@relaxed
def test_order_of_answers_does_not_matter(seed: int, election: Election) -> None:
    chance = random.Random(seed)
    form = chance.choice(election.forms)
    answers = random_answers(form, chance)
    parts = [canonical_answer(form, code, value) for code, value in answers.items()]
    parts += [f"{chance.choice(list(answers))}{chance.choice(['1', '2', '999999', '0730', 'да'])}" for _ in range(2)]
    readings = set()
    for _ in range(4):
        chance.shuffle(parts)
        (report,) = read(f"{form.code} 1003 {' '.join(parts)}", election).reports
        readings.add((tuple(sorted(report.answers.items())), tuple(sorted(report.rejected))))
    assert len(readings) == 1


def test_generated_messages_are_read(election: Election) -> None:
    """Recall at least 0.995 and no wrong answer on the generator's noise."""
    intended = missing = named = without_round = 0
    made: set[str] = set()
    for seed in range(2_000):
        message = composed(election, seed, 1)
        (report,) = read(message.text, election).reports
        assert {code: message.meaning.answers.get(code) for code in report.answers} == report.answers, message.text
        assert report.round == message.meaning.round or report.rejected.get("round"), message.text
        assert ("station" in report.rejected) == ("station" in message.meaning.rejected), message.text
        named += message.meaning.round is not None
        made |= message.defects
        without_round += "round" in report.rejected
        intended += len(message.meaning.answers)
        missing += len(message.meaning.answers.keys() - report.answers.keys())
    assert missing <= 0.005 * intended
    assert {field.name for field in fields(NOISY)} == made
    assert without_round <= 0.02 * named


WORST = [
    "OP ", "O", "1", "1 ", "OP A1 ", "A1 A2 ", "OP x A1 ", "# OP A1\n", "ИН 03 x\n", "in 5 ", "l", "О1", "и\u0301",
    "\u200b", "нет ", "да", "AдB", "a\n", ":D ", "(1/2)", "1. A1 ", "1003 ", "на 14:00 ", "@12 ", "ОТКРЫТИ", "салам ",
    "OP салам ", "A B x\n", "\nA1 B x", "12 34 ", "0555 ", "Б1", "Cl5 ", "OP C1 Cl5 ", "~", "не 5 ", "УИК ", "baykoo",
    "тест", "не ", "   ", "пишите ", "OPA", "VO1003", "http://", "D y ", "A1x ", "B.",
]  # fmt: skip


@contextmanager
def counted_steps() -> Iterator[list[int]]:
    """Counts the lines of Python executed meanwhile, which a busy machine does not change."""
    steps = [0]

    def trace(frame: object, event: str, argument: object) -> object:
        steps[0] += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        yield steps
    finally:
        sys.settrace(before)


@pytest.mark.parametrize("piece", WORST)
def test_steps_are_linear_in_the_length(piece: str, election: Election) -> None:
    """Ten times the text takes at most twelve times the steps, for texts built to be the worst."""

    def steps(length: int) -> int:
        text = ("OP " + piece * length)[:length]
        read(text, election)
        with counted_steps() as counted:
            read(text, election)
        return counted[0]

    assert steps(3_000) <= 12 * steps(300) + 2_000


@pytest.mark.parametrize("piece", WORST)
def test_time_is_far_from_quadratic(piece: str, election: Election) -> None:
    """The steps do not show what happens inside a pattern; quadratic would be 100 times, and a busy machine is not."""

    def seconds(length: int) -> float:
        text = ("OP " + piece * length)[:length]
        times = []
        for _ in range(3):
            begun = time.process_time()
            read(text, election)
            times.append(time.process_time() - begun)
        return min(times)

    assert seconds(20_000) <= 40 * max(seconds(2_000), 0.0005)


REMOVABLE = st.sampled_from(
    ["@2", "@0004", "(@2)", "чел", "киши", "voters", "people", "уик 1001", "на 14:00", ":D", "(1/2)", "\n", "№2", "👍"]
)
STRANGERS = st.sampled_from(["чел", "u", "Z", "хорошо", "спасибо", "т.к.", "0555123456", "к", "#", "www.example.org"])
PROSE = st.sampled_from(["спасибо", "Sent from my", "прошу", "байкоочу", "we saw", "кабинет", "Отправлено с", "voters"])
SAMPLE_CODES = st.lists(st.sampled_from(["A1", "B0730", "C5", "D2", "E100", "A да", "1003"]), min_size=1, max_size=4)


@given(
    value=st.integers(1, 999),
    thing=REMOVABLE,
    digits=st.integers(100, 999),
    gaps=st.tuples(*[st.sampled_from([" ", "", ", "])] * 2),
)
@relaxed
def test_nothing_between_a_value_and_digits_makes_another_number(
    value: int, thing: str, digits: int, gaps: tuple[str, str], election: Election
) -> None:
    text = f"OP E{value}{gaps[0]}{thing}{gaps[1]}{digits} D1"
    for report in read(text, election).reports:
        assert report.answers.get("E") in (None, value), text


@given(seed=SEEDS, thing=STRANGERS)
@relaxed
def test_nothing_typed_in_a_coded_part_vanishes(seed: int, thing: str, election: Election) -> None:
    chance = random.Random(seed)
    form = chance.choice(election.forms)
    parts = [canonical_answer(form, code, value) for code, value in random_answers(form, chance).items()]
    parts.insert(chance.randrange(1, len(parts) + 1), thing)
    reports = read(f"{form.code} {' '.join(parts)}", election).reports
    traces = [report.comment or report.repairs or report.rejected for report in reports]
    assert not reports or any(traces) or thing == "#", parts


@given(seed=SEEDS, prose=PROSE, codes=SAMPLE_CODES)
@relaxed
def test_a_line_that_begins_with_prose_adds_no_answer(
    seed: int, prose: str, codes: list[str], election: Election
) -> None:
    chance = random.Random(seed)
    form = chance.choice(election.forms)
    answers = random_answers(form, chance)
    kept = dict(list(answers.items())[: chance.randint(1, len(answers))])
    coded = " ".join(canonical_answer(form, code, value) for code, value in kept.items())
    (report,) = read(f"{form.code} 1003 {coded}\n{prose} {' '.join(codes)}", election).reports
    assert dict(report.answers) == kept
    assert report.comment is not None
