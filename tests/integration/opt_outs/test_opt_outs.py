"""Opting out on the real tables: once, in any order, obeyed by what nobody has asked for, and seen by operators."""

import datetime as dt
import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aws_faults import Wire
from opt_out_rows import opted_out, trail
from pipeline import Pipeline, stored

from chalicelib.cli.opt_outs import whose
from chalicelib.cli.send import estimate
from chalicelib.observation.replies.bulk_texts import BulkText
from chalicelib.observation.sms.opt_out_words import word
from chalicelib.services.access.operators import Operator
from chalicelib.services.opt_outs.listing import list_opt_outs
from chalicelib.services.outreach import broadcast
from chalicelib.services.outreach.reminders import chase
from chalicelib.services.processing.process import process

STRANGER = "+996555777000"
SECOND = dt.timedelta(seconds=1)


def batch(pipeline: Pipeline, name: str = "close") -> broadcast.Batch:
    return broadcast.prepare(pipeline.current, name, BulkText("Polls close at 20:00."), broadcast.Choice())


def send(pipeline: Pipeline, prepared: broadcast.Batch) -> list[str]:
    reached = broadcast.send(pipeline.current, prepared, 1000, lambda: pipeline.now, lambda seconds: None)
    return [observer.phones[0] for observer in reached]


def test_one_who_sends_stop_gets_no_more_than_the_answer(pipeline: Pipeline) -> None:
    observer = pipeline.election.observers[0]
    message = pipeline.say(pipeline.phone(), "Стоп!")
    reply = pipeline.reply(message)
    assert (message.state, message.observer, message.pending) == ("opted_out", observer.number, None)
    assert reply is not None
    assert word("in", observer.language) in reply.text
    assert opted_out(pipeline) == [pipeline.phone()]
    assert trail(pipeline) == [(f"observer {observer.number}", "opted out")]
    prepared = batch(pipeline)
    assert estimate(prepared, None) == "39 SMS (1 wants no SMS), 1 GSM-7 segment each, 39 in all."
    assert pipeline.phone() not in send(pipeline, prepared)
    report = pipeline.say(pipeline.phone(), f"OP {observer.station} A1 B0700 C7 D1 E900")
    assert (report.state, pipeline.reply(report) is not None) == ("accepted", True), "what was asked for is answered"
    assert pipeline.differences() == ()


def test_it_is_counted_nowhere(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(), "STOP")
    pipeline.say(STRANGER, "STOP")
    pipeline.say(pipeline.phone(), "START")
    assert not any(pipeline.summary()["nation"]["messages"].values())
    assert pipeline.differences() == ()


def test_start_ends_it(pipeline: Pipeline) -> None:
    for text, state, reached in (("STOP", "opted_out", 39), ("START", "opted_in", 40), ("ТОКТОТ", "opted_out", 39)):
        message = pipeline.say(pipeline.phone(), text)
        assert (message.state, pipeline.reply(message) is not None) == (state, True)
        assert len(send(pipeline, batch(pipeline, f"after-{text.isascii()}-{state}"))) == reached
        pipeline.now += SECOND
    assert [action for _, action in trail(pipeline)] == ["opted out", "opted in", "opted out"]


def test_said_again_it_is_not_answered_again(pipeline: Pipeline) -> None:
    replies = []
    for _ in range(3):
        replies.append(pipeline.reply(pipeline.say(pipeline.phone(), "STOP")) is not None)
        pipeline.now += SECOND
    assert replies == [True, False, False]
    assert len(trail(pipeline)) == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_newest_wish_stands_whichever_is_processed_first(pipeline: Pipeline, order: tuple[int, ...]) -> None:
    messages = []
    for text in ("STOP", "START", "STOP"):
        messages.append(pipeline.send(pipeline.phone(), text))
        pipeline.now += SECOND
    for place in order:
        process(messages[place], pipeline.now)
    assert opted_out(pipeline) == [pipeline.phone()]
    back = pipeline.send(pipeline.phone(), "START")
    process(back, pipeline.now)
    assert opted_out(pipeline) == []


def test_two_at_once_are_answered_once(pipeline: Pipeline) -> None:
    messages = [pipeline.send(pipeline.phone(), "STOP", sent_at=pipeline.now + place * SECOND) for place in range(4)]
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda message: process(message, pipeline.now), messages))
    assert {stored(message.key).state for message in messages} == {"opted_out"}
    assert sum(pipeline.reply(message) is not None for message in messages) == 1
    assert len(trail(pipeline)) == 1


