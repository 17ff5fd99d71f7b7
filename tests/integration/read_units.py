"""Read units by what DynamoDB's documentation counts: the emulator tells 1 for a query of any size.

A consistent read of up to 4 KB is a unit, an eventual one half a unit; a query's items are added up before they are
rounded, an item that is asked for by its key is rounded alone, and counts also where it does not exist.
"""

import base64
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aws_faults import Wire

Item = dict[str, dict[str, Any]]
UNIT_BYTES = 4096
READS = frozenset({"BatchGetItem", "GetItem", "Query", "Scan"})


@dataclass
class ReadMeter:
    """What is read of DynamoDB inside `with`: its requests by operation and table, and the units that they take."""

    wire: Wire
    requests: list[str] = field(default_factory=list)
    units: float = 0

    def __enter__(self) -> "ReadMeter":
        self.wire.watch = self._count
        return self

    def __exit__(self, *exception: object) -> None:
        self.wire.watch = lambda *call: None

    def _count(self, operation: str, parameters: dict[str, Any], answer: dict[str, Any]) -> None:
        if operation in READS:
            assert "FilterExpression" not in parameters, "what a filter drops is paid for, and not told"
            self.requests += [f"{operation} {table}" for table in _tables(parameters)]
            self.units += units_read(operation, parameters, answer)


def units_read(operation: str, parameters: dict[str, Any], answer: dict[str, Any]) -> float:
    """The units that a read takes."""
    return sum(_units(operation, parameters, answer))


def _tables(parameters: dict[str, Any]) -> list[str]:
    return list(parameters.get("RequestItems", {})) or [parameters["TableName"]]


def _units(operation: str, parameters: dict[str, Any], answer: dict[str, Any]) -> Iterator[float]:
    if operation == "BatchGetItem":
        for table, request in parameters["RequestItems"].items():
            found = answer["Responses"].get(table, [])
            missing = len(request["Keys"]) - len(found)
            yield sum(_of_bytes(item_size(item), request) for item in found) + missing * _of_bytes(0, request)
    elif operation == "GetItem":
        yield _of_bytes(item_size(answer.get("Item", {})), parameters)
    else:
        yield _of_bytes(sum(map(item_size, answer["Items"])), parameters)


def _of_bytes(size: int, parameters: dict[str, Any]) -> float:
    units = max(1, math.ceil(size / UNIT_BYTES))
    return units if parameters.get("ConsistentRead") else units / 2


def item_size(item: Item) -> int:
    """An item's bytes ("DynamoDB item sizes and formats"); ours hold texts, numbers, bytes and truths."""
    return sum(len(name.encode()) + _value_size(*next(iter(typed.items()))) for name, typed in item.items())


def _value_size(kind: str, value: Any) -> int:
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return len(value) // 2 + 2
        case "B":
            return len(base64.b64decode(value) if isinstance(value, str) else value)
        case "NS":
            return sum(len(item) // 2 + 2 for item in value)
    return 1
