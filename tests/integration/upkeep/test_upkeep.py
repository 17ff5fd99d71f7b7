"""What is kept each minute: the stations to be called, queues and the live count."""

import datetime as dt

from aws_faults import Wire
from desk_actions import AtDesk
from pipeline import Load, Pipeline

from chalicelib.observation.calls.priority import Need
from chalicelib.services.upkeep import snapshot, upkeep
from chalicelib.store.board import read_kept
from chalicelib.store.calls import CallRow, calls_of
from chalicelib.store.incident_numbers import incident_of_number
from chalicelib.store.open_incidents import OpenIncident, open_incidents_of

HOUR = dt.timedelta(hours=1)


def kept(pipeline: Pipeline) -> dict[str, Need]:
    assert upkeep.keep_up(pipeline.current, pipeline.now).is_whole
    election = pipeline.election
    rows = [row for region in election.regions for row in calls_of(election.id, region, consistent=True)]
    return {row.station: row.needed for row in rows}


def test_what_is_owed_is_kept_and_goes_when_it_has_come(load: Load) -> None:
    pipeline = load(size=4)
    first, *others = (station.number for station in pipeline.election.stations)
    assert kept(pipeline).keys() == {first, *others}
    pipeline.say(pipeline.observers()[0].phones[0], "OP A1 B0730 C12 D1 E1668")
    needs = kept(pipeline)
    assert first not in needs
    assert {need.owed for need in needs.values()} == {(("OP", "-"),)}
    assert all(need.is_silent for need in needs.values())
    pipeline.now += 2 * HOUR
    assert kept(pipeline)[first] == Need((("TU", "10:00"),), pipeline.now - 2 * HOUR)


def test_what_operators_have_written_stays(load: Load) -> None:
    pipeline = load(size=4)
    station = pipeline.election.stations[0]
    kept(pipeline)
    row = CallRow(f"{pipeline.election.id}#{station.region}", f"call#{station.number}")
    row.update(actions=[CallRow.version.set(3), CallRow.holder.set("Aida")])
    pipeline.say(pipeline.observers()[0].phones[0], "OP A1 B0730 C12 D1 E1668")
    assert kept(pipeline)[station.number] == Need()
    row.refresh(consistent_read=True)
    assert (row.version, row.holder, row.need) == (3, "Aida", {})


def test_an_incident_calls_for_a_call_until_it_is_verified(load: Load) -> None:
    pipeline = load(size=4)
    phone = pipeline.observers()[0].phones[0]
    pipeline.say(phone, "OP A1 B0730 C12 D1 E1668")
    pipeline.say(phone, "IN 3 they beat us")
    number = pipeline.election.stations[0].number
    need = kept(pipeline)[number]
    assert (need.owed, need.incident) == ((), 1)
    assert [row.number for row in open_incidents_of(pipeline.election.id)] == [1]
    region = pipeline.election.stations[0].region
    coordinator = next(coordinator for coordinator in pipeline.election.coordinators if coordinator.covers(region))
    pipeline.say(coordinator.phone or "", "VERIFY 1")
    assert number not in kept(pipeline)
    assert [row.state for row in open_incidents_of(pipeline.election.id)] == ["verified"]
    pipeline.say(coordinator.phone or "", "RESOLVE 1")
    assert open_incidents_of(pipeline.election.id) == []


def test_the_list_of_open_incidents_is_brought_to_what_they_are(load: Load) -> None:
    pipeline = load(size=4)
    pipeline.say(pipeline.phone(), "IN 3 they beat us")
    [row] = open_incidents_of(pipeline.election.id)
    row.delete()
    gone = OpenIncident(row.election, "000099", region=row.region, severity="low", state="new", at=row.at, incident="x")
    gone.save()
    kept(pipeline)
    incident = incident_of_number(pipeline.election.id, 1)
    assert incident is not None
    assert [(incident.number, incident.incident) for incident in open_incidents_of(pipeline.election.id)] == [
        (1, incident.id)
    ]


def test_queues_doubts_and_what_has_come_are_kept(load: Load) -> None:
    pipeline = load(size=4)
    value, other = (observer.phones[0] for observer in pipeline.observers())
    pipeline.say(value, "OP A1 B0730 C12 D1 E1668")
    pipeline.say(other, "OP A1 B0730 C11 D1 E1668")
    pipeline.say(value, "what shall I do?")
    kept(pipeline)
    row = read_kept(pipeline.election.id, "board")
    assert row is not None
    region = pipeline.election.stations[0].region
    assert row.document["doubts"][region][0] == 1
    assert row.document["messages"][region][0] == 1
    assert row.document["calls"][region][0] == 1
    [[_, counts]] = row.document["samples"]
    assert counts[region] == 3
    kept(pipeline)
    row = read_kept(pipeline.election.id, "board")
    assert row is not None
    assert len(row.document["samples"]) == 2


def test_stations_of_a_region_without_a_report_are_not_read(load: Load, wire: Wire) -> None:
    pipeline = load(size=8)
    stations: list[str] = []
    wire.watch = lambda operation, parameters, answer: (
        stations.append(next(iter(parameters["ExpressionAttributeValues"].values()))["S"])
        if parameters.get("TableName", "").endswith("reports")
        else None
    )
    snapshot.read_all(pipeline.current)
    assert stations == []
    pipeline.say(pipeline.observers()[0].phones[0], "OP A1 B0730 C12 D1 E1668")
    stations.clear()
    (key,) = snapshot.read_all(pipeline.current).reports
    region = pipeline.election.region_of(key[0])
    of_region = pipeline.election.stations_by_region[region]
    assert sorted(stations) == [f"{pipeline.election.id}#{station.number}" for station in of_region]


def test_a_region_whose_only_report_counts_no_more_is_read_still(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    entered = desk.enter("OP A1 B0730", observer=pipeline.observers()[0].number)["entered"]
    desk.undo(entered)
    snapshot._kept.clear()
    (stored,) = snapshot.read_all(pipeline.current).reports.values()
    assert (stored.report.counting, stored.counted) == ({}, {})
