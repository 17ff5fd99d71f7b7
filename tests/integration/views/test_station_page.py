"""One station whole: both observers side by side, where each answer comes from, and what it costs to read."""

import datetime as dt
from typing import Any

import pytest
from aws_faults import Wire
from entries import aida, enter
from pipeline import Load, Pipeline
from read_units import ReadMeter

from chalicelib.services.access.operators import Operator
from chalicelib.services.views import station, stations
from chalicelib.services.views.reader import Reader
from chalicelib.services.views.station import describe_station
from chalicelib.services.views.station_filter import StationFilter
from chalicelib.services.views.stations import find_stations, stations_of_region

MOST_UNITS = 10
COUNT = "CL 1001 A2010 B1 C1201 D11 E600 F400 G190"


def describe(pipeline: Pipeline, place: int = 0, reader: Reader | None = None) -> dict[str, Any]:
    number = pipeline.election.stations[place].number
    document = describe_station(pipeline.current, reader or Reader(aida(pipeline)), number, pipeline.now)
    assert document is not None
    return document


def report(document: dict[str, Any], form: str, round_name: str = "-") -> dict[str, Any]:
    return next(report for report in document["reports"] if (report["form"], report["round"]) == (form, round_name))


def question(document: dict[str, Any], form: str, code: str) -> dict[str, Any]:
    return next(question for question in report(document, form)["questions"] if question["code"] == code)


@pytest.fixture
def counted(pipeline: Pipeline) -> Pipeline:
    """Both observers count, and disagree in one number; the lead's E is corrected by phone."""
    pipeline.now += dt.timedelta(hours=12)
    lead, other = pipeline.observers()
    pipeline.say(lead.phones[0], COUNT.replace("E600", "E610"))
    pipeline.now += dt.timedelta(minutes=1)
    pipeline.say(other.phones[0], COUNT.replace("D11", "D21"))
    pipeline.now += dt.timedelta(minutes=1)
    enter(pipeline, "CL 1001 E600", lead)
    return pipeline


def test_both_observers_stand_side_by_side_with_their_sources(counted: Pipeline) -> None:
    lead, other = counted.observers()
    document = describe(counted)
    assert [observer["number"] for observer in document["observers"]] == [lead.number, other.number]
    corrected = question(document, "CL", "E")
    assert (corrected["counts"], corrected["how"]) == (600, "agreed")
    first, second = corrected["observers"][lead.number], corrected["observers"][other.number]
    assert (first["value"], first["source"], first["by"]) == (600, "phone", "Aida (operator)")
    assert [(answer["value"], answer["source"]) for answer in first["history"]] == [(600, "phone"), (610, "sms")]
    assert (second["value"], second["source"], second["by"]) == (600, "sms", None)
    assert first["history"][1]["message"].startswith("generic#")
    conflict = question(document, "CL", "D")
    assert (conflict["counts"], conflict["how"]) == (None, "conflict")
    assert {number: given["value"] for number, given in conflict["observers"].items()} == {
        lead.number: 11,
        other.number: 21,
    }
    assert report(document, "CL")["state"] == "conflict"
    assert [doubt["sentence"] for doubt in report(document, "CL")["doubts"]] == [
        f"D: observer {lead.number} 11, observer {other.number} 21: 10 apart"
    ]
    assert report(document, "TU", "08:00" if ("TU", "08:00") in versions(document) else "10:00")["version"] == 0


