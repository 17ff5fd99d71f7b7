"""Bulk SMS on the real tables: to whom, at what rate, and never twice to anybody."""

import datetime as dt
from decimal import Decimal
from itertools import islice

import pytest
from pipeline import Pipeline

from chalicelib.cli.send import estimate
from chalicelib.observation.replies.bulk_texts import BulkText
from chalicelib.services.outreach.broadcast import Batch, Choice, missing_place, prepare, send
from chalicelib.services.outreach.refusals import BatchRefused

TEXT = "Polls close at 20:00."


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


def batch(pipeline: Pipeline, name: str = "close", text: str = TEXT, **chosen: object) -> Batch:
    return prepare(pipeline.current, name, BulkText(text), Choice(**chosen))


def sending(pipeline: Pipeline, prepared: Batch, per_second: float = 10):
    clock = Clock(pipeline.now)
    return send(pipeline.current, prepared, per_second, clock, clock.sleep), clock


def reached(pipeline: Pipeline) -> list[str]:
    return sorted(row.recipient for row in pipeline.outgoing() if row.key.startswith("bulk#"))


def test_it_goes_to_those_who_are_all_of_what_is_named(pipeline: Pipeline) -> None:
    election = pipeline.election
    region = election.stations[0].region
    own = {station.number for station in election.stations if station.region == region}
    assert {recipient.station for recipient in batch(pipeline, regions=(region,)).recipients} == own
    some = batch(pipeline, stations=(election.stations[0].number, election.stations[1].number), language="ky")
    assert {recipient.language for recipient in some.recipients} <= {"ky"}
    assert len(batch(pipeline).recipients) == len(election.observers)
    pipeline.say(pipeline.phone(0), f"OP {election.observers[0].station} A1 B0700 C7 D1 E900")
    owing = batch(pipeline, missing=missing_place(election, "op", pipeline.now)).recipients
    assert len(owing) == len(election.observers) - 2
    assert missing_place(election, "TU", pipeline.now + dt.timedelta(hours=4)) == ("TU", "12:00")


@pytest.mark.parametrize(
    ("chosen", "refusal"),
    [
        ({"regions": ("Nowhere",)}, "there is no region Nowhere: this election has Bishkek, Chuy"),
        ({"stations": ("9999",)}, "there is no station 9999"),
        ({"language": "de"}, "there is no language de"),
        ({"text": " "}, "the text is empty"),
        ({"name": "a#b"}, "is no name of a batch"),
    ],
)
def test_a_mistake_is_named_before_anything_is_sent(pipeline: Pipeline, chosen: dict, refusal: str) -> None:
    with pytest.raises(BatchRefused, match=refusal):
        batch(pipeline, **chosen)


def test_a_wrong_form_or_round_is_refused_with_those_that_there_are(pipeline: Pipeline) -> None:
    with pytest.raises(BatchRefused, match="no form 'XX': use one of OP"):
        missing_place(pipeline.election, "XX", pipeline.now)
    with pytest.raises(BatchRefused, match="form TU has no round '11:00': use one of 10:00"):
        missing_place(pipeline.election, "TU:11:00", pipeline.now)


def test_it_is_queued_at_the_rate_and_no_faster(pipeline: Pipeline) -> None:
    queue, clock = sending(pipeline, batch(pipeline), per_second=4)
    assert len(list(queue)) == 40
    assert clock.now - pipeline.now == dt.timedelta(seconds=39 / 4)


def test_killed_and_sent_again_nobody_gets_it_twice(pipeline: Pipeline) -> None:
    queue, _ = sending(pipeline, batch(pipeline))
    assert len(list(islice(queue, 13))) == 13
    queue.close()
    again = batch(pipeline)
    assert (len(again.recipients), len(again.sent_before), len(again.remaining)) == (40, 13, 27)
    assert estimate(again, Decimal("0.045")) == (
        "27 SMS (13 have it already), 1 GSM-7 segment each, 27 in all; 27 x 0.045 = 1.215."
    )
    list(sending(pipeline, again)[0])
    assert reached(pipeline) == sorted(observer.phones[0] for observer in pipeline.election.observers)
    assert batch(pipeline).remaining == ()


def test_a_name_stands_for_one_text(pipeline: Pipeline) -> None:
    list(islice(sending(pipeline, batch(pipeline))[0], 1))
    with pytest.raises(BatchRefused, match="batch close was begun with another text"):
        batch(pipeline, text="Other")


def test_a_phone_that_two_share_gets_it_once(pipeline: Pipeline, load) -> None:
    shared = [
        observer.model_copy(update={"phones": pipeline.observers(0)[0].phones})
        if observer.station == pipeline.election.stations[0].number
        else observer
        for observer in pipeline.election.observers
    ]
    other = load(observers=shared)
    assert len(batch(other).recipients) == 39


def test_a_dry_run_writes_nothing(pipeline: Pipeline) -> None:
    assert batch(pipeline, text="Участки закрываются в 20:00, отправьте CL.").each.encoding == "UCS-2"
    assert reached(pipeline) == []
    assert batch(pipeline).sent_before == frozenset()
