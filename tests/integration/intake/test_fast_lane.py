"""Intake calls process for an SMS that may open an incident; whatever fails, the SMS is stored and acknowledged."""

import json
import time
from typing import Any

import pytest
from aws_faults import Fault, Wire, answered, failed, silent, unreachable
from long_sms import LongSms, configure, joined
from pipeline import Pipeline, stored

from chalicelib.services.elections import loading
from chalicelib.services.intake import fast_lane
from chalicelib.services.processing.process import process
from chalicelib.store import routes
from chalicelib.store.routes import route_of
from infra.stack import Stack

FAULTS: dict[str, Fault] = {
    "no such function": answered("ResourceNotFoundException", 404),
    "throttled": answered("TooManyRequestsException", 429),
    "unreachable": unreachable,
    "silent": silent,
    "nobody thought of": failed,
}


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> list[dict[str, Any]]:
    """What process was called with; the function that is named does not exist, and so nothing runs."""
    monkeypatch.setenv("BAYKOO_PROCESS", "no-such-function")
    calls: list[dict[str, Any]] = []
    wire.prepare = lambda operation, parameters: calls.append(parameters) if operation == "Invoke" else None
    return calls


def test_process_is_called_for_an_incident_alone_and_once(pipeline: Pipeline, called: list[dict[str, Any]]) -> None:
    pipeline.send(pipeline.phone(), "OP A1 B0730")
    assert called == []
    message = pipeline.send(pipeline.phone(), "IN 3 they beat us", message_id="once")
    pipeline.send(pipeline.phone(), "IN 3 they beat us", message_id="once")
    [call] = called
    assert (call["FunctionName"], call["InvocationType"]) == ("no-such-function", "Event")
    [record] = json.loads(call["Payload"])["Records"]
    assert record["dynamodb"]["NewImage"]["key"] == {"S": message.key}


def test_a1_a_phone_s_flood_comes_by_the_stream_and_others_are_still_processed_at_once(
    pipeline: Pipeline, called: list[dict[str, Any]]
) -> None:
    for place in range(fast_lane.CALLS_PER_PHONE_AND_MINUTE + 3):
        pipeline.send(pipeline.phone(), f"IN 3 they beat us {place}")
    assert len(called) == fast_lane.CALLS_PER_PHONE_AND_MINUTE
    pipeline.send(pipeline.phone(1), "IN 3 they beat us")
    assert len(called) == fast_lane.CALLS_PER_PHONE_AND_MINUTE + 1


def test_a_minute_later_a_phone_has_its_calls_again(
    pipeline: Pipeline, called: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fast_lane._calls[pipeline.phone()] = [time.monotonic()] * fast_lane.CALLS_PER_PHONE_AND_MINUTE
    pipeline.send(pipeline.phone(), "IN 3 they beat us")
    assert called == []
    fast_lane._calls[pipeline.phone()] = [time.monotonic() - 61] * fast_lane.CALLS_PER_PHONE_AND_MINUTE
    pipeline.send(pipeline.phone(), "IN 3 they beat us")
    assert len(called) == 1


def test_calls_are_remembered_of_so_many_phones(
    pipeline: Pipeline, called: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast_lane, "MOST_PHONES", 2)
    monkeypatch.setattr(fast_lane, "_calls", {})
    for place in range(4):
        pipeline.send(pipeline.phone(place), "IN 3 they beat us")
    assert list(fast_lane._calls) == [pipeline.phone(2), pipeline.phone(3)]


@pytest.mark.parametrize("text", ["OP A1 D2", "голосование а1, в нет", "CL B-жок"])
def test_process_is_called_for_a_critical_answer(text: str, pipeline: Pipeline, called: list[dict[str, Any]]) -> None:
    pipeline.send(pipeline.phone(), text)
    assert len(called) == 1


def test_process_is_called_for_each_part_of_a_long_sms(
    pipeline: Pipeline, called: list[dict[str, Any]], services: Stack
) -> None:
    configure(services)
    long = LongSms(pipeline, ("IN 3 they be", "at us"))
    long.store_all((1, 2))
    assert len(called) == 2


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_the_last_part_of_an_incident_brings_its_alerts(
    order: tuple[int, int], pipeline: Pipeline, services: Stack
) -> None:
    configure(services)
    long = LongSms(pipeline, ("IN 3 they be", "at us"))
    first, last = long.store_all(order)
    assert process(first, pipeline.now) == ()
    alerts = process(last, pipeline.now)
    [message] = joined(pipeline)
    assert (message.text, message.state) == ("IN 3 they beat us", "accepted")
    assert sorted(alert.key for alert in alerts) == sorted(
        row.key for row in pipeline.outgoing() if row.key.startswith("alert#")
    )
    assert alerts


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("operation", ["Invoke", "GetItem"])
def test_a_call_that_fails_costs_nothing_but_time(
    operation: str, fault: Fault, pipeline: Pipeline, wire: Wire, called: list[dict[str, Any]]
) -> None:
    routes._recent.clear()
    wire.cut_all = lambda made, _, when: fault() if made == operation and when == "before" else None
    key, answer = pipeline.post(pipeline.phone(), "IN 3 they beat us")
    wire.mend()
    assert answer.status == 200
    assert stored(key).state == "received"


def test_a_new_version_of_the_election_is_known_by_its_own_words(pipeline: Pipeline) -> None:
    before = route_of(pipeline.number, fresh=True)
    incidents = pipeline.election.incidents
    assert incidents is not None
    renamed = pipeline.election.model_copy(update={"incidents": incidents.model_copy(update={"aliases": ("ТРЕВОГА",)})})
    loading.load(renamed, pipeline.current.clock)
    after = route_of(pipeline.number, fresh=True)
    assert before is not None
    assert after is not None
    assert (before.election, before.incidents != after.incidents) == (after.election, True)
    message = pipeline.send(pipeline.phone(), "тревога 3 бьют")
    assert fast_lane._may_open_incident(message)