def versions(document: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {(report["form"], report["round"]): report["version"] for report in document["reports"]}


def test_a_failed_check_is_a_sentence_with_its_numbers(pipeline: Pipeline) -> None:
    pipeline.now += dt.timedelta(hours=12)
    pipeline.say(pipeline.phone(), COUNT.replace("D11", "D1"))
    [check] = report(describe(pipeline), "CL")["failed_checks"]
    assert check["sentence"] == "D + E + F + G = 1191, C = 1201: 10 apart"
    assert (check["severity"], check["codes"], check["explained"]) == ("error", ["C", "D", "E", "F", "G"], None)


def test_phones_stand_with_when_they_were_last_heard(load: Load) -> None:
    day = load(size=2)
    lead = day.observers()[0]
    quiet, heard = lead.phones[0], lead.phones[0][:-3] + "999"
    observers = [
        observer.model_copy(update={"phones": (quiet, heard)}) if observer == lead else observer
        for observer in day.election.observers
    ]
    both = load(size=2, observers=observers)
    assert describe(both)["observers"][0]["last_heard"] is None
    both.say(heard, "OP A1")
    observer = describe(both)["observers"][0]
    assert [phone["phone"] for phone in observer["phones"]] == [heard, quiet]
    assert observer["last_heard"] == observer["phones"][0]["last_heard"] is not None
    assert observer["phones"][1]["last_heard"] is None


def test_a_viewer_sees_no_people_and_no_withheld_answers(counted: Pipeline) -> None:
    viewer = Reader(Operator("V", "viewer", counted.election.id, ()), {"CL": frozenset("CDEFG")})
    document = describe(counted, reader=viewer)
    written = str(document)
    for observer in counted.observers():
        assert observer.name not in written
        assert not any(phone in written for phone in observer.phones)
    assert "Aida" not in written
    assert document["coordinators"] == []
    for code in "CDEFG":
        hidden = question(document, "CL", code)
        assert (hidden["counts"], hidden["observers"], hidden["is_withheld"]) == (None, {}, True)
    assert not any(number in written for number in ("1201", "600", "610"))
    assert question(document, "CL", "A")["observers"] != {}
    assert [doubt["sentence"] for doubt in report(document, "CL")["doubts"]] == [None]


def test_another_region_s_station_is_not_there(pipeline: Pipeline) -> None:
    chuy = Reader(aida(pipeline, "Chuy"))
    assert describe_station(pipeline.current, chuy, pipeline.election.stations[0].number, pipeline.now) is None
    assert describe_station(pipeline.current, Reader(aida(pipeline)), "nothing", pipeline.now) is None


def test_a_station_page_reads_ten_units_at_most_beside_its_entries(counted: Pipeline, wire: Wire) -> None:
    lead, other = counted.observers()
    for form in ("OP A1 B0730 C12 D1 E1668", "TU A415", "VO A1 B1 C2 D12 F1,3,5"):
        for observer in (lead, other):
            counted.say(observer.phones[0], form)
    counted.say(lead.phones[0], "IN 3 they beat us")
    loaded = counted.current
    with ReadMeter(wire) as meter:
        describe_station(loaded, Reader(aida(counted)), counted.election.stations[0].number, counted.now)
    entries = sum(request.startswith("BatchGetItem") for request in meter.requests)
    print(f"station page: {meter.units} read units, {meter.requests}")  # noqa: T201
    assert entries == 1
    assert meter.units - entries <= MOST_UNITS


def found(pipeline: Pipeline, region: str = "Bishkek", limit: int = 100, **filters: Any) -> list[str]:
    numbers: list[str] = []
    after = None
    while True:
        page = find_stations(
            pipeline.current, Reader(aida(pipeline)), region, StationFilter(**filters), pipeline.now, after, limit
        )
        numbers += [station["station"] for station in page["stations"]]
        assert len(page["stations"]) <= limit
        after = page["next"]
        if after is None:
            return numbers


def test_each_filter_finds_what_the_whole_list_says(counted: Pipeline) -> None:
    in_region = counted.election.stations_by_region["Bishkek"]
    counted.say(counted.observers(1)[0].phones[0], "OP A1")
    rows = stations_of_region(counted.current, "Bishkek", counted.now)["stations"]
    assert [row["station"] for row in rows] == [observer.number for observer in in_region]
    states = {row["station"]: row["forms"]["OP"]["-"]["state"] for row in rows}
    for state in ("partial", "missing", "complete"):
        expected = [number for number, stands in states.items() if stands == state]
        assert found(counted, form="OP", round="-", states=frozenset({state})) == expected
        assert found(counted, form="OP", round="-", states=frozenset({state}), limit=2) == expected
    assert found(counted, states=frozenset({"conflict"})) == [in_region[0].number]
    assert found(counted, is_lacking=True) == [observer.number for observer in in_region]
    heard = {in_region[0].number}
    assert set(found(counted, is_silent=True)) == {observer.number for observer in in_region} - heard - {
        in_region[1].number
    }
    assert found(counted, text=in_region[3].number) == [in_region[3].number]
    assert found(counted, text=counted.observers(2)[0].name.upper()) != []
    assert found(counted, district="nowhere") == []


def test_a_station_of_the_list_is_one_query(pipeline: Pipeline, wire: Wire) -> None:
    loaded = pipeline.current
    with ReadMeter(wire) as meter:
        page = stations_of_region(loaded, "Bishkek", pipeline.now)
    assert sum(request == "Query baykoo-reports" or request.endswith("reports") for request in meter.requests) == len(
        page["stations"]
    )
    assert not [request for request in meter.requests if request.startswith("BatchGetItem")]


def test_a_page_looks_at_so_many_stations_and_the_next_goes_on(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, wire: Wire
) -> None:
    monkeypatch.setattr(stations, "MOST_LOOKED_AT", 3)
    conflict = StationFilter(states=frozenset({"conflict"}))
    loaded = pipeline.current
    with ReadMeter(wire) as meter:
        page = find_stations(loaded, Reader(aida(pipeline)), "Bishkek", conflict, pipeline.now)
    in_region = [row.number for row in pipeline.election.stations_by_region["Bishkek"]]
    assert (page["stations"], page["next"]) == ([], in_region[2])
    assert len([request for request in meter.requests if request.endswith("reports")]) == 3
    assert found(pipeline, states=frozenset({"conflict"})) == []


def test_a_station_page_names_who_entered_the_newest_answers(
    counted: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = counted.observers()[0]
    monkeypatch.setattr(station, "MOST_ENTRIES", 1)
    counted.now += dt.timedelta(minutes=1)
    enter(counted, "CL 1001 F400", lead, key="newest")
    document = describe(counted)
    newest, older = (question(document, "CL", code)["observers"][lead.number] for code in "FE")
    assert (newest["source"], newest["by"]) == ("phone", "Aida (operator)")
    assert (older["source"], older["by"]) == ("phone", None)