def test_one_who_opts_out_while_a_batch_is_sent_is_passed_over(pipeline: Pipeline) -> None:
    prepared = batch(pipeline)
    sending = broadcast.send(pipeline.current, prepared, 1000, lambda: pipeline.now, lambda seconds: None)
    first = next(sending)
    late = prepared.remaining[7].phones[0]
    pipeline.say(late, "STOP")
    reached = [first.phones[0], *(observer.phones[0] for observer in sending)]
    assert len(reached) == 39
    assert late not in reached
    assert late not in {row.recipient for row in pipeline.outgoing() if row.key.startswith("bulk#")}


def test_it_is_read_in_the_transaction_that_queues(pipeline: Pipeline, wire: Wire) -> None:
    """The wish is written after everything was read, and before the SMS is queued."""
    prepared = batch(pipeline)
    late = prepared.remaining[3].phones[0]
    stop = pipeline.send(late, "STOP")

    def opt_out_first(operation: str, parameters: dict[str, Any]) -> None:
        if operation == "TransactWriteItems" and late in str(parameters) and "ConditionCheck" in str(parameters):
            wire.prepare = lambda operation, parameters: None
            process(stop, pipeline.now)

    wire.prepare = opt_out_first
    reached = send(pipeline, prepared)
    assert opted_out(pipeline) == [late]
    assert len(reached) == 39
    assert late not in reached


def test_no_reminder_either(pipeline: Pipeline) -> None:
    pipeline.now -= dt.timedelta(hours=1)
    chase(pipeline.current, pipeline.now)
    pipeline.say(pipeline.phone(), "STOP")
    pipeline.now += dt.timedelta(hours=1)
    assert chase(pipeline.current, pipeline.now).reminders == 39
    reminded = {row.recipient for row in pipeline.outgoing() if row.key.startswith("reminder#")}
    assert pipeline.phone() not in reminded
    pipeline.say(pipeline.phone(), "START")
    pipeline.now += dt.timedelta(minutes=30)
    assert chase(pipeline.current, pipeline.now).reminders == 40


def test_a_coordinators_alerts_still_come(pipeline: Pipeline) -> None:
    coordinator = next(
        coordinator
        for coordinator in pipeline.election.coordinators
        if coordinator.phone and "sms" in coordinator.alerts
    )
    message = pipeline.say(coordinator.phone, "STOP")
    assert message.state == "opted_out"
    station = next(station for station in pipeline.election.stations if station.region in (*coordinator.regions,))
    observer = pipeline.election.observers_by_station[station.number][0]
    pipeline.say(observer.phones[0], f"IN {station.number} 2 box full")
    alerts = [row for row in pipeline.outgoing() if row.key.startswith("alert#") and row.recipient == coordinator.phone]
    assert len(alerts) == 1
    assert pipeline.say(coordinator.phone, "MUTE стоп").state == "command"


def test_an_unknown_sender_is_obeyed_and_shown_to_those_who_see_all(pipeline: Pipeline) -> None:
    message = pipeline.say(STRANGER, "unsubscribe")
    assert (message.state, message.region) == ("opted_out", None)
    assert pipeline.reply(message) is not None
    pipeline.say(pipeline.phone(), "STOP")
    own = pipeline.election.stations[0].region
    other = next(region for region in pipeline.election.regions if region != own)
    national, local, elsewhere = (
        Operator("A", "operator", pipeline.election.id, regions) for regions in ((), (own,), (other,))
    )
    found = list_opt_outs(pipeline.election)
    assert {row.phone for row in found if row.is_seen_by(national)} == {STRANGER, pipeline.phone()}
    assert [row.phone for row in found if row.is_seen_by(local)] == [pipeline.phone()]
    assert not [row for row in found if row.is_seen_by(elsewhere)]
    assert {whose(value) for value in found} == {
        "an unknown sender",
        f"observer {pipeline.election.observers[0].number}, station {pipeline.election.stations[0].number}",
    }


def test_a_wish_in_one_election_is_not_anothers(pipeline: Pipeline, load: Any) -> None:
    other = load()
    pipeline.say(other.phone(), "STOP")
    assert opted_out(other) == []
    assert opted_out(pipeline) == [other.phone()]


@pytest.mark.parametrize("text", ["CANCEL", "отмена", "OP A1", "STOP OP A1 B0700", "STOP 1001", "please stop"])
def test_anything_else_is_read_as_ever(pipeline: Pipeline, text: str) -> None:
    assert pipeline.say(pipeline.phone(), text).state not in ("opted_out", "opted_in")
    assert opted_out(pipeline) == []


def test_a_report_costs_as_before(pipeline: Pipeline, wire: Wire) -> None:
    """No wish is read for what cannot be one."""
    pipeline.say(pipeline.phone(), "OP A1")
    message = pipeline.send(pipeline.phone(1), "OP A1")
    wire.listen()
    process(message, pipeline.now)
    assert wire.calls == ["BatchGetItem", "TransactWriteItems"]
