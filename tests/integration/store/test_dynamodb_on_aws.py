"""What DynamoDB does on AWS and not on the emulator: half of a batch, a throttled transaction, a put into one."""

import itertools
from collections.abc import Callable
from typing import Any

import botocore.client
import pytest
from aws_transactions import aws_error
from pipeline import Pipeline, stored

from chalicelib.services.processing.process import process
from chalicelib.store import raw_rows
from chalicelib.store.message_queries import get_many
from chalicelib.store.tables import StoreUnavailable

Call = Callable[[], Any]
Tap = Callable[[Callable[[str, dict[str, Any], Call], Any]], None]


@pytest.fixture
def tap(monkeypatch: pytest.MonkeyPatch) -> Tap:
    """Puts a function before every call to AWS; it gets the operation, its parameters, and the call itself."""
    plain = botocore.client.BaseClient._make_api_call

    def put(before: Callable[[str, dict[str, Any], Call], Any]) -> None:
        def tapped(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            return before(operation, parameters, lambda: plain(client, operation, parameters))

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", tapped)

    return put


def first_key_alone(operation: str, parameters: dict[str, Any], call: Call) -> Any:
    """BatchGetItem as under load: it reads one key of those asked for, and leaves the rest."""
    if operation != "BatchGetItem":
        return call()
    [(table, request)] = parameters["RequestItems"].items()
    left = request["Keys"][1:]
    parameters["RequestItems"] = {table: request | {"Keys": request["Keys"][:1]}}
    return call() | {"UnprocessedKeys": {table: request | {"Keys": left}} if left else {}}


def test_a_batch_that_is_read_in_part_is_read_to_its_end(pipeline: Pipeline, tap: Tap) -> None:
    keys = [pipeline.send(pipeline.phone(place), "OP A1").key for place in range(7)]
    tap(first_key_alone)
    assert sorted(row.key for row in get_many(keys)) == sorted(keys)
    items = [{"key": {"S": key}} for key in [*keys, "generic#missing"]]
    assert raw_rows.existing_keys("messages", items) == set(keys)


def test_a_batch_that_is_written_in_part_is_written_to_its_end(
    pipeline: Pipeline, tap: Tap, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = pipeline.send(pipeline.phone(), "OP A1").key
    [row] = [row for page in raw_rows.pages("messages") for row in page.rows if row["key"]["S"] == key]
    copies = [{**row, "key": {"S": f"{key}-{number}"}} for number in range(6)]
    monkeypatch.setattr("chalicelib.store.raw_rows.time.sleep", lambda _: None)

    def one_alone(operation: str, parameters: dict[str, Any], call: Call) -> Any:
        if operation != "BatchWriteItem":
            return call()
        [(table, writes)] = parameters["RequestItems"].items()
        parameters["RequestItems"] = {table: writes[:1]}
        return call() | {"UnprocessedItems": {table: writes[1:]} if writes[1:] else {}}

    tap(one_alone)
    raw_rows.put_all("messages", copies)
    assert {item.key for item in get_many(row["key"]["S"] for row in copies)} == {row["key"]["S"] for row in copies}


def test_a_batch_that_is_never_written_is_said(pipeline: Pipeline, tap: Tap, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"key": {"S": pipeline.key("never")}, "direction": {"S": "in"}}
    monkeypatch.setattr("chalicelib.store.raw_rows.time.sleep", lambda _: None)
    tap(
        lambda operation, parameters, call: (
            {"UnprocessedItems": parameters["RequestItems"]} if operation == "BatchWriteItem" else call()
        )
    )
    with pytest.raises(StoreUnavailable, match="left rows over"):
        raw_rows.put_all("messages", [row])


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_throttled_transaction_writes_nothing_and_is_tried_again(code: str, pipeline: Pipeline, tap: Tap) -> None:
    message = pipeline.send(pipeline.phone(), "OP A1 B0730")
    throttled = itertools.chain([True], itertools.repeat(False))

    def throttle(operation: str, parameters: dict[str, Any], call: Call) -> Any:
        if operation == "TransactWriteItems" and next(throttled):
            reasons = [{"Code": code if place == 1 else "None"} for place, _ in enumerate(parameters["TransactItems"])]
            raise aws_error("TransactionCanceledException", operation, CancellationReasons=reasons)
        return call()

    tap(throttle)
    with pytest.raises(StoreUnavailable):
        process(message, pipeline.now)
    assert stored(message.key).state == "received"
    process(stored(message.key), pipeline.now)
    assert stored(message.key).state == "accepted"
    assert pipeline.differences() == ()


def test_an_sms_that_comes_again_while_it_is_processed_is_asked_for_again(pipeline: Pipeline, tap: Tap) -> None:
    """On AWS a put that meets a transaction on its item fails; what the provider sends then is known already."""
    pipeline.send(pipeline.phone(), "OP A1", message_id="twice")
    met = itertools.chain([True], itertools.repeat(False))

    def conflict(operation: str, parameters: dict[str, Any], call: Call) -> Any:
        if operation == "PutItem" and next(met):
            raise aws_error("TransactionConflictException", operation)
        return call()

    tap(conflict)
    answers = [pipeline.post(pipeline.phone(), "OP A1", message_id="twice")[1].status for _ in range(2)]
    assert answers == [503, 200]
    assert [row.key for row in pipeline.rows()] == [pipeline.key("twice")]
