"""DynamoDB in memory, where the store has its client: rows, conditions, updates and transactions.

What the store's expressions need of DynamoDB and no more: no limits, no pages, no capacity. The emulator has those.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from dynamodb_expressions import Row, holds, tokens_of, updated, value_of
from pynamodb.connection.base import Connection

from chalicelib.store import requests, stored_row, writes

Call = Callable[[str, dict[str, Any]], None]

KEYS = {
    "elections": ("id", "part"),
    "reports": ("station", "form"),
    "tallies": ("shard", "cell"),
    "incidents": ("election", "id"),
    "summaries": ("election", "id"),
    "operators": ("token",),
    "accounts": ("scope", "id"),
    "contacts": ("station", "id"),
    "optouts": ("election", "phone"),
    "messages": ("key",),
    "work": ("scope", "id"),
    "audit": ("election", "at"),
    "ledger": ("scope", "id"),
    "providers": ("id",),
}
INDEX_RANGES = {"unfinished": "due_at", "conversation": "stored_at", "attention": "stored_at"}


class FakeDynamoDB:
    """One call at a time. `before` and `after` see each; what `before` raises, the caller gets."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[tuple[str, ...], Row]] = {name: {} for name in KEYS}
        self.before: Call = lambda operation, parameters: None
        self.after: Call = lambda operation, parameters: None
        self._lock = threading.RLock()

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Give every model this database instead of a client."""
        monkeypatch.setattr(stored_row, "_client", lambda *settings: None)
        for asking in (requests, writes):
            monkeypatch.setattr(asking, "client", lambda: _Client(self))
        monkeypatch.setattr(Connection, "client", property(lambda connection: self))

    def _make_api_call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.before(operation, parameters)
            answer: dict[str, Any] = getattr(self, xform_name(operation))(parameters)
            self.after(operation, parameters)
        return deepcopy(answer)

    def get_item(self, arguments: dict[str, Any]) -> dict[str, Any]:
        row = self._row(arguments["TableName"], arguments["Key"])
        return {"Item": row} if row else {}

    def batch_get_item(self, arguments: dict[str, Any]) -> dict[str, Any]:
        responses = {
            table: [row for key in keys_of_table["Keys"] if (row := self._row(table, key))]
            for table, keys_of_table in arguments["RequestItems"].items()
        }
        return {"Responses": responses, "UnprocessedKeys": {}}

    def query(self, arguments: dict[str, Any]) -> dict[str, Any]:
        condition, table = arguments["KeyConditionExpression"], _table(arguments["TableName"])
        name, value = _partition(arguments)
        rows = [row for row in self._rows(arguments, name, value) if holds(condition, row, arguments)]
        by = INDEX_RANGES[arguments["IndexName"]] if "IndexName" in arguments else KEYS[table][-1]
        rows.sort(key=lambda row: value_of(row[by]), reverse=not arguments.get("ScanIndexForward", True))
        return {"Items": rows, "Count": len(rows), "ScannedCount": len(rows)}

    def scan(self, arguments: dict[str, Any]) -> dict[str, Any]:
        rows = list(self._rows(arguments))
        return {"Items": rows, "Count": len(rows), "ScannedCount": len(rows)}

    def put_item(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self._require([("Put", arguments)])
        self._write("Put", arguments)
        return {}

    def update_item(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self._require([("Update", arguments)])
        return {"Attributes": self._write("Update", arguments)}

    def delete_item(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self._require([("Delete", arguments)])
        self._write("Delete", arguments)
        return {}

    def transact_write_items(self, arguments: dict[str, Any]) -> dict[str, Any]:
        writes = [(kind, write) for item in arguments["TransactItems"] for kind, write in item.items()]
        self._require(writes, transaction=True)
        for kind, write in writes:
            self._write(kind, write)
        return {}

    def _rows(self, arguments: Mapping[str, Any], name: str = "", value: Any = None) -> Iterator[Row]:
        for row in self.tables[_table(arguments["TableName"])].values():
            if row.get(name) == value and holds(arguments.get("FilterExpression"), row, arguments):
                yield row

    def _row(self, table: str, key: Mapping[str, Any]) -> Row | None:
        return self.tables[_table(table)].get(_place(_table(table), key))

    def _require(self, writes: list[tuple[str, dict[str, Any]]], *, transaction: bool = False) -> None:
        """Refuse all of the writes if the condition of any does not hold."""
        before = [self._row(write["TableName"], write.get("Key") or write["Item"]) for _, write in writes]
        codes = [
            "None" if holds(write.get("ConditionExpression"), row or {}, write) else "ConditionalCheckFailed"
            for row, (_, write) in zip(before, writes, strict=True)
        ]
        if set(codes) == {"None"}:
            return
        code = "TransactionCanceledException" if transaction else "ConditionalCheckFailedException"
        refusal: Any = {"Error": {"Code": code, "Message": "the condition does not hold"}}
        refusal |= {"CancellationReasons": [{"Code": code} for code in codes]} if transaction else {"Item": before[0]}
        raise ClientError(refusal, "Write")

    def _write(self, kind: str, write: Mapping[str, Any]) -> Row:
        name = _table(write["TableName"])
        table, key = self.tables[name], write.get("Key") or write["Item"]
        place = _place(name, key)
        if kind == "Put":
            table[place] = deepcopy(write["Item"])
        elif kind == "Update":
            table[place] = updated(table.get(place) or dict(key), write)
        elif kind == "Delete":
            return table.pop(place, {})
        return table.get(place, {})


@dataclass(frozen=True)
class _Client:
    """What the store asks without PynamoDB."""

    database: FakeDynamoDB

    def put_item(self, **arguments: Any) -> dict[str, Any]:
        return self.database._make_api_call("PutItem", arguments)

    def batch_get_item(self, **arguments: Any) -> dict[str, Any]:
        return self.database._make_api_call("BatchGetItem", arguments)

    def transact_write_items(self, **arguments: Any) -> dict[str, Any]:
        return self.database._make_api_call("TransactWriteItems", arguments)


def _table(name: str) -> str:
    return name.rpartition("-")[2]


def _partition(arguments: Mapping[str, Any]) -> tuple[str, Any]:
    """The name and value that a query's first comparison asks of every row."""
    name, _, value = tokens_of(arguments["KeyConditionExpression"].lstrip("("))[:3]
    return arguments["ExpressionAttributeNames"][name], arguments["ExpressionAttributeValues"][value]


def _place(table: str, key: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(key[attribute]["S"] for attribute in KEYS[table])
