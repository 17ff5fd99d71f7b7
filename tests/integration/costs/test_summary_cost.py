"""What a summary of a region of 1000 stations reads, however many messages are behind it."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence

import pytest
from aws_faults import Wire
from batches import in_batches
from pipeline import Load, Pipeline
from read_units import ReadMeter

from chalicelib.observation.reports.report import Report, Source
from chalicelib.observation.reports.tally import contribution, shard_of
from chalicelib.services.reports.tally_changes import total
from chalicelib.services.summaries.current import current_summary
from chalicelib.services.summaries.hourly import queue_summaries
from chalicelib.store.messages import Message
from chalicelib.store.reports import StoredReport, to_row
from chalicelib.store.tallies import adding, tally_row

STATIONS = 1000
PLACES = (("OP", "-"), ("TU", "10:00"), ("TU", "12:00"), ("TU", "14:00"))
ANSWERS = {"OP": {"A": True, "B": "07:30", "C": 12, "D": True, "E": 1668}, "TU": {"A": 640}}
MOST_APART = 0.05


@pytest.fixture
def written() -> Iterator[list[Message]]:
    """Messages that a test has put beside the pipeline; gone after it, since other tests read the whole table."""
    rows: list[Message] = []
    yield rows
    in_batches(Message, rows, lambda batch, row: batch.delete(row))


def wide(load: Load) -> Pipeline:
    """A region of 1000 stations with two observers each, at 15:00: four rounds have begun."""
    stations = [
        {"number": f"{number}", "region": "Wide", "district": "", "name": ""} for number in range(1000, 1000 + STATIONS)
    ]
    observers = [
        {"number": f"{place:04}", "name": "", "phones": [], "language": "en", "station": f"{1000 + place // 2}"}
        for place in range(2 * STATIONS)
    ]
    coordinator = {"name": "A", "email": "a@example.org", "language": "en", "regions": ["Wide"], "alerts": ["email"]}
    pipeline: Pipeline = load(stations=stations, observers=observers, coordinators=[coordinator])
    pipeline.now += dt.timedelta(hours=6)
    return pipeline


def reported(pipeline: Pipeline, places: Callable[[int], Sequence[tuple[str, str]]], count: int) -> None:
    """Reports and tallies as so many accepted messages leave them, the stations' forms and rounds being as told."""
    election = pipeline.election
    rows, cells = [], []
    for at, station in enumerate(election.stations):
        shard = shard_of(election, station.number)
        for form, name in places(at):
            report = Report(station.number, form, name)
            for observer in election.observers_by_station[station.number]:
                source = Source(pipeline.now - dt.timedelta(hours=1), f"generic#{election.id}-{observer.number}-{form}")
                report = report.merge(observer.number, ANSWERS[form], source)
            counted = contribution(election, report)
            rows.append(to_row(election, StoredReport(report, "Wide", 1, counted)))
            cells.append(((shard, ("Wide", form, name)), counted))
    share = count // len(rows)
    counters_of_messages = {"message.received": share, "message.accepted": share}
    for (shard, cell), counters in total([*cells, *((place, counters_of_messages) for place, _ in cells)]).items():
        tally_row(election, shard, cell).update(actions=adding(counters))
    in_batches(type(rows[0]), rows, lambda batch, row: batch.save(row))


def put_messages(pipeline: Pipeline, count: int, written: list[Message]) -> None:
    rows = [
        Message(
            f"generic#{pipeline.election.id}-{number}",
            direction="in",
            state="accepted",
            stored_at=pipeline.now,
            received_at=pipeline.now,
            counted_at=pipeline.now,
            election=pipeline.election.id,
            region="Wide",
            observer=f"{number % (2 * STATIONS):04}",
            text_as_sent="TU A640",
        )
        for number in range(count)
    ]
    written += rows
    in_batches(Message, rows, lambda batch, row: batch.save(row))


def read_by(pipeline: Pipeline, wire: Wire) -> dict[str, ReadMeter]:
    """What the hourly summary reads, and the API's of the nation and of the region."""
    loaded = pipeline.current
    with ReadMeter(wire) as hourly:
        assert queue_summaries(loaded, pipeline.now) == 1
    with ReadMeter(wire) as nation:
        current_summary(loaded, pipeline.now)
    with ReadMeter(wire) as region:
        current_summary(loaded, pipeline.now, ("Wide",))
    return {"hourly": hourly, "nation": nation, "region": region}


@pytest.mark.long
def test_it_reads_the_same_with_a_thousand_messages_and_with_a_hundred_thousand(
    load: Load, wire: Wire, written: list[Message], record_property: Callable[[str, object], None]
) -> None:
    """Tallies and reports are as 10^3 and 10^5 messages leave them. Of the messages' own rows, which a summary must not
    read, there are 10^3 and 2*10^4: enough to be seen if it did, and as many as the emulator takes in the time."""
    few, many = wide(load), wide(load)
    reported(few, lambda at: [PLACES[at % len(PLACES)]], 10**3)
    put_messages(few, 10**3, written)
    reported(many, lambda at: PLACES, 10**5)
    put_messages(many, 2 * 10**4, written)
    assert few.summary()["nation"]["messages"]["received"] == 10**3
    assert many.summary()["nation"]["messages"]["received"] == 10**5
    before, after = read_by(few, wire), read_by(many, wire)
    units = {what: (before[what].units, after[what].units) for what in before}
    print(json.dumps({"read units with 10^3 and 10^5 messages": units}))  # noqa: T201
    for what, (fewer, more) in units.items():
        record_property("figure", (f"a summary, {what}: read units with 10^3 and 10^5 messages", fewer, more))
        assert fewer > 0, what
        assert abs(more - fewer) <= MOST_APART * fewer, (what, fewer, more)
        assert before[what].requests == after[what].requests, what
        assert not [request for request in after[what].requests if "messages" in request], "a summary reads no message"
