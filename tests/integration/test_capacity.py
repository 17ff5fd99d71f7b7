"""What an accepted report costs in DynamoDB, from the webhook to tallies and queued reply."""

import sys
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from aws_faults import Wire
from pipeline import Pipeline, stored

from chalicelib.observation.elections.election import Observer
from chalicelib.services.processing.process import process

MOST_REQUESTS = 3
MOST_WRITE_UNITS = 16
WRITES = frozenset({"PutItem", "TransactWriteItems", "UpdateItem"})
TEXTS = {
    "OP": ("ОТКРЫТИЕ {station} A1 B0730 C12 D1 E1668", "ачылыш {station} A1 B0731 C11 D1 E1668"),
    "TU": ("ЯВКА {station} A415", "катышуу {station} A420"),
    "VO": ("ГОЛОСОВАНИЕ {station} A1 B1 C2 D12 F1,3,5", "шайлоо {station} A1 B1 C2 D11 F1,3"),
    "CL": (
        "ЗАКРЫТИЕ {station} A2010 B1 C1201 D11 E600 F400 G190",
        "жабылыш {station} A2015 B1 C1201 D11 E600 F400 G190",
    ),
}


class Meter:
    """Counts requests and units of the calls to DynamoDB that are made inside `with`, by table and index."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.requests: list[str] = []
        self.writes: dict[str, float] = defaultdict(float)

    def __enter__(self) -> None:
        self.wire.prepare, self.wire.watch = self._ask, self._count

    def __exit__(self, *exception: object) -> None:
        self.wire.prepare, self.wire.watch = lambda *call: None, lambda *call: None

    def _ask(self, operation: str, parameters: dict[str, Any]) -> None:
        if operation in WRITES:
            parameters["ReturnConsumedCapacity"] = "INDEXES"

    def _count(self, operation: str, parameters: dict[str, Any], answer: dict[str, Any]) -> None:
        if "ReturnConsumedCapacity" not in parameters:
            return
        self.requests.append(operation)
        if operation not in WRITES:
            return
        consumed = answer["ConsumedCapacity"]
        for table in consumed if isinstance(consumed, list) else [consumed]:
            indexes = table.get("GlobalSecondaryIndexes", {})
            name = table["TableName"].removeprefix("baykoo-")
            for index, units in indexes.items():
                self.writes[f"{name}/{index}"] += units["CapacityUnits"]
            self.writes[name] += table["CapacityUnits"] - sum(units["CapacityUnits"] for units in indexes.values())

    @property
    def write_units(self) -> float:
        return sum(self.writes.values())


def test_an_accepted_report_costs_three_requests_and_sixteen_write_units(
    pipeline: Pipeline, wire: Wire, record_property: Callable[[str, object], None]
) -> None:
    lead, other = pipeline.observers(2)
    pipeline.say(lead.phones[0], "OP A1")  # the election is known to the process
    costs: dict[str, Meter] = {}
    for form, texts in TEXTS.items():
        for observer, text in zip((lead, other), texts, strict=True):
            costs[f"{form} {'lead' if observer is lead else 'other'}"] = _metered(pipeline, wire, observer, text)
    sys.stdout.write(_table(costs))
    most = max(meter.write_units for meter in costs.values())
    requests = max(len(meter.requests) for meter in costs.values())
    record_property("figure", ("an accepted report: requests, write units at most", requests, f"{most:g}"))
    assert pipeline.differences() == ()
    for name, meter in costs.items():
        assert len(meter.requests) <= MOST_REQUESTS, (name, meter.requests)
        assert meter.write_units <= MOST_WRITE_UNITS, (name, dict(meter.writes))


def _metered(pipeline: Pipeline, wire: Wire, observer: Observer, text: str) -> Meter:
    meter = Meter(wire)
    words = text.format(station=observer.station)
    assert not words.isascii()
    with meter:
        key, answer = pipeline.post(observer.phones[0], words, message_id=str(uuid.uuid4()))
    message = stored(key)
    with meter:
        process(message, pipeline.now)
    assert answer.status == 200
    done = stored(key)
    assert done.state == "accepted", done.reading
    assert stored(f"reply#{key}").state == "queued"
    return meter


def _table(costs: Mapping[str, Meter]) -> str:
    places = sorted({place for meter in costs.values() for place in meter.writes})
    lines = [f"\n{'':10}{'requests':>10}{'writes':>8}  " + "  ".join(places)]
    for name, meter in costs.items():
        parts = "  ".join(f"{meter.writes[place]:{len(place)}g}" for place in places)
        lines.append(f"{name:10}{len(meter.requests):10}{meter.write_units:8g}  {parts}")
    lines.append(f"{'mean':20}{sum(meter.write_units for meter in costs.values()) / len(costs):8.2f}\n")
    return "\n".join(lines)
