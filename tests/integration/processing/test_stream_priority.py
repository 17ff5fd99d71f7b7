"""Of a stream's batch, what opens an incident goes first, and its coordinators are told before the rest is read."""

from typing import Any

import pytest
from aws_faults import Fault, Wire, answered, failed, silent, unreachable
from pipeline import Pipeline, stored

from chalicelib.entrypoints import batch as batch_processing
from chalicelib.entrypoints import process as process_module
from chalicelib.entrypoints.deliver import deliver as deliver_function
from chalicelib.entrypoints.process import process as process_function
from chalicelib.services.delivery import deliver as delivering
from chalicelib.store.incidents import incidents_of
from chalicelib.store.messages import Message

ORDINARY = "OP A1 B0730 C12 D1 E1668"
URGENT = {"an incident": "IN 3 they beat us", "a critical answer": "OP D2"}


@pytest.fixture(autouse=True)
def _one_at_a_time_and_no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_processing, "WORKERS", 1)
    monkeypatch.setattr(delivering, "QUICK_PAUSE_SECONDS", 0.0)


def record(message: Message, place: int) -> dict[str, Any]:
    return {"dynamodb": {"SequenceNumber": f"{place:021}", "NewImage": message.serialize()}}


def batch(pipeline: Pipeline, urgent: str) -> list[dict[str, Any]]:
    """Eight ordinary SMS of as many observers, and then the urgent one."""
    texts = [ORDINARY] * 8 + [urgent]
    sent = [pipeline.send(pipeline.phone(place), text) for place, text in enumerate(texts)]
    return [record(message, place) for place, message in enumerate(sent)]


def alerts(pipeline: Pipeline) -> list[Message]:
    return [stored(key) for incident in incidents_of(pipeline.election.id) for key in incident.alerts]


@pytest.mark.parametrize("text", URGENT.values(), ids=URGENT)
def test_coordinators_are_told_before_anything_else_is_processed(text: str, pipeline: Pipeline, wire: Wire) -> None:
    records = batch(pipeline, text)
    wire.listen()
    assert process_function({"Records": records}, None) == {"batchItemFailures": []}
    urgent = alerts(pipeline)
    assert len(urgent) >= 2
    assert {alert.state for alert in urgent} == {"sent"}
    commits = [place for place, operation in enumerate(wire.calls) if operation == "TransactWriteItems"]
    sends = [place for place, operation in enumerate(wire.calls) if operation in ("SendEmail", "Publish")]
    assert len(commits) == len(records)
    assert commits[0] < sends[0]
    assert sends[-1] < commits[1]


def test_a1_one_phone_s_flood_stands_behind_the_first_incident_of_another(pipeline: Pipeline, wire: Wire) -> None:
    texts = [(0, f"IN 3 flood {place}") for place in range(4)] + [(3, "IN 3 they beat us")]
    sent = [pipeline.send(pipeline.phone(phone), text) for phone, text in texts]
    order: list[str] = []

    def note(operation: str, parameters: dict[str, Any]) -> None:
        if operation == "TransactWriteItems":
            keys = [
                next(iter(transactitem.values())).get("Key", {}).get("key", {})
                for transactitem in parameters["TransactItems"]
            ]
            order.extend(key["S"] for key in keys if key)

    wire.prepare = note
    process_function({"Records": [record(message, place) for place, message in enumerate(sent)]}, None)
    assert [key for key in order if key in {message.key for message in sent}][:2] == [sent[0].key, sent[4].key]


def test_the_stream_reads_once_what_the_fast_lane_has_processed(pipeline: Pipeline, wire: Wire) -> None:
    message = pipeline.send(pipeline.phone(), URGENT["an incident"])
    of_stream = record(message, 1) | {"eventSource": "aws:dynamodb"}
    process_function({"Records": [of_stream]}, None)
    assert stored(message.key).state == "accepted"
    wire.listen()
    process_function({"Records": [of_stream]}, None)
    assert [call for call in wire.calls if call != "UpdateItem"] == ["BatchGetItem"]


def test_the_stream_finds_nothing_left_to_send(pipeline: Pipeline, wire: Wire) -> None:
    process_function({"Records": batch(pipeline, URGENT["an incident"])}, None)
    urgent = alerts(pipeline)
    for alert in urgent:  # as the stream tells of a row: as it was queued
        alert.state, alert.attempts = "queued", 0
    wire.listen()
    assert deliver_function({"Records": [record(alert, 1) for alert in urgent]}, None) == {"batchItemFailures": []}
    assert {"SendEmail", "Publish"}.isdisjoint(wire.calls)
    assert {alert.state for alert in alerts(pipeline)} == {"sent"}


FAULTS: dict[str, Fault] = {
    "busy": answered("Throttling"),
    "unreachable": unreachable,
    "silent": silent,
    "nobody thought of": failed,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_carrier_that_fails_holds_back_no_report(fault: Fault, pipeline: Pipeline, wire: Wire) -> None:
    records = batch(pipeline, URGENT["an incident"])
    wire.cut_all = lambda operation, _, when: (
        fault() if operation in ("SendEmail", "Publish") and when == "before" else None
    )
    assert process_function({"Records": records}, None) == {"batchItemFailures": []}
    wire.mend()
    assert {stored(record["dynamodb"]["NewImage"]["key"]["S"]).state for record in records} == {"accepted"}
    assert {alert.state for alert in alerts(pipeline)} <= {"queued", "sending"}


def test_with_no_time_left_alerts_go_by_the_stream(
    pipeline: Pipeline, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "ALERTING_SECONDS", 0.0)
    process_function({"Records": batch(pipeline, URGENT["an incident"])}, None)
    assert {alert.state for alert in alerts(pipeline)} == {"queued"}
