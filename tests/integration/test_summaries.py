"""The hourly summary on the real tables: once an hour, one after an outage, at a cost without messages."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pipeline import Pipeline
from wire import Wire, failed

from chalicelib.observation.tally import shard_of
from chalicelib.services.final_report import final_report
from chalicelib.services.summarize import current_summary, summarize, summarize_due
from chalicelib.store import elections
from chalicelib.store.messages import Message
from chalicelib.store.tallies import adding, tally_row

HOUR = dt.timedelta(hours=1)


def summaries(pipeline: Pipeline) -> list[Message]:
    return [row for row in pipeline.outgoing() if row.key.startswith("summary#")]


def headquarters(pipeline: Pipeline) -> Message:
    """The newest email to headquarters."""
    [email] = {one.email for one in pipeline.election.coordinators if "*" in one.regions and one.email}
    return max((row for row in summaries(pipeline) if row.recipient == email), key=lambda row: row.key)


def test_an_hour_is_told_once_whoever_asks_and_however_often(pipeline: Pipeline) -> None:
    with ThreadPoolExecutor(3) as several:
        queued = list(several.map(lambda _: summarize(pipeline.current, pipeline.now), range(3)))
    told = summaries(pipeline)
    assert sum(queued) == len(told) == len({(row.recipient, row.channel) for row in told}) > 0
    pipeline.now += dt.timedelta(minutes=59)
    assert summarize(pipeline.current, pipeline.now) == 0
    pipeline.now += dt.timedelta(minutes=1)
    assert summarize(pipeline.current, pipeline.now) == len(told)


def test_after_an_outage_one_summary_tells_all_that_has_changed(pipeline: Pipeline) -> None:
    summarize(pipeline.current, pipeline.now)
    count = len(summaries(pipeline))
    pipeline.say(pipeline.phone(0), f"OP {pipeline.election.observers[0].station} A1 B0700 C7 D1 E900")
    pipeline.now += 7 * HOUR
    summarize(pipeline.current, pipeline.now)
    assert len(summaries(pipeline)) == 2 * count
    text = headquarters(pipeline).text
    assert "09:00" in text
    assert "+1" in text


def test_a_run_that_dies_before_everybody_was_told_is_finished(pipeline: Pipeline, wire: Wire) -> None:
    wire.listen()
    puts = []

    def cut(operation: str, place: int, when: str) -> BaseException | None:
        puts.append(operation == "PutItem" and when == "before")
        return failed() if sum(puts) > 3 else None

    wire.cut_all = cut
    with pytest.raises(RuntimeError):
        summarize(pipeline.current, pipeline.now)
    wire.mend()
    told = len(summaries(pipeline))
    finished = summarize(pipeline.current, pipeline.now)
    assert told > 0
    assert finished > 0
    assert told + finished == len(summaries(pipeline))
    assert summarize(pipeline.current, pipeline.now) == 0


def test_the_sweep_takes_up_an_hour_that_the_schedule_missed(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elections, "list_elections", lambda: [pipeline.election.id])
    assert summarize_due(pipeline.now, catching_up=True) == 0, "nothing was ever sent: the schedule begins it"
    count = summarize_due(pipeline.now)
    assert count > 0
    assert summarize_due(pipeline.now + dt.timedelta(minutes=61), catching_up=True) == 0
    assert summarize_due(pipeline.now + dt.timedelta(minutes=66), catching_up=True) == count
    assert summarize_due(pipeline.now + dt.timedelta(minutes=70)) == 0


def test_what_stations_contradict_and_what_is_open_is_told(pipeline: Pipeline) -> None:
    lead, second = pipeline.observers(0)
    pipeline.say(lead.phones[0], f"OP {lead.station} A1 B0700 C7 D1 E900")
    pipeline.say(second.phones[0], f"OP {lead.station} A1 B0700 C9 D1 E900")
    pipeline.say(lead.phones[0], f"TU {lead.station} A950")
    pipeline.say(second.phones[0], f"IN {lead.station} 2 box full")
    pipeline.now += 2 * HOUR
    summarize(pipeline.current, pipeline.now)
    email = headquarters(pipeline)
    for part in (email.text, email.html):
        assert "TU: More voters than registered" in part
    page = final_report(pipeline.current, pipeline.now, "en")
    assert "Ballot stuffing" in page
    assert "More voters than registered (stations: 1)" in page
    assert "+996" not in page
    assert not [one.name for one in pipeline.election.observers if one.name and one.name in page]


@pytest.fixture
def wide(load: Any) -> Pipeline:
    """A region of 1000 stations."""
    station = {"region": "Wide", "district": "", "name": ""}
    coordinator = {"name": "A", "email": "a@example.org", "language": "en", "regions": ["Wide"], "alerts": ["email"]}
    return load(
        stations=[{"number": f"{number}", **station} for number in range(1000, 2000)],
        observers=[],
        coordinators=[coordinator],
    )


def count_messages(pipeline: Pipeline, count: int) -> None:
    """Tallies as that many accepted messages leave them."""
    election = pipeline.election
    places = [("OP", "-"), *[("TU", name) for name in election.form_by_code["TU"].round_names]]
    by_shard: dict[int, int] = {}
    for station in election.stations:
        shard = shard_of(election, station.number)
        by_shard[shard] = by_shard.get(shard, 0) + 1
    for shard, stations in by_shard.items():
        for form, name in places:
            share = count * stations // (1000 * len(places))
            counters = {"received": stations, "complete": stations, "message.received": share, "A#sum": 37 * count}
            row = tally_row(election, shard, ("Wide", form, name))
            row.update(actions=adding({**counters, "message.accepted": share}))


def test_its_cost_does_not_hang_on_the_number_of_messages(wide: Pipeline, wire: Wire) -> None:
    units: list[float] = []

    def measure() -> float:
        units.clear()
        wide.now += HOUR
        assert summarize(wide.current, wide.now) == 1
        return sum(units)

    def ask(operation: str, parameters: dict[str, Any]) -> None:
        if operation in ("Query", "GetItem", "BatchGetItem"):
            parameters["ReturnConsumedCapacity"] = "TOTAL"

    def add_up(operation: str, parameters: dict[str, Any], answer: dict[str, Any]) -> None:
        if operation in ("Query", "GetItem", "BatchGetItem"):
            consumed = answer.get("ConsumedCapacity", [])
            units.extend(one["CapacityUnits"] for one in (consumed if isinstance(consumed, list) else [consumed]))

    wire.prepare, wire.watch = ask, add_up
    wide.now += 5 * HOUR
    count_messages(wide, 10**3)
    measure()  # the first has no hour before it to read
    few = measure()
    count_messages(wide, 10**5 - 10**3)
    many = measure()
    print(json.dumps({"read units with 10^3 messages": few, "with 10^5": many}))  # noqa: T201
    assert few > 0
    assert abs(many - few) <= 0.05 * few
    assert current_summary(wide.current, wide.now).regions["Wide"].messages["received"] > 90_000
