"""The hourly summary on the real tables: once an hour, and one after an outage."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from aws_faults import Killed, Wire
from pipeline import Pipeline

from chalicelib.services.summaries.final_report import final_report
from chalicelib.services.summaries.hourly import queue_summaries, queue_summaries_due
from chalicelib.store import elections
from chalicelib.store.messages import Message

HOUR = dt.timedelta(hours=1)


def summaries(pipeline: Pipeline) -> list[Message]:
    return [row for row in pipeline.outgoing() if row.key.startswith("summary#")]


def headquarters(pipeline: Pipeline) -> Message:
    """The newest email to headquarters."""
    [email] = {
        coordinator.email
        for coordinator in pipeline.election.coordinators
        if "*" in coordinator.regions and coordinator.email
    }
    return max((row for row in summaries(pipeline) if row.recipient == email), key=lambda row: row.key)


def test_an_hour_is_told_once_whoever_asks_and_however_often(pipeline: Pipeline) -> None:
    with ThreadPoolExecutor(3) as several:
        queued = list(several.map(lambda _: queue_summaries(pipeline.current, pipeline.now), range(3)))
    sent = summaries(pipeline)
    assert sum(queued) == len(sent) == len({(row.recipient, row.channel) for row in sent}) > 0
    pipeline.now += dt.timedelta(minutes=59)
    assert queue_summaries(pipeline.current, pipeline.now) == 0
    pipeline.now += dt.timedelta(minutes=1)
    assert queue_summaries(pipeline.current, pipeline.now) == len(sent)


def test_after_an_outage_one_summary_tells_all_that_has_changed(pipeline: Pipeline) -> None:
    queue_summaries(pipeline.current, pipeline.now)
    count = len(summaries(pipeline))
    pipeline.say(pipeline.phone(0), f"OP {pipeline.election.observers[0].station} A1 B0700 C7 D1 E900")
    pipeline.now += 7 * HOUR
    queue_summaries(pipeline.current, pipeline.now)
    assert len(summaries(pipeline)) == 2 * count
    text = headquarters(pipeline).text
    assert "09:00" in text
    assert "+1" in text


def test_a_run_that_dies_before_everybody_was_told_is_finished(pipeline: Pipeline, wire: Wire) -> None:
    wire.listen()
    puts = []

    def cut(operation: str, place: int, when: str) -> BaseException | None:
        puts.append(operation == "PutItem" and when == "before")
        return Killed() if sum(puts) > 3 else None

    wire.cut_all = cut
    with pytest.raises(Killed):
        queue_summaries(pipeline.current, pipeline.now)
    wire.mend()
    before = len(summaries(pipeline))
    finished = queue_summaries(pipeline.current, pipeline.now)
    assert before > 0
    assert finished > 0
    assert before + finished == len(summaries(pipeline))
    assert queue_summaries(pipeline.current, pipeline.now) == 0


def test_the_sweep_takes_up_an_hour_that_the_schedule_missed(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elections, "list_elections", lambda: [pipeline.election.id])
    assert queue_summaries_due(pipeline.now, catching_up=True) == 0, "nothing was ever sent: the schedule begins it"
    count = queue_summaries_due(pipeline.now)
    assert count > 0
    assert queue_summaries_due(pipeline.now + dt.timedelta(minutes=61), catching_up=True) == 0
    assert queue_summaries_due(pipeline.now + dt.timedelta(minutes=66), catching_up=True) == count
    assert queue_summaries_due(pipeline.now + dt.timedelta(minutes=70)) == 0


def test_what_stations_contradict_and_what_is_open_is_told(pipeline: Pipeline) -> None:
    lead, second = pipeline.observers(0)
    pipeline.say(lead.phones[0], f"OP {lead.station} A1 B0700 C7 D1 E900")
    pipeline.say(second.phones[0], f"OP {lead.station} A1 B0700 C9 D1 E900")
    pipeline.say(lead.phones[0], f"TU {lead.station} A950")
    pipeline.say(second.phones[0], f"IN {lead.station} 2 box full")
    pipeline.now += 2 * HOUR
    queue_summaries(pipeline.current, pipeline.now)
    email = headquarters(pipeline)
    for part in (email.text, email.html):
        assert "TU: More voters than registered" in part
    page = final_report(pipeline.current, pipeline.now, "en")
    assert "Ballot stuffing" in page
    assert "More voters than registered (stations: 1)" in page
    assert "+996" not in page
    assert not [observer.name for observer in pipeline.election.observers if observer.name and observer.name in page]
