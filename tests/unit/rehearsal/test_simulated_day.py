"""The simulated day: repeatable, consistent over the day, and in the rounds and numbers that the plan asks for."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from chalicelib.observation.elections.schedule import is_late, round_begun_at
from chalicelib.rehearsal.simulation.day import NothingDue, Plan, simulate_day
from chalicelib.rehearsal.simulation.truth import StationTruth

PLAN = Plan(observers=80, minutes=5, noise=20, duplicates=10, incidents=10, seed=7)


@pytest.fixture(scope="module")
def day(election):
    return simulate_day(election, PLAN)


def meant(day, form=None):
    return [message for message in day.messages if form in (None, message.intended.form)]


def test_the_same_seed_gives_the_same_day_and_another_seed_another(election, day):
    assert simulate_day(election, PLAN) == day
    assert simulate_day(election, replace(PLAN, seed=8)).messages != day.messages


def test_the_day_begins_with_the_first_form_and_ends_after_the_last(day):
    assert day.starts_at == dt.datetime.fromisoformat("2017-10-15T07:00:00+06:00")
    assert day.ends_at == dt.datetime.fromisoformat("2017-10-16T03:00:00+06:00")
    assert day.factor(minutes=5) == 240
    assert all(day.starts_at <= message.received_at <= day.ends_at for message in day.messages)
    assert [message.number for message in day.messages] == list(range(len(day.messages)))
    assert all(first.received_at <= second.received_at for first, second in pairwise(day.messages))


def test_rounds_of_other_days_are_left_out(day, an_election):
    assert {content.intended.round for content in meant(day, "TU")} == {"10:00", "12:00", "20:00"}
    form = {"code": "LT", "rounds": ["D-14 10:00"], "questions": [{"code": "A", "type": "yesno"}]}
    with pytest.raises(NothingDue, match="no form of election kg is due on its day 2017-10-15"):
        simulate_day(an_election(forms=[form]), PLAN)


def test_every_report_is_received_in_the_round_that_it_means(election, day):
    for content in meant(day, "TU"):
        assert round_begun_at(election, election.form_by_code["TU"], content.received_at) == content.intended.round


def test_a_few_reports_are_late_and_a_few_are_never_sent(election, day):
    late = [
        is_late(election, election.form_by_code[message.intended.form], message.intended.round, message.received_at)
        for message in day.messages
        if message.intended.form in election.form_by_code
    ]
    assert 0.01 < sum(late) / len(late) < 0.1
    reported = {content.intended.observer.station for content in meant(day, "OP")}
    assert 30 <= len(reported) <= 40


def test_observers_of_a_station_take_turns_and_each_reports_where_each_is_expected(day):
    turnout = Counter((content.intended.observer.station, content.intended.round) for content in meant(day, "TU"))
    assert 1.1 < sum(turnout.values()) / len(turnout) < 1.5
    assert {content.intended.observer.number[-1] for content in meant(day, "TU")} == {"1", "2"}
    assert 70 <= len({content.intended.observer.number for content in meant(day, "VO")}) <= 80


def test_two_observers_of_a_station_mostly_agree_and_sometimes_do_not(an_election):
    forms = [
        {"code": "OP", "expect": "observer", "due": {"by": "08:30"}, "questions": [{"code": "A", "type": "integer"}]}
    ]
    stations = [{"number": f"{number}", "region": "Osh"} for number in range(1000, 1400)]
    observers = [
        {
            "number": f"{station['number']}-{which}",
            "name": "",
            "phones": [],
            "language": "ky",
            "station": station["number"],
        }
        for station in stations
        for which in (1, 2)
    ]
    election = an_election(forms=forms, stations=stations, observers=observers, incidents=None)
    voters = {}
    for message in simulate_day(election, replace(PLAN, observers=800, noise=0)).messages:
        voters.setdefault(message.intended.observer.station, []).append(message.intended.answers["A"])
    both = [answers for answers in voters.values() if len(answers) == 2]
    differing = sum(first != second for first, second in both)
    assert len(both) > 350
    assert 1 <= differing < 0.1 * len(both)


def test_votes_add_up_and_voters_only_grow(election):
    for station in election.stations:
        truth = StationTruth(election, station, seed=1, alarm_share=0)
        count = truth.answers(election.form_by_code["CL"], "-")
        assert count["D"] + count["E"] + count["F"] + count["G"] == count["C"]
        assert min(count.values()) >= 0
        voted = [truth.answers(election.form_by_code["TU"], name)["A"] for name in ("10:00", "12:00", "20:00")]
        assert 0 < voted[0] <= voted[1] <= voted[2] == count["C"] <= station.registered
        assert truth.answers(election.form_by_code["OP"], "-")["E"] == station.registered


def test_answers_are_valid_for_their_type_and_no_alarm_unless_asked_for(election):
    for station in election.stations:
        quiet = StationTruth(election, station, seed=1, alarm_share=0)
        opening, voting = (quiet.answers(election.form_by_code[code], "-") for code in ("OP", "VO"))
        assert opening["D"] is True
        assert isinstance(opening["A"], bool)
        assert "07:00" <= opening["B"] <= "07:30"
        assert voting["C"] == 1
        assert set(voting["F"]) <= {1, 2, 10}
        assert list(voting["F"]) == sorted(voting["F"])
        assert Decimal("0.5") <= voting["G"] <= 2
        loud = StationTruth(election, station, seed=1, alarm_share=1)
        assert loud.answers(election.form_by_code["OP"], "-")["D"] is False
        assert loud.answers(election.form_by_code["VO"], "-")["C"] == 2


def test_incidents_and_duplicates_are_as_many_as_planned(election, an_election):
    none = simulate_day(election, replace(PLAN, incidents=0, duplicates=0))
    assert not meant(none, "IN")
    assert all(len(message.deliveries) == 1 for message in none.messages)
    assert all(content.intended.answers["D"] for content in meant(none, "OP"))
    everybody = simulate_day(election, replace(PLAN, incidents=100, duplicates=100))
    assert len(meant(everybody, "IN")) == 80
    assert all(len(message.deliveries) == 4 for message in everybody.messages)
    some = simulate_day(election, replace(PLAN, duplicates=10)).messages
    assert 0.05 < sum(len(sms.deliveries) > 1 for sms in some) / len(some) < 0.18
    assert not meant(simulate_day(an_election(incidents=None), PLAN), "IN")


def test_as_many_observers_as_planned_take_part_by_whole_stations(election):
    day = simulate_day(election, replace(PLAN, observers=10, incidents=100))
    taking_part = {message.intended.observer.number for message in day.messages}
    assert len(taking_part) == 10
    assert len({number[:4] for number in taking_part}) == 5


def test_some_deliveries_come_out_of_order(day):
    delivered = [message.received_at + (day.factor(5) * message.deliveries[0]) for message in day.messages]
    assert delivered != sorted(delivered)


def test_with_noise_some_write_what_is_no_report_or_from_a_phone_that_nobody_knows(election, day):
    assert [message for message in day.messages if message.intended.form is None]
    assert [message for message in day.messages if not message.is_known]
    quiet = simulate_day(election, replace(PLAN, noise=0)).messages
    assert all(sms.is_known and sms.intended.form for sms in quiet)
