"""Every batch of the stream comes three times, shuffled, to two workers at once: it counts once."""

import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pipeline import Load, Pipeline, stored

from chalicelib.entrypoints import streams
from chalicelib.services.process import process
from chalicelib.store.incidents import incidents_of

TEXTS = ("OP A1 B0730 C12 D1 E1668", "TU A{n}", "OP C{n} D2", "VO A1 B1 C2 D12", "IN 3 they beat us {n}")


def _send_all(pipeline: Pipeline, seed: int) -> list[dict[str, Any]]:
    """Records of some 200 messages of all observers, of both of every station, as the stream tells them."""
    chance = random.Random(seed)
    records = []
    for place in range(200):
        observer = chance.choice(pipeline.election.observers)
        text = chance.choice(TEXTS).format(n=chance.randint(1, 12))
        message = pipeline.send(observer.phones[0], text, message_id=f"s{place:03}")
        image = {"SequenceNumber": f"{place:021}", "NewImage": message.serialize(), "StreamViewType": "NEW_IMAGE"}
        records.append({"eventID": uuid.uuid4().hex, "eventName": "INSERT", "dynamodb": image})
    return records


def _counted(pipeline: Pipeline) -> tuple[object, ...]:
    incidents = sorted((one.station, str(one.report), one.severity) for one in incidents_of(pipeline.election.id))
    reports = sorted(str((one.report.station, one.report.form, one.counted)) for one in pipeline.reports())
    states = sorted((row.key.partition("-")[2], row.state) for row in pipeline.rows() if row.direction == "in")
    nation = pipeline.summary()["nation"]
    return incidents, reports, states, nation, len(pipeline.outgoing())


def test_any_batch_any_number_of_times_in_any_order(load: Load) -> None:
    ordered, shuffled = load(size=10), load(size=10)
    for record in _send_all(ordered, 7):
        process(stored(record["dynamodb"]["NewImage"]["key"]["S"]), ordered.now)
    records = _send_all(shuffled, 7)
    batches = [records[at : at + 25] for at in range(0, len(records), 25)] * 3
    chance = random.Random(8)
    chance.shuffle(batches)
    mixed = [chance.sample(batch, len(batch)) for batch in batches]
    with ThreadPoolExecutor(2) as workers:
        answers = list(workers.map(lambda batch: streams.process({"Records": batch}, None), mixed))
    again = {failure["itemIdentifier"] for answer in answers for failure in answer["batchItemFailures"]}
    streams.process({"Records": [one for one in records if one["dynamodb"]["SequenceNumber"] in again]}, None)
    assert shuffled.differences() == ordered.differences() == ()
    assert _counted(shuffled) == _counted(ordered)
