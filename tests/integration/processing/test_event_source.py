"""AWS's contract of a stream's partial batches, played by its documentation, with faults in the middle.

The emulator ignores `batchItemFailures` and bisecting, so nothing else here would show that process keeps its part.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from aws_faults import Wire, failed, silent, unreachable
from message_burst import counted, send_all
from pipeline import Load, stored

from chalicelib.entrypoints.process import process as process_function
from chalicelib.services.processing.process import process

Record = dict[str, Any]
Handler = Callable[[dict[str, Any], object], dict[str, Any]]
RETRIES = 5
CHANCE = 0.4
"""Of a fault at each call."""
FAULTS = (unreachable, silent, failed)


def number(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def deliver_batch(handler: Handler, records: Sequence[Record], retries: int = RETRIES) -> list[Record]:
    """Offer a batch as Lambda does; returns the records that went to the on-failure destination.

    Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB", "Reporting batch item failures": the lowest
    sequence number reported is the checkpoint, and everything from it on is offered again; an error of the function
    bisects the batch; after the last retry the rest is given up.
    """
    if not records:
        return []
    try:
        reported = {
            failure["itemIdentifier"] for failure in handler({"Records": list(records)}, None)["batchItemFailures"]
        }
    except Exception:  # noqa: BLE001 - whatever the function ends with
        if retries == 0:
            return list(records)
        half = len(records) // 2
        parts = (records[:half], records[half:]) if half else (records,)
        return [failure for part in parts for failure in deliver_batch(handler, part, retries - 1)]
    if not reported:
        return []
    unknown = reported - {number(record) for record in records}
    assert not unknown, "an unknown identifier makes Lambda offer the whole batch again"
    rest = [record for record in records if number(record) >= min(reported)]
    return rest if retries == 0 else deliver_batch(handler, rest, retries - 1)


@pytest.mark.parametrize("count", [60, pytest.param(200, marks=pytest.mark.long)])
def test_whatever_fails_is_offered_again_and_counts_once(load: Load, wire: Wire, count: int) -> None:
    undisturbed, disturbed = load(size=10), load(size=10)
    for record in send_all(undisturbed, 11, count):
        process(stored(record["dynamodb"]["NewImage"]["key"]["S"]), undisturbed.now)
    records = send_all(disturbed, 11, count)
    fate = random.Random(12)
    wire.cut_all = lambda operation, place, when: fate.choice(FAULTS)() if fate.random() < CHANCE else None
    batches = [records[at : at + 25] for at in range(0, len(records), 25)]
    given_up = [failure for batch in batches for failure in deliver_batch(process_function, batch)]
    wire.mend()
    for record in given_up:  # what the stream gives up, sweep finds
        process(stored(record["dynamodb"]["NewImage"]["key"]["S"]), disturbed.now)
    assert disturbed.differences() == undisturbed.differences() == ()
    assert counted(disturbed) == counted(undisturbed)


def test_a_record_that_can_never_be_read_is_given_up_and_holds_back_no_other(load: Load) -> None:
    pipeline = load(size=4)
    records = send_all(pipeline, 13, 20)
    records[7]["dynamodb"]["NewImage"]["reading"] = {"S": "{"}
    given_up = deliver_batch(process_function, records)
    assert number(records[7]) in {number(record) for record in given_up}
    states = {
        stored(record["dynamodb"]["NewImage"]["key"]["S"]).state for record in records if record is not records[7]
    }
    assert "received" not in states
