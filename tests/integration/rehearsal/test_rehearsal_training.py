"""What a rehearsal leaves for the page: figures for training, and simulated observers to ring."""

import datetime as dt
from typing import Any

import pytest
from api_client import Api
from pipeline import Load, Pipeline

from chalicelib.rehearsal.simulation.phone_calls import spoken_answers
from chalicelib.services.access.operators import add_operator
from chalicelib.services.rehearsals.training import MOST_COMPARED, keep_training
from chalicelib.store.calls import call_of
from chalicelib.store.operators import Role
from chalicelib.store.rehearsals import keep_simulated

TRAINING = "/v1/elections/{election_id}/training"
RING = "/v1/elections/{election_id}/calls/{station}/ring"
NOW = dt.datetime.now(dt.UTC)


def bearer(pipeline: Pipeline, role: Role, *regions: str) -> Api:
    return Api(add_operator("Ann", role, pipeline.election.id, regions, NOW))


def figures(rehearsal: str, observer: str) -> dict[str, Any]:
    question = {"form": "OP", "code": "A", "label": "Open?", "typed": 9, "asked_again": 2, "misread": 0}
    return {
        "rehearsal": rehearsal,
        "source": "kg",
        "began_at": NOW.isoformat(),
        "ended_at": NOW.isoformat(),
        "seed": 7,
        "noise": 20.0,
        "sent": 10,
        "acknowledged": 10,
        "accounted": 10,
        "outcomes": {"accepted": 9, "partly_accepted": 1},
        "reports": 10,
        "reports_on_time": 9,
        "reports_elsewhere": 0,
        "questions": [question | {"examples": ["OP A maybe"]}],
        "bands": {"none": 1},
        "observers": [{"observer": observer, "messages": 4, "not_accepted": 2}],
        "observers_cut": 0,
        "never_heard": [],
        "call_centre": None,
    }


@pytest.fixture
def pipeline(load: Load) -> Pipeline:
    return load()


def test_so_many_rehearsals_are_compared_the_newest_first(pipeline: Pipeline) -> None:
    observer = pipeline.election.observers[0]
    names = [f"rehearsal-2026112{day}-080000" for day in range(MOST_COMPARED + 2)]
    for name in names:
        keep_training(pipeline.election.id, name, figures(name, observer.number), NOW)
    shown = bearer(pipeline, "operator").get(TRAINING, election_id=pipeline.election.id)
    assert shown.status == 200, shown.text
    rehearsals = shown.json()["rehearsals"]
    assert [rehearsal["rehearsal"] for rehearsal in rehearsals] == names[::-1][:MOST_COMPARED]
    assert rehearsals[0]["observers"] == [
        {"observer": observer.number, "messages": 4, "not_accepted": 2, "station": observer.station}
    ]
    copied = Api(add_operator("Ann", "operator", pipeline.election.id, (), NOW))
    assert copied.get(TRAINING, election_id="none").status in (403, 404)
    assert bearer(pipeline, "viewer").get(TRAINING, election_id=pipeline.election.id).status == 403


def test_a_simulated_observer_answers_whoever_rings(pipeline: Pipeline) -> None:
    election = pipeline.election
    station = election.stations[0]
    phone = election.observers_by_station[station.number][0].phones[0]
    api = bearer(pipeline, "operator")

    def ring(number: str, by: Api = api) -> Any:
        return by.ask("POST", RING, {"phone": number}, election_id=election.id, station=station.number)

    refused = ring(phone)
    assert refused.status == 404
    assert "--answer-calls" in refused.text
    spoken = spoken_answers(election, 7)
    spoken[station.number][phone]["outcomes"] = ["no_answer", "answered"]
    keep_simulated(election.id, spoken, NOW)
    assert ring(phone).json() | {"observer": ""} == {
        "station": station.number,
        "observer": "",
        "outcome": "no_answer",
        "reports": [],
    }
    row = call_of(election.id, station.region, station.number)
    row.tries = 1
    row.save()
    answered = ring(phone).json()
    assert answered["outcome"] == "answered"
    assert {report["form"] for report in answered["reports"]} == {form.code for form in election.forms if form.is_owed}
    assert ring("+15005550006").status == 404
    elsewhere = next(region for region in election.regions if region != station.region)
    assert ring(phone, bearer(pipeline, "operator", elsewhere)).status == 404
    assert ring(phone, bearer(pipeline, "viewer")).status == 403
