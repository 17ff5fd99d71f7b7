"""Forms that an observer sends many times, from the webhook to summaries, lists, audits and loading."""

import datetime as dt
from typing import Any

import pytest
from aws_faults import Wire
from pipeline import Load, Pipeline
from sample_election import changed, sample

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election, Form
from chalicelib.services.access.operators import Operator
from chalicelib.services.coordinators.queries import missing, status
from chalicelib.services.elections import loading
from chalicelib.services.elections.loading import RemovesReported
from chalicelib.services.exports.report_rows import report_tables
from chalicelib.services.exports.table import ExportRequest, Scope
from chalicelib.services.outreach.broadcast import missing_place
from chalicelib.services.outreach.gaps import gaps
from chalicelib.services.outreach.refusals import BatchRefused
from chalicelib.services.processing.process import process
from chalicelib.services.summaries.final_report import final_report, read_day
from chalicelib.services.summaries.open_issues import failed_checks
from chalicelib.services.summaries.summary_email import summary_email
from chalicelib.services.summaries.summary_sms import summary_sms
from chalicelib.services.views import stations
from chalicelib.services.views.reader import Reader
from chalicelib.services.views.station import describe_station
from chalicelib.services.views.stations import stations_of_region
from chalicelib.store import elections
from chalicelib.store.incidents import incidents_of
from chalicelib.store.tallies import read_cells

VISIT = {
    "code": "VI",
    "title": {"en": "Visit", "ru": "Визит", "ky": "Визит"},
    "expect": "many",
    "serial": "N",
    "due": {"from": "D-1 08:00", "by": "D+1 20:00"},
    "questions": [
        {"code": "N", "type": "integer", "min": 1, "max": 999},
        {"code": "A", "type": "yesno", "critical_if": False},
        {"code": "C", "type": "integer", "min": 0, "max": 500},
    ],
    "checks": [{"rule": "C < 100", "message": {"en": "Many people"}}],
}


def forms(**of_visit: object) -> list[Any]:
    return [Form.model_validate(VISIT | of_visit), *sample().forms]


@pytest.fixture
def visits(load: Load) -> Pipeline:
    return load(forms=forms())


def rounds(pipeline: Pipeline, area: str = "nation") -> dict[str, Any]:
    counted: dict[str, Any] = pipeline.summary()[area]["forms"]["VI"]["-"]
    return counted


def reply(pipeline: Pipeline, text: str, **options: Any) -> str:
    message = pipeline.say(pipeline.phone(), text, **options)
    answered = pipeline.reply(message)
    assert answered is not None
    return str(answered.text)


def test_each_serial_is_a_report_and_a_later_sms_corrects_it(visits: Pipeline) -> None:
    number = visits.election.observers[0].station
    assert f"VI {number} 1." in reply(visits, "VI N1 A1 C20")
    reply(visits, "VI N2 A1 C150")
    visits.now += dt.timedelta(minutes=1)
    assert reply(visits, "VI N1 C30")
    counted = rounds(visits)
    assert (counted["expected"], counted["received"], counted["missing"]) == (0, 2, 0)
    assert (counted["complete"], counted["answers"]["C"]) == (2, {"count": 2, "sum": 180})
    assert counted["answers"]["A"] == {"true": 2, "false": 0}
    assert visits.differences() == ()


def test_two_reports_in_one_sms_are_two(visits: Pipeline) -> None:
    visits.say(visits.phone(), "VI N1 A1 C5\nVI N2 A1 C6")
    assert rounds(visits)["answers"]["C"] == {"count": 2, "sum": 11}
    assert visits.differences() == ()


def test_a_copy_of_an_sms_makes_no_second_report(load: Load) -> None:
    visits = load(forms=forms(serial=None))
    first, copy = (visits.say(visits.phone(), "VI N1 A1 C20", sent_at=visits.now) for _ in range(2))
    other = visits.say(visits.phone(), "VI N1 A1 C20", sent_at=visits.now + dt.timedelta(minutes=9))
    assert [message.state for message in (first, copy, other)] == ["accepted", "duplicate", "accepted"]
    assert rounds(visits)["received"] == 2
    assert visits.differences() == ()


def test_without_its_serial_nothing_counts_but_an_alarm_is_heard(visits: Pipeline) -> None:
    message = visits.say(visits.phone(), "VI A2 C20")
    assert message.state == "partly_accepted"
    assert rounds(visits)["received"] == 0
    assert visits.reports() == []
    (incident,) = incidents_of(visits.election.id)
    assert incident.severity == "high"
    assert visits.differences() == ()


def test_each_report_s_critical_answer_opens_its_incident_once(visits: Pipeline) -> None:
    for text in ("VI N1 A2", "VI N2 A2", "VI N1 A2 C5"):
        visits.now += dt.timedelta(minutes=1)
        visits.say(visits.phone(), text)
    assert len(list(incidents_of(visits.election.id))) == 2
    assert visits.differences() == ()


def test_the_call_centre_s_list_shows_every_report(visits: Pipeline) -> None:
    visits.say(visits.phone(), "VI N7 A1 C5")
    observer = visits.election.observers[0]
    region = visits.election.region_of(observer.station)
    listed = stations_of_region(visits.current, region, visits.now)["stations"]
    shown = {station["station"]: station["forms"]["VI"] for station in listed}
    (entry,) = shown.pop(observer.station).values()
    assert (entry["observer"], entry["serial"], entry["state"]) == (observer.number, "7", "complete")
    assert entry["answers"] == {"N": 7, "A": True, "C": 5}
    assert all(entries == {} for entries in shown.values())


