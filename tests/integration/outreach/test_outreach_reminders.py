"""Chasing what is missing on the real tables: who is reminded, who gets the list, and how often."""

import datetime as dt
import math
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aws_faults import Wire, failed
from pipeline import Pipeline
from read_units import ReadMeter

from chalicelib.observation.elections.schedule import places
from chalicelib.observation.reports.reminders import overdue_rounds
from chalicelib.observation.sms.segments import count_segments
from chalicelib.services.outreach.gaps import gaps
from chalicelib.services.outreach.reminders import ChaseResult, chase
from chalicelib.services.processing.process import process
from chalicelib.store.messages import Message

HALF_HOUR = dt.timedelta(minutes=30)


@pytest.fixture
def watched(pipeline: Pipeline) -> Pipeline:
    """An election that somebody has looked after since before its first form was due; the opening is overdue."""
    pipeline.now -= dt.timedelta(hours=1)
    assert chased(pipeline) == ChaseResult()
    pipeline.now += dt.timedelta(hours=1)
    return pipeline


def chased(pipeline: Pipeline) -> ChaseResult:
    return chase(pipeline.current, pipeline.now)


def sent(pipeline: Pipeline, kind: str) -> list[Message]:
    return [row for row in pipeline.outgoing() if row.key.startswith(f"{kind}#")]


def opening(pipeline: Pipeline, place: int) -> str:
    """A whole opening report of the observer at a place of the roster."""
    return f"OP {pipeline.election.observers[place].station} A1 B0700 C7 D1 E900"


def test_those_who_have_not_reported_are_reminded_in_their_language(watched: Pipeline) -> None:
    watched.say(watched.phone(0), opening(watched, 0))
    assert chased(watched) == ChaseResult(reminders=38)
    rows = {row.recipient: row for row in sent(watched, "reminder")}
    first, second = watched.observers(0)
    assert not rows.keys() & {*first.phones, *second.phones}
    for observer in watched.election.observers[2:]:
        row = rows[observer.phones[0]]
        assert row.text.startswith("Baykoo: ")
        assert f"{observer.station}" in row.text
        assert watched.election.text(watched.election.form_by_code["OP"].title, observer.language) in row.text
        assert row.sender == watched.number
        assert count_segments(row.text).count <= 2


def test_a_second_reminder_then_nothing_and_the_list_with_it(watched: Pipeline) -> None:
    counts = []
    for _ in range(6):
        counts.append(chased(watched))
        watched.now += dt.timedelta(minutes=10)
    assert [count.reminders for count in counts] == [40, 0, 0, 40, 0, 0]
    assert [count.lists > 0 for count in counts] == [False, False, False, True, False, False]
    assert len({row.key for row in sent(watched, "reminder")}) == 80


def test_a_list_goes_to_the_regions_own_coordinators_alone(watched: Pipeline) -> None:
    watched.say(watched.phone(0), opening(watched, 0))
    chased(watched)
    watched.now += HALF_HOUR
    chased(watched)
    lists = sent(watched, "missing")
    coordinators = [coordinator for coordinator in watched.election.coordinators if "*" not in coordinator.regions]
    assert {row.recipient for row in lists if row.channel == "email"} == {
        coordinator.email for coordinator in coordinators
    }
    for coordinator in coordinators:
        [row] = [row for row in lists if row.recipient == coordinator.email]
        for station in watched.election.stations:
            phones = [p for observer in watched.election.observers_by_station[station.number] for p in observer.phones]
            is_listed = station.region in coordinator.regions and station.number != watched.election.stations[0].number
            for part in (row.text, row.html):
                assert [phone in part for phone in phones] == [is_listed] * len(phones)
        assert not any(phone in row.subject for observer in watched.election.observers for phone in observer.phones)
    for row in (row for row in lists if row.channel == "sms"):
        regions = [coordinator.regions for coordinator in coordinators if coordinator.phone == row.recipient]
        own = {
            phone
            for observer in watched.election.observers
            if any(watched.election.region_of(observer.station) in region for region in regions)
            for phone in observer.phones
        }
        numbers = set(re.findall(r"\+996\d+", row.text))
        assert numbers
        assert numbers <= own
        assert count_segments(row.text).count <= 3


