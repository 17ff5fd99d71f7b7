"""What changes on the day: a station closes or moves, an observer is replaced or sent elsewhere; each with undo."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from entries import aida
from pipeline import Pipeline
from roster_subject import subject
from sample_election import changed

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.access.operators import Operator
from chalicelib.services.decisions import roster
from chalicelib.services.decisions.refusals import DecisionRefused, ReportUnknown
from chalicelib.services.decisions.roster import (
    close_station,
    move_observer,
    move_station,
    reopen_station,
    replace_observer,
    undo_change,
)
from chalicelib.services.elections import loading
from chalicelib.services.outreach.gaps import gaps
from chalicelib.services.upkeep.roster import settle_roster
from chalicelib.services.versions import NoteMissing, VersionPassed
from chalicelib.services.views.reader import Reader
from chalicelib.services.views.station import describe_station
from chalicelib.store import elections
from chalicelib.store.operators import AuditRow


def first_station(pipeline: Pipeline) -> str:
    return pipeline.election.stations[0].number


def expected(pipeline: Pipeline, form: str, round_name: str) -> tuple[int, int]:
    covered = pipeline.summary()["nation"]["forms"][form][round_name]
    return covered["expected"], covered["missing"]


def owed(pipeline: Pipeline) -> dict[str, tuple[Any, ...]]:
    at = pipeline.current.clock.at(pipeline.now)
    found = gaps(pipeline.current.election, pipeline.election.regions, at)
    return {gap.station.number: gap.places for of_region in found.values() for gap in of_region}


def page(pipeline: Pipeline, number: str) -> dict[str, Any]:
    document = describe_station(pipeline.current, Reader(aida(pipeline)), number, pipeline.now)
    assert document is not None
    return document


def trail(pipeline: Pipeline) -> list[AuditRow]:
    return list(AuditRow.query(pipeline.election.id, consistent_read=True))


def test_a_closed_station_owes_nothing_that_is_due_later(pipeline: Pipeline) -> None:
    number = first_station(pipeline)
    stations = len(pipeline.election.stations)
    pipeline.now += dt.timedelta(hours=2)  # 11:00
    close_station(subject(pipeline, "station", number))
    pipeline.now += dt.timedelta(hours=4)  # 15:00
    assert expected(pipeline, "OP", "-") == (stations, stations)
    assert expected(pipeline, "TU", "14:00") == (stations - 1, stations - 1)
    assert expected(pipeline, "CL", "-")[0] == stations - 1
    assert ("TU", "14:00") not in owed(pipeline)[number]
    assert ("OP", "-") in owed(pipeline)[number]
    shown = page(pipeline, number)
    states = {(report["form"], report["round"]): report["state"] for report in shown["reports"]}
    assert (states["OP", "-"], states["TU", "14:00"]) == ("missing", "closed")
    assert shown["station"]["changed"]["who"] == "Aida (operator)"
    assert shown["station"]["version"] == 1
    reopen_station(subject(pipeline, "station", number, seen=1, key="2"))
    assert expected(pipeline, "TU", "14:00") == (stations, stations)
    undo_change(subject(pipeline, "station", number, seen=2, key="3"))
    assert expected(pipeline, "TU", "14:00") == (stations - 1, stations - 1)
    assert [row.action for row in trail(pipeline)] == [
        "station closed",
        "station opened again",
        "undone: station opened again",
    ]
    assert [row.note for row in trail(pipeline)] == ["told by phone"] * 3


def test_a_station_that_closed_and_reports_all_the_same_counts(pipeline: Pipeline) -> None:
    close_station(subject(pipeline, "station", first_station(pipeline)))
    pipeline.now += dt.timedelta(hours=1)
    pipeline.say(pipeline.phone(), "TU 10:00 A400")
    assert pipeline.summary()["nation"]["forms"]["TU"]["10:00"]["received"] == 1
    assert pipeline.differences() == ()


def test_a_station_moves_and_is_where_it_was_after_undo(pipeline: Pipeline) -> None:
    number = first_station(pipeline)
    before = page(pipeline, number)["station"]
    move_station(subject(pipeline, "station", number), "School 5,  the gym", "Sverdlov")
    assert page(pipeline, number)["station"]["name"] == "School 5, the gym"
    undo_change(subject(pipeline, "station", number, seen=1, key="2"))
    after = page(pipeline, number)["station"]
    assert (after["name"], after["district"]) == (before["name"], before["district"])


def test_who_replaces_an_observer_is_heard_on_their_own_phone(pipeline: Pipeline) -> None:
    lead = pipeline.observers()[0]
    new = lead.phones[0][:-3] + "888"
    replace_observer(subject(pipeline, "observer", lead.number), "Nurlan", [new], "ru")
    assert pipeline.say(new, "OP A1 B0730 C12 D1 E1668").state == "accepted"
    assert pipeline.say(lead.phones[0], "OP A1").state == "quarantined"
    [shown] = [observer for observer in page(pipeline, lead.station)["observers"] if observer["number"] == lead.number]
    assert (shown["name"], [phone["phone"] for phone in shown["phones"]]) == ("Nurlan", [new])
    [line] = trail(pipeline)
    assert line.after["phones"] == [f"…{new[-4:]}"]
    undo_change(subject(pipeline, "observer", lead.number, seen=1, key="2"))
    assert pipeline.say(lead.phones[0], "OP C13").state == "accepted"
    assert pipeline.differences() == ()


def test_whose_phone_is_another_observer_s_replaces_nobody_but_a_colleague(pipeline: Pipeline) -> None:
    lead, colleague = pipeline.observers()
    elsewhere = pipeline.observers(1)[0]
    with pytest.raises(DecisionRefused, match="is another observer's"):
        replace_observer(subject(pipeline, "observer", lead.number), "Nurlan", elsewhere.phones, None)
    members = {"A": {"name": {"en": "Alpha"}}, "B": {"name": {"en": "Beta"}}}
    observers = [
        observer.model_copy(update={"organisation": "B" if observer.number == colleague.number else "A"})
        for observer in pipeline.election.observers
    ]
    before = pipeline.election
    loading.load(changed(before, organisations=members, observers=observers), REAL_TIME)
    with pytest.raises(DecisionRefused, match="is another observer's"):
        replace_observer(subject(pipeline, "observer", lead.number), "Nurlan", colleague.phones, None)
    assert trail(pipeline) == []
    loading.load(before, REAL_TIME)
    replace_observer(subject(pipeline, "observer", lead.number), "Nurlan", colleague.phones, None)
    assert pipeline.current.election.observer_by_number[lead.number].phones == colleague.phones


def test_an_undo_gives_no_phone_back_that_is_another_s_by_now(pipeline: Pipeline) -> None:
    lead, colleague = pipeline.observers()
    elsewhere, phones = pipeline.observers(1)[0], list(lead.phones)
    replace_observer(subject(pipeline, "observer", lead.number), "Nurlan", [phones[0][:-3] + "888"], None)
    replace_observer(subject(pipeline, "observer", elsewhere.number, key="2"), "Meerim", phones, None)
    with pytest.raises(DecisionRefused, match="by now"):
        undo_change(subject(pipeline, "observer", lead.number, seen=1, key="3"))
    assert pipeline.say(phones[0], "OP A1 B0730 C12 D1 E1668").observer == elsewhere.number
    undo_change(subject(pipeline, "observer", elsewhere.number, seen=1, key="4"))
    undo_change(subject(pipeline, "observer", lead.number, seen=1, key="5"))
    assert pipeline.current.election.observer_by_number[lead.number].phones == lead.phones
    replace_observer(subject(pipeline, "observer", lead.number, seen=2, key="6"), "Nurlan", ["+996700999888"], None)
    replace_observer(subject(pipeline, "observer", colleague.number, key="7"), "Meerim", phones, None)
    undo_change(subject(pipeline, "observer", lead.number, seen=3, key="8"))
    assert pipeline.current.election.observer_by_number[lead.number].phones == lead.phones, "a colleague may share it"
    assert pipeline.differences() == ()


def test_phones_that_the_file_lets_two_share_are_given_back(pipeline: Pipeline) -> None:
    lead, shared = pipeline.observers()[0], pipeline.observers(1)[0].phones
    observers = [
        observer.model_copy(update={"phones": shared}) if observer.number == lead.number else observer
        for observer in pipeline.election.observers
    ]
    loading.load(changed(pipeline.election, observers=observers), REAL_TIME)
    replace_observer(subject(pipeline, "observer", lead.number), "Nurlan", ["+996700999888"], None)
    undo_change(subject(pipeline, "observer", lead.number, seen=1, key="2"))
    assert pipeline.current.election.observer_by_number[lead.number].phones == shared


def test_an_observer_goes_to_another_station_and_what_was_counted_is_counted_by_it(pipeline: Pipeline) -> None:
    lead, other = pipeline.observers()
    elsewhere = pipeline.election.stations[1].number
    pipeline.say(lead.phones[0], "OP A1 B0730 C12 D1 E1668")
    pipeline.say(other.phones[0], "OP A1 B0730 C14 D1 E1668")
    assert pipeline.summary()["nation"]["forms"]["OP"]["-"]["conflict"] == 1
    move_observer(subject(pipeline, "observer", lead.number), elsewhere)
    counted = pipeline.summary()["nation"]["forms"]["OP"]["-"]
    assert (counted["conflict"], counted["answers"]["C"]["sum"]) == (0, 14), "the station's own observer counts"
    assert pipeline.say(lead.phones[0], "TU A100").state == "accepted"
    stations = {report.report.station for report in pipeline.reports() if report.report.form == "TU"}
    assert stations == {elsewhere}
    assert pipeline.differences() == ()
    assert not pipeline.current.changes.observers[lead.number].is_settled
    assert settle_roster(pipeline.current, pipeline.now + dt.timedelta(minutes=1)).is_whole
    elections._recent.clear()
    assert pipeline.current.changes.observers[lead.number].is_settled
    undo_change(subject(pipeline, "observer", lead.number, seen=1, key="2"))
    assert pipeline.summary()["nation"]["forms"]["OP"]["-"]["conflict"] == 1
    assert pipeline.differences() == ()


def test_a_change_holds_when_the_file_is_loaded_again(pipeline: Pipeline) -> None:
    number = first_station(pipeline)
    close_station(subject(pipeline, "station", number))
    loading.load(changed(pipeline.election, name={"en": "Again"}), REAL_TIME)
    assert number in pipeline.current.election.closed
    assert number not in pipeline.current.filed.closed


def test_two_who_change_one_station_see_each_other(pipeline: Pipeline) -> None:
    number = first_station(pipeline)
    close_station(subject(pipeline, "station", number))
    with pytest.raises(VersionPassed, match=r"version 1 now, you have seen 0: Aida \(operator\) at .*station closed"):
        move_station(subject(pipeline, "station", number, key="2"), "School 5", None)
    other = pipeline.election.stations[1].number
    move_station(subject(pipeline, "station", other, key="3"), "School 6", None)
    first = subject(pipeline, "station", number)
    assert close_station(first) == close_station(first), "the same key once more"
    assert len(trail(pipeline)) == 2


def test_what_cannot_be_is_refused(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    number, lead = first_station(pipeline), pipeline.observers()[0]
    coordinator = next(coordinator.phone for coordinator in pipeline.election.coordinators if coordinator.phone)
    with pytest.raises(NoteMissing):
        close_station(subject(pipeline, "station", number, note=" "))
    station, observer = subject(pipeline, "station", number), subject(pipeline, "observer", lead.number)
    for refused in (
        lambda: reopen_station(station),
        lambda: undo_change(station),
        lambda: move_station(station, "  ", None),
        lambda: replace_observer(observer, "N", ["12"], None),
        lambda: replace_observer(observer, "N", [coordinator], None),
        lambda: replace_observer(observer, "N", list(lead.phones), "xx"),
        lambda: move_observer(observer, "nothing"),
    ):
        with pytest.raises(DecisionRefused):
            refused()
    chuy = Operator("C", "operator", pipeline.election.id, ("Chuy",))
    with pytest.raises(ReportUnknown):
        close_station(replace(station, action=replace(station.action, operator=chuy)))
    with pytest.raises(ReportUnknown):
        close_station(replace(station, number="nothing"))
    assert trail(pipeline) == []


def test_so_many_stations_and_observers_are_changed(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "MOST_CHANGED", 1)
    close_station(subject(pipeline, "station", first_station(pipeline)))
    with pytest.raises(DecisionRefused, match="mend the file"):
        close_station(subject(pipeline, "station", pipeline.election.stations[1].number, key="2"))
