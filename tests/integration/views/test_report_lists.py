"""Lists of reports, doubts and observers: page by page, each once, with few reads."""

import datetime as dt
from typing import Any
from urllib.parse import quote

import pytest
from aws_faults import Wire
from pipeline import Load, Pipeline
from read_units import ReadMeter
from reports_desk import ELECTION, STATION, Desk, day_of_doubts, kept

from chalicelib.services.views import observers, report_list


@pytest.fixture
def day(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    return day_of_doubts(pipeline, monkeypatch)


def all_of(desk: Desk, what: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = desk.get(f"{ELECTION}/{what}", query | cursor).json()
        found += page[what]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def test_reports_are_listed_by_station_each_once(day: Pipeline) -> None:
    desk = Desk(day)
    listed = all_of(desk, "reports")
    stations = [station.number for station in day.election.stations]
    assert [(report["station"], report["form"]) for report in listed] == [
        *((number, "CL") for number in stations[:3]),
        (stations[3], "OP"),
    ]
    assert all_of(desk, "reports", limit="1") == listed
    assert [row["station"] for row in all_of(desk, "reports", state="conflict")] == [stations[0]]
    assert [row["doubts"] for row in all_of(desk, "reports", form="OP")] == [[]]
    assert listed[0]["answers"]["C"] == 1201
    assert listed[0]["conflicts"] == ["D"]
    assert desk.get(f"{ELECTION}/reports", {"cursor": "nonsense"}).status == 400


def test_a_page_of_reports_looks_at_so_many_stations(day: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_list, "MOST_READ", 2)
    desk = Desk(day)
    page = desk.get(f"{ELECTION}/reports", {"form": "OP"}).json()
    assert page["reports"] == []
    assert page["next"] is not None
    assert [row["form"] for row in all_of(desk, "reports", form="OP")] == ["OP"]


def test_observers_are_listed_with_their_phones(day: Pipeline) -> None:
    desk = Desk(day)
    listed = all_of(desk, "observers", limit="7")
    assert [row["number"] for row in listed] == sorted(observer.number for observer in day.election.observers)
    lead = day.observers()[0]
    search = {"search-text": quote(lead.name.upper())}
    answer = desk.api.ask("GET", f"{ELECTION}/observers", None, headers=search, election_id=day.election.id)
    [found] = answer.json()["observers"]
    assert (found["name"], found["phones"][0]["phone"], found["station"]) == (lead.name, lead.phones[0], desk.station)
    assert found["last_heard"] is not None
    assert all_of(desk, "observers", station=desk.station) == [row for row in listed if row["station"] == desk.station]


def test_what_is_searched_for_stands_in_no_address(day: Pipeline) -> None:
    desk = Desk(day)
    refused = desk.get(f"{ELECTION}/observers", {"text": "Ann"})
    assert refused.status == 400
    assert refused.json()["errors"] == [
        {
            "at": "/text",
            "what": "Say it in the header Search-Text, percent-encoded: addresses are logged",
        }
    ]
    for words, found in (("%FF", 0), ("", 7), ("x" * 601, None)):
        headers, route = {"search-text": words}, f"{ELECTION}/observers"
        answer = desk.api.ask("GET", route, None, headers=headers, query={"limit": "7"}, election_id=day.election.id)
        assert answer.status == (400 if found is None else 200)
        assert found is None or len(answer.json()["observers"]) == found


def test_an_observer_s_figures_count_their_newest_messages(day: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, lead = Desk(day), day.observers()[0]
    day.say(lead.phones[0], "thank you")
    route = f"{ELECTION}/observers/{{number}}"
    figures = desk.get(route, number=lead.number).json()["figures"]
    assert figures == {"sms": 2, "accepted": 1, "asked_again": 1, "reports": 1, "in_time": 1}
    monkeypatch.setattr(observers, "MOST_FIGURED", 0 + 1)
    assert desk.get(route, number=lead.number).json()["figures"]["sms"] <= 1


def test_a_list_that_has_not_changed_is_a_304(day: Pipeline) -> None:
    desk = Desk(day)
    for route, path in (
        (STATION, {"station": desk.station}),
        (f"{ELECTION}/doubts", {}),
        (f"{ELECTION}/reports", {}),
        (f"{ELECTION}/observers", {}),
        (f"{ELECTION}/regions/{{region}}/stations", {"region": "Bishkek"}),
    ):
        first = desk.get(route, **path)
        seen = {"if-none-match": first.headers["etag"]}
        again = desk.api.ask("GET", route, None, headers=seen, election_id=day.election.id, **path)
        assert (first.status, again.status, again.text) == (200, 304, ""), route


def test_doubts_of_a_region_are_four_units_at_most(load: Load, wire: Wire) -> None:
    pipeline = load(size=20)
    pipeline.now += dt.timedelta(hours=12)
    for place in range(10):
        pipeline.say(pipeline.observers(place)[0].phones[0], "CL A2010 B1 C1201 D11 E600 F400 G90")
    kept(pipeline)
    desk = Desk(pipeline)
    with ReadMeter(wire) as meter:
        assert len(desk.doubts(region="Bishkek")) == 10
    work = [request for request in meter.requests if request.endswith("work")]
    print(f"doubts: {meter.units} read units, {meter.requests}")  # noqa: T201
    assert len(work) == 2, "the doubts, and who has them in hand"
    assert meter.units <= 4
