"""What somebody types finds stations, observers and an incident, of what they may see."""

from typing import Any

from api_client import Api
from pipeline import Load, Pipeline

from chalicelib.services.access.operators import add_operator

SEARCH = "/v1/elections/{election_id}/search"


def found(pipeline: Pipeline, text: str, role: Any = "operator", regions: tuple[str, ...] = ()) -> dict[str, Any]:
    """What an operator finds, by kind."""
    election = pipeline.current.election.id
    api = Api(add_operator("Aida", role, election, regions, pipeline.now))
    answer = api.ask("GET", SEARCH, None, headers={"search-text": text}, election_id=election)
    assert answer.status == 200, answer.text
    return dict(answer.json())


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["number"] for row in rows]


def test_a_number_finds_its_station_and_digits_of_a_phone_their_observer(load: Load) -> None:
    pipeline = load(size=2)
    lead, second = pipeline.observers(0)
    assert numbers(found(pipeline, lead.station)["stations"])[0] == lead.station
    assert numbers(found(pipeline, lead.number)["observers"])[0] == lead.number
    digits = lead.phones[0][-6:]
    assert lead.number in numbers(found(pipeline, f"{digits[:3]}-{digits[3:]}")["observers"])
    assert second.number in numbers(found(pipeline, second.name.split()[0].upper())["observers"])
    assert found(pipeline, "zzz") == found(pipeline, "  ") | {"is_cut": False}


def test_an_incident_is_found_by_its_number(load: Load) -> None:
    pipeline = load(size=2)
    lead, _ = pipeline.observers(0)
    pipeline.say(lead.phones[0], "IN 3 they threaten us")
    number = max(incident["number"] for incident in incidents(pipeline))
    incident = found(pipeline, str(number))["incident"]
    assert (incident["number"], incident["station"]) == (number, lead.station)
    assert found(pipeline, "9" * 40)["incident"] is None


def incidents(pipeline: Pipeline) -> list[dict[str, Any]]:
    election = pipeline.current.election.id
    api = Api(add_operator("Lead", "headquarters", election, (), pipeline.now))
    return list(api.get("/v1/elections/{election_id}/incidents", election_id=election).json()["incidents"])


def test_nobody_finds_who_or_what_they_may_not_see(load: Load) -> None:
    pipeline = load(size=2)
    lead, _ = pipeline.observers(0)
    election = pipeline.current.election
    elsewhere = next(region for region in election.regions if region != election.region_of(lead.station))
    assert found(pipeline, lead.number, "viewer")["observers"] == []
    assert found(pipeline, lead.phones[0], "viewer")["observers"] == []
    assert numbers(found(pipeline, lead.station, "viewer")["stations"])[0] == lead.station
    assert lead.station not in numbers(found(pipeline, lead.station, regions=(elsewhere,))["stations"])
    assert found(pipeline, lead.number, regions=(elsewhere,))["observers"] == []
