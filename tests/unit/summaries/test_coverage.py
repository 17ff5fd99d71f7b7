"""Due times: local days, days around the election, clocks that change, and what a region owes."""

import datetime as dt

import pytest

from chalicelib.observation.elections.schedule import (
    expected_by_region,
    is_late,
    is_missing_time,
    round_begun_at,
    round_due,
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("form", "round_name", "due"),
    [
        ("OP", "-", "2017-10-15T08:30:00+06:00"),
        ("TU", "10:00", "2017-10-15T10:00:00+06:00"),
        ("TU", "D+1 02:00", "2017-10-16T02:00:00+06:00"),
        ("LT", "D-14 10:00", "2017-10-01T10:00:00+06:00"),
        ("LT", "D-1 10:00", "2017-10-14T10:00:00+06:00"),
    ],
)
def test_a_round_is_due_at_its_local_time(election, form, round_name, due):
    assert round_due(election, election.form_by_code[form], round_name) == at(due)


def test_an_unknown_round_is_named_with_those_that_exist(election):
    with pytest.raises(LookupError, match=r"form TU has no round '11:00'; it has 10:00, 14:00, D\+1 02:00"):
        round_due(election, election.form_by_code["TU"], "11:00")


@pytest.mark.parametrize(
    ("day", "moment", "due"),
    [
        ("2017-03-26", "01:59", "2017-03-26T01:59:00+01:00"),
        ("2017-03-26", "02:30", "2017-03-26T03:30:00+02:00"),  # skipped: as if clocks had not changed
        ("2017-03-26", "03:00", "2017-03-26T03:00:00+02:00"),
        ("2017-03-25", "D+1 03:00", "2017-03-26T03:00:00+02:00"),
        ("2017-10-29", "02:30", "2017-10-29T02:30:00+02:00"),  # twice: the first
        ("2017-10-29", "03:00", "2017-10-29T03:00:00+01:00"),
        ("2017-10-15", "D+14 10:00", "2017-10-29T10:00:00+01:00"),
        ("2017-10-29", "D-1 10:00", "2017-10-28T10:00:00+02:00"),
    ],
)
def test_due_times_follow_the_zone_through_changes_of_the_clock(an_election, day, moment, due):
    form = {"code": "TU", "rounds": [moment], "questions": [{"code": "A", "type": "integer"}]}
    election = an_election(date=day, timezone="Europe/Berlin", forms=[form])
    assert round_due(election, election.forms[0], election.forms[0].round_names[0]) == at(due)


@pytest.mark.parametrize(
    ("received", "round_name"),
    [
        ("2017-10-14T23:00:00+06:00", "10:00"),  # before the first: the first
        ("2017-10-15T10:00:00+06:00", "10:00"),
        ("2017-10-15T13:59:59+06:00", "10:00"),
        ("2017-10-15T14:00:00+06:00", "14:00"),  # a round begins at its moment
        ("2017-10-15T19:59:59+00:00", "14:00"),  # 01:59:59 of the next local day
        ("2017-10-15T20:00:00+00:00", "D+1 02:00"),
        ("2017-10-20T12:00:00+06:00", "D+1 02:00"),
    ],
)
def test_a_report_belongs_to_the_round_last_begun(election, received, round_name):
    assert round_begun_at(election, election.form_by_code["TU"], at(received)) == round_name


def test_a_form_due_once_has_no_round(election):
    assert round_begun_at(election, election.form_by_code["OP"], at("2017-10-15T10:00:00+06:00")) == "-"


def test_rounds_around_the_autumn_change_begin_an_hour_apart_in_fact(an_election):
    form = {"code": "TU", "rounds": ["02:00", "03:00"], "questions": [{"code": "A", "type": "integer"}]}
    election = an_election(date="2017-10-29", timezone="Europe/Berlin", forms=[form])
    begun = [round_begun_at(election, election.forms[0], at(f"2017-10-29T0{hour}:00+00:00")) for hour in (0, 1, 2)]
    assert begun == ["02:00", "02:00", "03:00"]


@pytest.mark.parametrize(
    ("received", "late"),
    [("2017-10-15T10:30:00+06:00", False), ("2017-10-15T10:30:00.001+06:00", True), ("2017-10-15T04:29:00Z", False)],
)
def test_late_is_after_due_time_and_grace(election, received, late):
    form = election.form_by_code["TU"]
    assert is_late(election, form, "10:00", at(received)) is late
    assert is_missing_time(election, form, "10:00", at(received)) is late


def test_grace_is_elapsed_time_where_the_clock_changes(an_election):
    form = {"code": "TU", "rounds": ["01:45"], "grace": "30m", "questions": [{"code": "A", "type": "integer"}]}
    election = an_election(date="2017-03-26", timezone="Europe/Berlin", forms=[form])
    assert not is_late(election, election.forms[0], "01:45", at("2017-03-26T03:15:00+02:00"))
    assert is_late(election, election.forms[0], "01:45", at("2017-03-26T03:16:00+02:00"))


def test_a_form_without_a_time_is_never_late(an_election):
    election = an_election(forms=[{"code": "XX", "questions": [{"code": "A", "type": "yesno"}]}])
    assert round_due(election, election.forms[0], "-") is None
    assert not is_late(election, election.forms[0], "-", at("2027-01-01T00:00:00Z"))


def test_a_region_owes_a_report_a_station_or_an_observer(election):
    assert expected_by_region(election, election.form_by_code["OP"], "-") == {"Chuy": 3, "Osh city": 1}
    assert expected_by_region(election, election.form_by_code["LT"], "-") == {"Chuy": 3, "Osh city": 2}
    unmanned = election.model_copy(update={"observers": ()})
    assert expected_by_region(unmanned, unmanned.form_by_code["LT"], "-") == {"Chuy": 0, "Osh city": 0}
