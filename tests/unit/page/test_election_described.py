"""The election as the page reads it."""

import datetime as dt
from zoneinfo import ZoneInfo

from sample_election import sample

from chalicelib.observation.elections.clock import REAL_TIME, Clock
from chalicelib.services.views.election import describe_election
from chalicelib.store.elections import LoadedElection

ELECTION = sample()


def test_rounds_have_the_times_that_the_page_compares_with_its_clock() -> None:
    described = describe_election(LoadedElection(ELECTION, REAL_TIME, 3, ELECTION))
    rounds = {form["code"]: form["rounds"] for form in described["forms"]}
    assert rounds["TU"][1] == {
        "name": "12:00",
        "begins_at": "2017-10-15T12:00:00+06:00",
        "due_at": "2017-10-15T12:00:00+06:00",
        "missing_from": "2017-10-15T12:30:00+06:00",
    }
    assert rounds["OP"][0]["begins_at"] == "2017-10-15T07:00:00+06:00"
    assert described["is_rehearsal"] is False


def test_a_rehearsal_says_how_its_clock_runs() -> None:
    start = dt.datetime(2017, 10, 15, 6, tzinfo=ZoneInfo("Asia/Bishkek"))
    clock = Clock(start, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 60)
    described = describe_election(LoadedElection(ELECTION, clock, 1, ELECTION))
    assert described["is_rehearsal"] is True
    assert described["clock"] == {
        "start": "2017-10-15T06:00:00+06:00",
        "origin": "2026-01-01T00:00:00+00:00",
        "factor": 60,
    }


def test_nobody_of_the_roster_is_in_it() -> None:
    written = str(describe_election(LoadedElection(ELECTION, REAL_TIME, 3, ELECTION)))
    people = [*ELECTION.observers, *ELECTION.coordinators]
    assert not [person.name for person in people if person.name in written]
    assert "+996" not in written
