"""What simulated observers type is read as it was meant, also where two share a phone."""

import datetime as dt
from dataclasses import replace

import pytest

from chalicelib.observation.reports.resolve import interpret
from chalicelib.rehearsal.simulation.day import Plan, simulate_day
from chalicelib.rehearsal.simulation.write import write

MORNING = dt.datetime.fromisoformat("2017-10-15T09:00:00+06:00")
PLAN = Plan(observers=80, minutes=5, noise=0, duplicates=0, incidents=20, seed=3)


def written(election, plan):
    return [(planned, write(election, planned, plan)) for planned in simulate_day(election, plan).messages]


@pytest.mark.parametrize(("noise", "incidents", "most_asked_again"), [(0, 20, 0), (0, 100, 0), (100, 20, 0.02)])
def test_every_sms_is_read_as_it_was_meant_or_asked_for_again(election, noise, incidents, most_asked_again):
    typed = read = 0
    for planned, message in written(election, replace(PLAN, noise=noise, incidents=incidents)):
        intended = planned.intended
        interpretation = interpret(
            election, election.observers_by_phone[intended.observer.phones[0]], message.text, planned.received_at
        )
        typed += len(message.meaning.answers)
        for report in interpretation.reports:
            where = (report.reading.form, report.station, report.round, report.observer)
            assert where == (intended.form, intended.observer.station, intended.round, intended.observer), message.text
            assert report.reading.answers.items() <= message.meaning.answers.items(), message.text
            read += len(report.reading.answers)
    assert typed - read <= most_asked_again * typed


def test_small_talk_is_no_report(election):
    small_talk = [
        value for planned, value in written(election, replace(PLAN, noise=100)) if planned.intended.form is None
    ]
    assert small_talk
    for sms in small_talk:
        assert interpret(election, election.observers[:1], sms.text, MORNING).state == "unrecognised", sms.text


def test_without_noise_everything_is_typed_and_accepted(election):
    for planned, row in written(election, PLAN):
        assert row.meaning.answers == planned.intended.answers
        assert not row.defects


def test_noise_is_as_frequent_as_planned_and_the_same_for_the_same_seed(election):
    noisy = written(election, replace(PLAN, noise=50))
    assert 0.3 < sum(bool(sms.defects) for _, sms in noisy) / len(noisy) < 0.6
    assert written(election, replace(PLAN, noise=50)) == noisy


def test_who_shares_a_phone_is_told_apart_by_number(election):
    shared = [
        (planned, value) for planned, value in written(election, PLAN) if planned.intended.observer.station == "1001"
    ]
    assert {planned.intended.observer.number for planned, _ in shared} == {"10011", "10012"}
    for planned, message in shared:
        assert ("@10012" in message.text) == (planned.intended.observer.number == "10012")
