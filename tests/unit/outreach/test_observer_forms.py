"""A form that each observer owes: the summary, the list of what is missing, chasing and the stations' list agree."""

import datetime as dt

import pytest
from election_day import ElectionDay
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.observation.elections.clock import Clock
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.elections.schedule import expected_by_region
from chalicelib.observation.reports.report import Report, Source, owing
from chalicelib.observation.reports.tally import contribution
from chalicelib.observation.summaries.summary import Coverage, summarise
from chalicelib.services.outreach.gaps import gaps
from chalicelib.services.outreach.owed_reports import missing_reports, stations_with_gaps
from chalicelib.services.views.stations import stations_of_region

AFTERNOON = dt.datetime.fromisoformat("2017-10-15T15:00:00+06:00")
NOON = dt.datetime.fromisoformat("2017-10-15T12:00:00+06:00")
PLACE = ("EV", "-")
OBSERVERS = ["11", "12", "21", "22", "31", "32"]

sent = st.lists(st.tuples(st.sampled_from("123"), st.sampled_from(OBSERVERS)), max_size=12, unique=True)
relaxed = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def day(election: Election, monkeypatch: pytest.MonkeyPatch):
    """Makes the election in memory with some observers' reports, each as station and number."""

    def make(reports: list[tuple[str, str]], election: Election = election) -> ElectionDay:
        memory = ElectionDay(election, Clock(AFTERNOON, AFTERNOON), monkeypatch)
        memory.clock = Clock(NOON, AFTERNOON)
        for number, (station, observer) in enumerate(reports, start=1):
            memory.report(station, observer, *PLACE, number)
        memory.clock = Clock(AFTERNOON, AFTERNOON)
        return memory

    return make


def with_observers(election: Election, observers: list[Observer]) -> Election:
    return Election.model_validate(election.model_dump(by_alias=True) | {"observers": observers})


def covered(memory: ElectionDay) -> Coverage:
    nation = summarise(memory.election, memory.cells(), AFTERNOON).nation
    assert nation is not None
    return nation.forms["EV"]["-"]


def of_stations(memory: ElectionDay) -> dict[str, dict]:
    pages = [stations_of_region(memory.loaded, region, AFTERNOON) for region in memory.election.regions]
    return {station["station"]: station["forms"]["EV"]["-"] for page in pages for station in page["stations"]}


def owed(memory: ElectionDay) -> set[str]:
    found = missing_reports(memory.election, stations_with_gaps(memory.election, *PLACE), *PLACE)
    return {observer.number for stored in found for observer in owing(memory.election, stored.report)}


def test_who_covers_at_another_station_takes_nobodys_place(day) -> None:
    memory = day([("1", "11"), ("1", "21"), ("3", "31"), ("3", "32")])
    summary = covered(memory)
    assert (summary.expected, summary.received, summary.missing, summary.conflict) == (6, 3, 3, 0)
    assert summary.answers["A"] == {"count": 4, "sum": 10}
    assert owed(memory) == {"12", "21", "22"}
    listed = gaps(memory.election, memory.election.regions, AFTERNOON)
    assert {gap.station.number for found in listed.values() for gap in found if PLACE in gap.places} == {"1", "2"}
    first, second, third = (of_stations(memory)[number] for number in "123")
    assert (first["state"], second["state"], third["state"]) == ("partial", "missing", "complete")
    assert first["conflicts"] == third["conflicts"] == {}
    assert first["observers"] == {
        "11": {"state": "complete", "late": False, "answers": {"A": 1}},
        "12": {"state": "missing", "late": False, "answers": {}},
        "21": {"state": "complete", "late": False, "answers": {"A": 2}},
    }


def test_a_station_without_observers_owes_none(day, election: Election) -> None:
    memory = day([], with_observers(election, [observer for observer in election.observers if observer.station != "2"]))
    assert covered(memory).missing == 4
    assert of_stations(memory)["2"]["state"] == "expected"
    listed = gaps(memory.election, memory.election.regions, AFTERNOON)
    assert {gap.station.number: PLACE in gap.places for found in listed.values() for gap in found}["2"] is False


@given(sent)
@relaxed
def test_every_view_misses_the_same_reports(day, reports: list[tuple[str, str]]) -> None:
    memory = day(reports)
    election, summary = memory.election, covered(memory)
    assert (
        summary.received + summary.missing
        == summary.expected
        == sum(expected_by_region(election, election.form_by_code["EV"], "-").values())
    )
    assert summary.received == summary.complete + summary.partial
    missing = {
        number
        for row in of_stations(memory).values()
        for number, form in row["observers"].items()
        if form["state"] == "missing"
    }
    assert len(missing) == summary.missing
    assert missing == owed(memory)
    listed = gaps(election, election.regions, AFTERNOON)
    gapped = {gap.station.number for found in listed.values() for gap in found if PLACE in gap.places}
    assert gapped == {election.observer_by_number[number].station for number in missing}


def test_a_new_roster_moves_what_was_counted(election: Election) -> None:
    """Of which the audit and a newly loaded election recompute every contribution."""
    report = Report("1", "EV", "-").merge("21", {"A": 5}, Source(NOON, "generic#1"))
    assert contribution(election, report) == {"reassigned": 1, "A#count": 1, "A#sum": 5}
    moved = [
        observer.model_copy(update={"station": "1"}) if observer.number == "21" else observer
        for observer in election.observers
    ]
    counted = {"received": 1, "complete": 1, "A#count": 1, "A#sum": 5}
    assert contribution(with_observers(election, moved), report) == counted
