"""What work asks of AWS: requests, units read and written, and processor time, each as it is paid for."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from aws_faults import Wire
from read_units import READS, units_read

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})


@dataclass
class UnitMeter:
    """Counts what is asked inside `with`, added up over several of them.

    `requests` are those to DynamoDB, `others` those to other services by operation. `cpu` is this process's processor
    time in seconds, less what watching costs.
    """

    wire: Wire = field(repr=False)
    requests: int = 0
    read_units: float = 0
    write_units: float = 0
    cpu: float = 0
    others: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> "UnitMeter":
        self.wire.prepare, self.wire.watch = self._ask, self._count
        self.cpu -= time.process_time()
        return self

    def __exit__(self, *exception: object) -> None:
        self.cpu += time.process_time()
        self.wire.prepare, self.wire.watch = lambda *call: None, lambda *call: None

    def add(self, other: "UnitMeter") -> None:
        """Add what another meter counted."""
        self.requests += other.requests
        self.read_units += other.read_units
        self.write_units += other.write_units
        self.cpu += other.cpu
        self.others += other.others

    def _ask(self, operation: str, parameters: dict[str, Any]) -> None:
        if operation in WRITES:
            parameters["ReturnConsumedCapacity"] = "INDEXES"

    def _count(self, operation: str, parameters: dict[str, Any], answer: dict[str, Any]) -> None:
        begun = time.process_time()
        if operation in WRITES:
            self.requests += 1
            consumed = answer["ConsumedCapacity"]
            tables = consumed if isinstance(consumed, list) else [consumed]
            self.write_units += sum(table["CapacityUnits"] for table in tables)
        elif operation in READS:
            self.requests += 1
            self.read_units += units_read(operation, parameters, answer)
        else:
            self.others[operation] += 1
        self.cpu -= time.process_time() - begun


class WriteMeter:
    """Counts requests and written units of the calls to DynamoDB that are made inside `with`, by table and index."""

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
        if operation not in WRITES | READS:
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
