"""What simulated observers say when the call desk rings them."""

import random
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chalicelib.observation.calls.outcomes import Outcome
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.reading.canonical_text import canonical_value
from chalicelib.rehearsal.simulation.truth import StationTruth

FIRST: Final[Mapping[Outcome, int]] = {
    "answered": 70,
    "no_answer": 12,
    "will_send": 8,
    "unreachable": 5,
    "wrong_number": 3,
    "refuses": 2,
}
"""What becomes of a phone's first call, in percent; the second is answered."""


def spoken_answers(election: Election, seed: int) -> dict[str, dict[str, Any]]:
    """Return what each phone says, by station and phone.

    `outcomes` of its calls in their order, and `reports` as they would be typed, the truth of the station.
    """
    return {
        station: dict(_phones(StationTruth(election, election.station_by_number[station], seed, 0), observers))
        for station, observers in election.observers_by_station.items()
    }


def _phones(truth: StationTruth, observers: tuple[Observer, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    reports = list(_reports(truth))
    for observer in observers:
        for phone in observer.phones:
            chance = truth.chance("phone", observer.number, phone)
            yield phone, {"observer": observer.number, "outcomes": _outcomes(chance), "reports": reports}


def _outcomes(chance: random.Random) -> list[Outcome]:
    [first] = chance.choices(list(FIRST), list(FIRST.values()))
    return [first] if first == "answered" else [first, "answered"]


def _reports(truth: StationTruth) -> Iterator[dict[str, Any]]:
    for form in truth.election.forms:
        for round_name in form.round_names if form.is_owed else ():
            answers = truth.answers(form, round_name)
            typed = {code: canonical_value(form.by_code[code], value) for code, value in answers.items()}
            yield {"form": form.code, "round": round_name, "answers": typed}
