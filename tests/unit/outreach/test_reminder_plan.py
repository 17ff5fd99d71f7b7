"""When reminders and lists are due, when nobody may be disturbed, and who owes a report."""

import datetime as dt

import pytest
from pydantic import ValidationError

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.reminders import (
    Plan,
    Progress,
    Reminder,
    RoundProgress,
    after,
    day_began,
    is_night,
    is_silent,
    missing_observers,
    overdue_rounds,
    plan,
)
from chalicelib.observation.reports.report import Report, Source
from chalicelib.observation.summaries.summary import summarise


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2017-10-{text}+06:00")


BEGUN = Progress(at("14T12:00"))


def due(election: Election, now: str, progress: Progress = BEGUN) -> Plan:
    return plan(election, progress, at(now))


def test_the_first_reminder_comes_once_due_time_and_grace_are_over(election: Election) -> None:
    assert not due(election, "15T08:30")
    assert due(election, "15T08:31") == Plan((Reminder("OP", "-", 1),))
    assert not due(election, "15T10:30", after(BEGUN, due(election, "15T10:29"), at("15T10:29")))
    assert due(election, "15T10:31").reminders == (Reminder("OP", "-", 1), Reminder("TU", "10:00", 1))


def test_the_second_and_the_list_come_half_an_hour_after_the_first_was_given_however_late(election: Election) -> None:
    progress = after(BEGUN, due(election, "15T09:50"), at("15T09:50"))
    assert not due(election, "15T10:19", progress)
    second = due(election, "15T10:20", progress)
    assert second == Plan((Reminder("OP", "-", 2),), (("OP", "-"),))
    assert not [
        reminder
        for reminder in due(election, "15T11:30", after(progress, second, at("15T10:20"))).reminders
        if reminder.form == "OP"
    ]


def test_what_was_overdue_before_anybody_looked_is_left_alone(election: Election) -> None:
    assert not due(election, "15T09:30", Progress(at("15T09:00")))
    assert due(election, "15T10:31", Progress(at("15T09:00"))).reminders == (Reminder("TU", "10:00", 1),)


def test_a_round_is_asked_for_until_the_next_begins(election: Election) -> None:
    assert Reminder("TU", "10:00", 1) in due(election, "15T11:59").reminders
    assert {reminder.form for reminder in due(election, "15T12:00").reminders} == {"OP"}
    assert due(election, "17T07:30").reminders == ()


def test_what_is_overdue_is_what_the_summary_counts_as_missing(election: Election) -> None:
    """A round that another one follows too: nobody is reminded of it any more, but it is missing."""
    for time in ("15T08:30", "15T08:31", "15T10:30", "15T10:31", "15T12:10", "15T13:00", "15T22:15", "17T07:30"):
        nation = summarise(election, {}, at(time)).nation
        missing = {(form, name) for form, rounds in nation.forms.items() for name in rounds if rounds[name].missing}
        overdue = overdue_rounds(election, at(time))
        assert set(overdue) == missing, time
        assert len(overdue) == len(missing), time
    assert overdue_rounds(election, at("15T12:10")) == (("OP", "-"), ("TU", "10:00"))


OP, TU10, TU12, EV = ("OP", "-"), ("TU", "10:00"), ("TU", "12:00"), ("EV", "-")


@pytest.mark.parametrize(
    ("owed", "heard", "now", "silent"),
    [
        ((OP,), None, "15T08:31", True),
        ((OP,), "15T10:05", "15T10:10", False),
        ((TU10,), "15T07:30", "15T10:31", False),
        ((TU10, TU12), "15T07:30", "15T12:31", True),
        ((TU10, TU12), "15T10:31", "15T12:31", False),
        ((OP, TU10, TU12), "15T09:00", "15T12:31", True),
        ((OP, EV), None, "16T07:30", False),  # yesterday's, and nothing is due today
    ],
)
def test_silent_is_who_says_nothing_or_has_said_nothing_for_two_duties(
    election: Election, owed: tuple, heard: str | None, now: str, silent: bool
) -> None:
    assert is_silent(election, owed, at(heard) if heard else None, at(now)) is silent


@pytest.mark.parametrize(
    ("now", "began"), [("15T12:00", "15T00:00"), ("15T06:59", "14T00:00"), ("16T03:00", "15T00:00")]
)
def test_a_day_lasts_through_the_night(election: Election, now: str, began: str) -> None:
    assert day_began(election, at(now)) == at(began)


def test_nobody_is_disturbed_at_night_but_about_a_round_that_is_at_night(election: Election) -> None:
    assert due(election, "15T22:20").reminders == ()  # 21:45 is overdue since 22:15
    assert due(election, "16T00:01").reminders == (Reminder("TU", "23:30", 1),)
    morning = due(election, "16T07:00").reminders
    assert Reminder("EV", "-", 1) in morning


@pytest.mark.parametrize(("time", "night"), [("21:59", False), ("22:00", True), ("06:59", True), ("07:00", False)])
def test_the_night_is_the_elections_own(election: Election, time: str, night: bool) -> None:
    assert is_night(election, at(f"15T{time}")) is night
    assert is_night(election, at(f"15T{time}").astimezone(dt.UTC)) is night


def test_a_night_within_a_day_and_no_reminders_at_all(election: Election) -> None:
    reminders = {"at_most": 0, "night": {"from": "01:00", "until": "05:00"}}
    changed = Election.model_validate(election.model_dump(by_alias=True) | {"reminders": reminders})
    assert not is_night(changed, at("15T23:00"))
    assert is_night(changed, at("15T01:00"))
    assert due(changed, "15T08:31") == Plan((), (("OP", "-"),))


def test_a_night_has_no_day(election: Election) -> None:
    with pytest.raises(ValidationError, match="the night is the same every day"):
        Election.model_validate(election.model_dump(by_alias=True) | {"reminders": {"night": {"until": "D+1 07:00"}}})


def test_progress_is_the_same_after_it_was_stored() -> None:
    progress = Progress(at("15T07:00"), {("TU", "10:00"): RoundProgress(2, at("15T11:00"), listed=True)})
    assert Progress.from_document(progress.document()) == progress


def test_a_station_owes_until_anybody_answers_an_observer_until_they_do(election: Election) -> None:
    source = Source(at("15T09:00"), "generic#1")
    for form, owing in (("OP", []), ("EV", ["12"])):
        report = Report("1", form, "-")
        assert [observer.number for observer in missing_observers(election, report)] == ["11", "12"]
        reported = report.merge("11", {"A": 1}, source)
        assert [observer.number for observer in missing_observers(election, reported)] == owing