def test_the_list_shows_so_many_reports_of_a_station(visits: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stations, "MOST_ENTRIES", 2)
    for number in range(1, 4):
        visits.say(visits.phone(), f"VI N{number} A1")
    observer = visits.election.observers[0]
    region = visits.election.region_of(observer.station)
    listed = stations_of_region(visits.current, region, visits.now)["stations"]
    of_station = next(row for row in listed if row["station"] == observer.station)
    assert (len(of_station["forms"]["VI"]), of_station["cut"]) == (2, ["VI"])
    assert all(row["cut"] == [] for row in listed if row is not of_station)


def test_a_station_s_page_shows_each_report(visits: Pipeline) -> None:
    for text in ("VI N1 A1 C5", "VI N2 A1"):
        visits.say(visits.phone(), text)
    observer = visits.election.observers[0]
    everybody = Reader(Operator("A", "operator", visits.election.id, ()))
    described = describe_station(visits.current, everybody, observer.station, visits.now)
    assert described is not None
    shown = [report for report in described["reports"] if report["form"] == "VI"]
    assert [report["round"] for report in shown] == [f"{observer.number}.1", f"{observer.number}.2"]
    assert [row["state"] for row in shown] == ["complete", "partial"]
    counts = {question["code"]: question["counts"] for question in shown[0]["questions"]}
    assert counts == {"N": 1, "A": True, "C": 5}


def test_an_export_has_a_row_for_each_report(visits: Pipeline) -> None:
    for text in ("VI N1 A1 C5", "VI N2 A1", "OP A1"):
        visits.say(visits.phone(), text)
    scope = Scope(
        visits.current, Operator("A", "headquarters", visits.election.id, ()), ExportRequest("reports", "csv")
    )
    tables = {table.name: table for table in report_tables(scope)}
    table = tables["VI"]
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    number = visits.election.observers[0].number
    assert [(row["round"], row["N"], row["C"], row["state"]) for row in rows] == [
        (f"{number}.1", 1, 5, "complete"),
        (f"{number}.2", 2, None, "partial"),
    ]
    assert len(list(tables["OP"].rows)) == 1


def test_checks_of_each_report_are_counted(visits: Pipeline) -> None:
    for text in ("VI N1 C150", "VI N2 C151", "VI N3 C5"):
        visits.say(visits.phone(), text)
    region = visits.election.region_of(visits.election.observers[0].station)
    election, at = visits.election, visits.current.clock.at(visits.now)
    assert failed_checks(election, read_cells(election), at) == {region: {"VI": {"C < 100": 2}}}
    visits.now += dt.timedelta(minutes=1)
    visits.say(visits.phone(), "VI N1 C15")
    assert failed_checks(election, read_cells(election), at) == {region: {"VI": {"C < 100": 1}}}


def test_nobody_is_asked_for_one_and_it_is_a_sign_of_life(visits: Pipeline) -> None:
    election = visits.election
    observer = election.observers[0]
    region = election.region_of(observer.station)
    visits.say(visits.phone(), "VI N1 A1")
    visits.now += dt.timedelta(hours=6)
    owed = {gap.station.number: gap for gap in gaps(election, [region], visits.now)[region]}
    assert owed[observer.station].heard is not None
    assert all(place[0] != "VI" for gap in owed.values() for place in gap.places)
    (missed,) = missing(visits.current, "en", [region], "VI", visits.now)
    assert "VI" not in missed.split(":")[-1]
    (status_text,) = status(visits.current, "en", [region], "", visits.now)
    assert "VI 1," in status_text
    with pytest.raises(BatchRefused, match="nobody owes form VI"):
        missing_place(election, "VI", visits.now)


def test_summaries_tell_how_many_came(visits: Pipeline) -> None:
    visits.say(visits.phone(), "VI N1 A1 C150")
    day = read_day(visits.current, visits.now)
    people: tuple[Coordinator, ...] = visits.election.coordinators
    headquarters = next(person for person in people if person.is_headquarters)
    english = headquarters.model_copy(update={"language": "en"})
    assert "VI 1," in summary_sms(visits.election, english, day.hour.summary)
    email = summary_email(visits.election, english, day.hour, "")
    assert "1 reports" in email.text
    assert "Many people" in email.text
    silent = [number for numbers in day.silent.values() for number in numbers]
    assert visits.election.observers[0].station not in silent
    assert "VI" in final_report(visits.current, visits.now, "en")


def test_a_report_costs_as_much_as_any_other(visits: Pipeline, wire: Wire) -> None:
    def calls(text: str) -> int:
        message = visits.send(visits.phone(), text)
        before = len(wire.calls)
        process(message, visits.now)
        return len(wire.calls) - before

    calls("OP A1")
    assert calls("VI N1 A1 C5") == calls("OP B0701")


def test_what_tells_reports_apart_stays_once_there_are_any(visits: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elections, "TRUSTED_SECONDS", 0)
    visits.say(visits.phone(), "VI N1 A1 C150")
    for of_visit in ({"serial": None}, {"expect": "observer", "serial": None}):
        other: Election = changed(visits.election, forms=forms(**of_visit))
        with pytest.raises(RemovesReported, match="form VI"):
            loading.load(other, REAL_TIME)
    region = visits.election.observers[0].station
    moved = [
        station.model_copy(update={"region": "Chuy" if station.number == region else station.region})
        for station in visits.election.stations
    ]
    visits.election = changed(visits.election, stations=moved)
    loading.load(visits.election, REAL_TIME)
    assert rounds(visits)["received"] == 1
    assert visits.differences() == ()
