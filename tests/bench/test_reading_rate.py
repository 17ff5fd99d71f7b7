"""How many messages a second one core reads: `make bench` prints it. It measures and judges no time."""

import random
import statistics
import time
from collections.abc import Callable

import pytest
from sample_election import sample

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.reading import read
from chalicelib.rehearsal.simulation.answers import random_answers
from chalicelib.rehearsal.simulation.messages import Content, compose
from chalicelib.rehearsal.simulation.noise import CLEAN, NOISY, Noise

MESSAGES = 10_000
RUNS = 5


def messages(election: Election, noise: Noise) -> list[str]:
    chance = random.Random(2017)
    texts = []
    for _ in range(MESSAGES):
        form = chance.choice(election.forms)
        station = chance.choice([None, chance.choice(election.stations).number])
        content = Content(form.code, station, random_answers(form, chance), round=chance.choice(form.round_names))
        texts.append(compose(election, content, noise, chance).text)
    return texts


@pytest.mark.parametrize(("kind", "noise"), [("noisy", NOISY), ("clean", CLEAN)])
def test_reading_rate(kind: str, noise: Noise, record_property: Callable[[str, object], None]) -> None:
    election = sample()
    texts = messages(election, noise)
    rates = []
    for _ in range(RUNS):
        begun = time.process_time()
        for text in texts:
            read(text, election)
        rates.append(MESSAGES / (time.process_time() - begun))
    assert sum(bool(read(text, election).reports) for text in texts) > 0.99 * MESSAGES
    median = f"{statistics.median(rates):,.0f}"
    record_property("figure", (f"reading, {kind}: messages a second on one core (median of {RUNS})", median))
