"""What a board of the whole nation reads, however many messages are behind it."""

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator

import pytest
from aws_faults import Wire
from batches import in_batches
from pipeline import Load, Pipeline
from read_units import ReadMeter
from sample_election import sample

from chalicelib.observation.elections.schedule import places
from chalicelib.observation.summaries.summary import answer_counters
from chalicelib.services.access.operators import Operator
from chalicelib.services.board import board
from chalicelib.services.upkeep.queues import keep_queues
from chalicelib.services.upkeep.snapshot import Snapshot
from chalicelib.store import providers
from chalicelib.store.messages import Message, attention_of
from chalicelib.store.open_incidents import OpenIncident, open_incidents_of
from chalicelib.store.tallies import adding, read_cells, tally_row

MOST_UNITS = 30
WAITING_SHARE = 50
"""One SMS in so many waits for a person."""
OPEN = 35


@pytest.fixture
def written() -> Iterator[list[Message]]:
    """Messages that a test has put beside the pipeline; gone after it."""
    rows: list[Message] = []
    yield rows
    in_batches(Message, rows, lambda batch, row: batch.delete(row))


def nation(load: Load) -> Pipeline:
    """The sample's 500 stations in nine regions, at 23:45: every form and round has begun."""
    election = sample()
    observers = [{**observer.model_dump(), "phones": ()} for observer in election.observers]
    pipeline: Pipeline = load(stations=election.stations, observers=observers, coordinators=())
    pipeline.now += dt.timedelta(hours=14, minutes=45)
    return pipeline


def has_come(pipeline: Pipeline, count: int, written: list[Message]) -> None:
    """Tallies, open incidents and waiting SMS as so many messages leave them; every cell in every shard."""
    election = pipeline.election
    cells = [(region, *place) for region in election.regions for place in places(election)]
    share = max(count // (len(cells) * election.tally_shards), 1)
    for region, form, name in cells:
        counters = {"received": share, "complete": share, "partial": 1, "late": 1, "conflict": 1}
        for question in election.form_by_code[form].questions:
            counters |= dict.fromkeys(answer_counters(question).values(), share)
        counters |= {"message.received": share, "message.accepted": share}
        for shard in range(election.tally_shards):
            tally_row(election, shard, (region, form, name)).update(actions=adding(counters))
    for number in range(OPEN):
        OpenIncident(
            f"{election.id}#open",
            f"{number:06}",
            region=election.regions[number % len(election.regions)],
            severity="high",
            state="new",
            at=pipeline.now - dt.timedelta(minutes=number),
            incident=f"1001#{number:010}",
        ).save()
    rows = [
        Message(
            f"generic#{election.id}-{number}",
            direction="in",
            state="unrecognised",
            stored_at=pipeline.now - dt.timedelta(seconds=number),
            attention=attention_of(election.id, (*election.regions, None)[number % (len(election.regions) + 1)]),
            sender="+996700000000",
            observer="0001",
            text_as_sent="what?",
        )
        for number in range(count // WAITING_SHARE)
    ]
    written += rows
    in_batches(Message, rows, lambda batch, row: batch.save(row))
    providers.keep_silence({"providers": [{"name": "generic", "silent": False}]}, pipeline.now)
    keep_queues(pipeline.current, Snapshot(read_cells(election), ()), {}, pipeline.now)


@pytest.mark.long
def test_b4_a_board_reads_the_same_with_a_thousand_messages_and_with_a_hundred_thousand(
    load: Load, wire: Wire, written: list[Message], record_property: Callable[[str, object], None]
) -> None:
    few, many = nation(load), nation(load)
    has_come(few, 10**3, written)
    has_come(many, 10**5, written)
    meters, documents, seconds = [], [], []
    for pipeline in (few, many):
        loaded = pipeline.current
        with ReadMeter(wire) as meter:
            began = time.process_time()
            documents.append(board.compute_board(loaded, (), pipeline.now))
            seconds.append(time.process_time() - began)
        meters.append(meter)
    units = [meter.units for meter in meters]
    size = len(json.dumps(documents[1], ensure_ascii=False))
    record_property("figure", ("a board: read units with 10^3 and 10^5 messages", *units))
    print(json.dumps({"board": {"read units with 10^3 and 10^5": units, "CPU seconds": seconds, "bytes": size}}))  # noqa: T201
    assert all(0 < unit <= MOST_UNITS for unit in units), units
    assert meters[0].requests == meters[1].requests
    assert [document["queues"]["messages"]["count"] for document in documents] == [20, 2000]
    assert documents[1]["queues"]["incidents"]["count"] == OPEN
    assert len(documents[1]["rows"]) == 10


def test_a_container_computes_a_board_once_in_two_seconds(load: Load, wire: Wire) -> None:
    pipeline = load(size=4)
    loaded = pipeline.current
    aida, viewer = (Operator(role, role, pipeline.election.id, ()) for role in ("operator", "viewer"))
    first = board.show_board(loaded, aida, None, pipeline.now)
    with ReadMeter(wire) as meter:
        assert board.show_board(loaded, aida, None, pipeline.now) == first
        less = board.show_board(loaded, viewer, None, pipeline.now)
    assert meter.requests == []
    assert first.keys() - less.keys() == {"queues", "traffic", "providers"}
    with ReadMeter(wire) as meter:
        [only] = board.show_board(loaded, aida, "Chuy", pipeline.now)["rows"]
    assert (only["region"], len(meter.requests) > 0) == ("Chuy", True)


def test_a_board_of_many_regions_shows_what_waits_as_of_the_last_minute(
    load: Load, wire: Wire, written: list[Message]
) -> None:
    names = [f"Region {number:02}" for number in range(board.MOST_ASKED)]
    stations = [{"number": f"{1000 + at}", "region": name, "district": "", "name": ""} for at, name in enumerate(names)]
    pipeline: Pipeline = load(stations=stations, observers=(), coordinators=())
    row = Message(
        f"generic#{pipeline.election.id}-waits",
        direction="in",
        state="unrecognised",
        stored_at=pipeline.now,
        attention=attention_of(pipeline.election.id, names[0]),
    )
    written.append(row)
    row.save()
    with ReadMeter(wire) as meter:
        assert board.compute_board(pipeline.current, (), pipeline.now)["queues"]["messages"]["count"] == 0
    assert not [request for request in meter.requests if request.endswith("-messages")]
    keep_queues(pipeline.current, Snapshot({}, ()), {}, pipeline.now)
    assert board.compute_board(pipeline.current, (), pipeline.now)["queues"]["messages"]["count"] == 1
    assert board.compute_board(pipeline.current, (names[0],), pipeline.now)["queues"]["messages"]["count"] == 1


def test_open_incidents_are_read_up_to_a_bound(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = load(size=2)
    monkeypatch.setattr(board, "MOST_READ", 2)
    monkeypatch.setattr(board, "open_incidents_of", lambda election_id: open_incidents_of(election_id, 2))
    for place in range(3):
        pipeline.say(pipeline.phone(), f"IN {place + 1} they did {place}")
    queue = board.compute_board(pipeline.current, (), pipeline.now)["queues"]["incidents"]
    assert (queue["count"], queue["is_cut"]) == (2, True)
