"""Stations that a person puts on the call list: until somebody is reached there, and off again by its undo."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from day_in_memory import DayInMemory, small_election
from sample_election import sample, with_stations

from chalicelib.observation.elections.accounts import Role
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action, KeyReused
from chalicelib.services.calls import by_hand, listing
from chalicelib.services.calls.by_hand import put_on, take_off
from chalicelib.services.calls.outcome import CallReport, log_call
from chalicelib.services.calls.refusals import StationUnknown, UndoPassed
from chalicelib.services.calls.undo import undo_call
from chalicelib.services.upkeep.calls import keep_calls
from chalicelib.services.upkeep.queues import _calls
from chalicelib.store.calls import call_of
from chalicelib.store.operators import AuditRow

BEFORE_THE_FIRST_FORM = dt.datetime(2017, 10, 15, 0, 30, tzinfo=dt.UTC)


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> DayInMemory:
    """Nothing is due yet: nobody is to be called."""
    day = DayInMemory.begun(small_election("byhand"), monkeypatch)
    day.now = BEFORE_THE_FIRST_FORM
    return day


def stations(day: DayInMemory) -> list[str]:
    return [station.number for station in day.election.stations]


def action(day: DayInMemory, note: str = "", who: str = "Aida", role: Role = "operator", *regions: str) -> Action:
    return replace(day.action(), note=note, operator=Operator(who, role, day.election.id, regions))


def listed(day: DayInMemory) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = listing.list_calls(
        day.current, Operator("Aida", "operator", day.election.id, ()), (), day.now
    )["calls"]
    return calls


def audited(day: DayInMemory) -> list[str]:
    return [f"{row.who}: {row.action}" for row in AuditRow.query(day.election.id)]


def test_they_are_on_the_list_with_who_and_why_whatever_they_owe(day: DayInMemory) -> None:
    station, other = stations(day)
    assert listed(day) == []
    done = put_on(day.current, action(day, "half their forms are odd"), [other, station, other])
    assert (done["stations"], done["already"]) == ([other, station], [])
    calls = listed(day)
    assert sorted(call["station"] for call in calls) == sorted([station, other])
    assert {call["by_hand"]["who"] for call in calls} == {"Aida (operator)"}
    assert calls[0]["by_hand"]["why"] == "half their forms are odd"
    assert [why["reason"] for why in calls[0]["why"]] == ["by_hand"]
    assert audited(day) == ["Aida (operator): stations put on the call list"]


def test_the_schedule_leaves_them_there_and_counts_them(day: DayInMemory) -> None:
    station, _ = stations(day)
    put_on(day.current, action(day), [station])
    assert keep_calls(day.current, {}, day.now).is_whole
    assert [call["station"] for call in listed(day)] == [station]
    region = day.election.region_of(station)
    assert _calls(day.current, region, {}, day.now).count == 1


@pytest.mark.parametrize(("outcome", "stays"), [("no_answer", True), ("other", False), ("refuses", False)])
def test_they_stay_until_somebody_is_reached_and_come_back_with_the_call_s_undo(
    day: DayInMemory, outcome: Any, stays: bool
) -> None:
    station, _ = stations(day)
    put_on(day.current, action(day, "ask about D"), [station])
    contact = log_call(day.current, action(day), station, CallReport(outcome))["contact"]
    assert [call["station"] for call in listed(day)] == ([station] if stays else [])
    undo_call(day.current, action(day), station, contact)
    assert listed(day)[0]["by_hand"]["why"] == "ask about D"


def test_the_undo_of_a_call_leaves_who_was_put_there_since(day: DayInMemory) -> None:
    station, _ = stations(day)
    contact = log_call(day.current, action(day), station, CallReport("other"))["contact"]
    put_on(day.current, action(day, "again"), [station])
    undo_call(day.current, action(day), station, contact)
    assert listed(day)[0]["by_hand"]["why"] == "again"


def test_the_undo_takes_off_those_alone_that_were_put_on_by_it(day: DayInMemory) -> None:
    station, other = stations(day)
    earlier = put_on(day.current, action(day), [station])
    second = put_on(day.current, action(day, who="Bakyt"), [station, other])
    assert (second["stations"], second["already"]) == ([other], [station])
    assert take_off(day.current, action(day), [station, other], second["put"])["stations"] == [other]
    assert [call["station"] for call in listed(day)] == [station]
    with pytest.raises(UndoPassed):
        take_off(day.current, action(day), [station, other], second["put"])
    take_off(day.current, action(day), [station], earlier["put"])
    assert listed(day) == []
    assert audited(day)[-1] == "Aida (operator): stations taken off the call list"


def test_the_same_key_puts_them_on_once(day: DayInMemory) -> None:
    station, other = stations(day)
    same = action(day)
    assert put_on(day.current, same, [station]) == put_on(day.current, same, [station])
    assert len(audited(day)) == 1
    with pytest.raises(KeyReused):
        put_on(day.current, replace(same, digest="other"), [other])
    region = day.election.region_of(station)
    assert call_of(day.election.id, region, station).seen == 1


def test_of_another_region_or_none_nobody_is_put_on(day: DayInMemory) -> None:
    station, _ = stations(day)
    with pytest.raises(StationUnknown):
        put_on(day.current, action(day), [station, "no such"])
    with pytest.raises(StationUnknown):
        put_on(day.current, action(day, "", "Osh", "operator", "Osh"), [station])
    assert listed(day) == []


def test_so_many_are_put_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    many = sample().stations[: by_hand.MOST_PUT]
    day = DayInMemory.begun(with_stations(many, "byhandmany"), monkeypatch)
    day.now = BEFORE_THE_FIRST_FORM
    done = put_on(day.current, action(day), stations(day))
    assert len(done["stations"]) == by_hand.MOST_PUT == len(listed(day))