def test_the_list_reads_a_batch_a_hundred_reports_and_the_incidents_once(watched: Pipeline, wire: Wire) -> None:
    """At noon, when every station owes something: each report of each once, whatever is overdue."""
    election = watched.election
    watched.now += dt.timedelta(hours=3)
    with ReadMeter(wire) as read:
        found = gaps(election, election.regions, watched.now)
    assert sum(map(len, found.values())) == len(election.stations)
    overdue = len(overdue_rounds(election, watched.now))
    rounds = (overdue, len(places(election)) - overdue)
    batches = sum(math.ceil(len(election.stations) * count / 100) for count in rounds)
    assert Counter(request.split()[0] for request in read.requests) == {"BatchGetItem": batches, "Query": 1}


def test_one_whose_sms_is_not_read_yet_is_left_alone(watched: Pipeline) -> None:
    waiting = watched.send(watched.phone(0), opening(watched, 0))
    assert chased(watched).reminders == 38
    process(waiting, watched.now)


def test_a_station_that_is_named_in_an_sms_that_is_not_read_yet_is_left_alone(watched: Pipeline) -> None:
    """Somebody of another station covers it; who sends from a phone that nobody knows covers nothing."""
    covered, other = watched.election.stations[5].number, watched.election.stations[6].number
    waiting = [
        watched.send(watched.phone(0), f"OP {covered} A1 B0700 C7 D1 E900"),
        watched.send("+996555000000", f"OP {other} A1 B0700 C7 D1 E900"),
    ]
    assert chased(watched).reminders == 36
    for message in waiting:
        process(message, watched.now)


def test_one_who_reports_while_reminders_are_queued_is_left_alone(watched: Pipeline, wire: Wire) -> None:
    """The report is counted after chase has read that it is missing, and before the reminder is queued."""
    station = watched.election.observers[0].station
    late = watched.send(watched.phone(0), opening(watched, 0))

    def report_first(operation: str, parameters: dict[str, Any]) -> None:
        if operation == "TransactWriteItems" and station in str(parameters) and "ConditionCheck" in str(parameters):
            wire.prepare = lambda operation, parameters: None
            process(late, watched.now)

    hidden = Message.get(late.key)
    hidden.update(actions=[Message.pending.remove()])  # as if the index had not caught up
    wire.prepare = report_first
    assert chased(watched).reminders == 38
    assert watched.reply(late) is not None


def test_two_at_once_do_the_work_once(watched: Pipeline) -> None:
    with ThreadPoolExecutor(2) as both:
        counts = list(both.map(lambda _: chased(watched), range(2)))
    assert sum(count.reminders for count in counts) == 40
    watched.now += HALF_HOUR
    with ThreadPoolExecutor(2) as both:
        counts = list(both.map(lambda _: chased(watched), range(2)))
    assert sum(count.reminders for count in counts) == 40
    assert len(sent(watched, "reminder")) == 80


def test_a_run_that_dies_is_finished_by_the_next(watched: Pipeline, wire: Wire) -> None:
    wire.listen()
    wire.cut_all = lambda operation, place, when: (
        failed() if operation == "TransactWriteItems" and place > 46 and when == "before" else None
    )
    with pytest.raises(RuntimeError):
        chased(watched)
    wire.mend()
    died_with = len(sent(watched, "reminder"))
    assert 0 < died_with < 40
    assert chased(watched).reminders == 40 - died_with
    assert len({row.recipient for row in sent(watched, "reminder")}) == len(sent(watched, "reminder")) == 40


def test_after_an_outage_only_the_round_that_is_asked_for_now(watched: Pipeline) -> None:
    watched.now += dt.timedelta(hours=6, minutes=45)  # 15:45: four rounds of turnout, opening and voting are overdue
    chased(watched)
    assert {row.about for row in sent(watched, "reminder")} == {"reminder#OP#-", "reminder#TU#14:00", "reminder#VO#-"}
    watched.now += HALF_HOUR
    chased(watched)
    lists = [row for row in sent(watched, "missing") if row.channel == "email"]
    assert len(lists) == len({row.recipient for row in lists})
