"""Every batch of the stream comes three times, shuffled, to two workers at once: it counts once."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from message_burst import counted, send_all
from pipeline import Load, stored

from chalicelib.entrypoints.process import process as process_function
from chalicelib.services.processing.process import process


@pytest.mark.parametrize("count", [60, pytest.param(200, marks=pytest.mark.long)])
def test_any_batch_any_number_of_times_in_any_order(load: Load, count: int) -> None:
    ordered, shuffled = load(size=10), load(size=10)
    for record in send_all(ordered, 7, count):
        process(stored(record["dynamodb"]["NewImage"]["key"]["S"]), ordered.now)
    records = send_all(shuffled, 7, count)
    batches = [records[at : at + 25] for at in range(0, len(records), 25)] * 3
    chance = random.Random(8)
    chance.shuffle(batches)
    mixed = [chance.sample(batch, len(batch)) for batch in batches]
    with ThreadPoolExecutor(2) as workers:
        answers = list(workers.map(lambda batch: process_function({"Records": batch}, None), mixed))
    again = {failure["itemIdentifier"] for answer in answers for failure in answer["batchItemFailures"]}
    process_function({"Records": [record for record in records if record["dynamodb"]["SequenceNumber"] in again]}, None)
    assert shuffled.differences() == ordered.differences() == ()
    assert counted(shuffled) == counted(ordered)
