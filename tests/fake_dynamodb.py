"""DynamoDB in memory, where PynamoDB has its client: rows, conditions, updates and transactions.

What the store's expressions need of DynamoDB and no more: no limits, no pages, no capacity. The emulator has those.
"""

import operator
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from pynamodb.connection.base import Connection

Row = dict[str, dict[str, Any]]
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
_COMPARISONS = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TOKENS = re.compile(r"\s*([#:]\w+|\w+|<>|<=|>=|[=<>(),+|-])")


class FakeDynamoDB:
    """One call at a time. `before` and `after` see each; what `before` raises, the caller gets."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[tuple[str, ...], Row]] = {name: {} for name in KEYS}
        self.before: Call = lambda operation, parameters: None
        self.after: Call = lambda operation, parameters: None
        self._lock = threading.RLock()

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Give every model of PynamoDB this database instead of a client."""
        monkeypatch.setattr(Connection, "client", property(lambda connection: self))

    def _make_api_call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.before(operation, parameters)
            answer: dict[str, Any] = getattr(self, xform_name(operation))(parameters)
            self.after(operation, parameters)
        return deepcopy(answer)

    def get_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        row = self._row(asked["TableName"], asked["Key"])
        return {"Item": row} if row else {}

    def batch_get_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        responses = {
            table: [row for key in wanted["Keys"] if (row := self._row(table, key))]
            for table, wanted in asked["RequestItems"].items()
        }
        return {"Responses": responses, "UnprocessedKeys": {}}

    def query(self, asked: dict[str, Any]) -> dict[str, Any]:
        condition, table = asked["KeyConditionExpression"], _table(asked["TableName"])
        name, value = _partition(asked)
        rows = [row for row in self._rows(asked, name, value) if _holds(condition, row, asked)]
        by = INDEX_RANGES[asked["IndexName"]] if "IndexName" in asked else KEYS[table][-1]
        rows.sort(key=lambda row: _value(row[by]), reverse=not asked.get("ScanIndexForward", True))
        return {"Items": rows, "Count": len(rows), "ScannedCount": len(rows)}

    def scan(self, asked: dict[str, Any]) -> dict[str, Any]:
        rows = list(self._rows(asked))
        return {"Items": rows, "Count": len(rows), "ScannedCount": len(rows)}

    def put_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._require([("Put", asked)])
        self._write("Put", asked)
        return {}

    def update_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._require([("Update", asked)])
        return {"Attributes": self._write("Update", asked)}

    def delete_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._require([("Delete", asked)])
        self._write("Delete", asked)
        return {}

    def transact_write_items(self, asked: dict[str, Any]) -> dict[str, Any]:
        writes = [(kind, write) for item in asked["TransactItems"] for kind, write in item.items()]
        self._require(writes, transaction=True)
        for kind, write in writes:
            self._write(kind, write)
        return {}

    def _rows(self, asked: Mapping[str, Any], name: str = "", value: Any = None) -> Iterator[Row]:
        for row in self.tables[_table(asked["TableName"])].values():
            if row.get(name) == value and _holds(asked.get("FilterExpression"), row, asked):
                yield row

    def _row(self, table: str, key: Mapping[str, Any]) -> Row | None:
        return self.tables[_table(table)].get(_place(_table(table), key))

    def _require(self, writes: list[tuple[str, dict[str, Any]]], *, transaction: bool = False) -> None:
        """Refuse all of the writes if the condition of any does not hold."""
        before = [self._row(write["TableName"], write.get("Key") or write["Item"]) for _, write in writes]
        codes = [
            "None" if _holds(write.get("ConditionExpression"), row or {}, write) else "ConditionalCheckFailed"
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
            table[place] = _updated(table.get(place) or dict(key), write)
        elif kind == "Delete":
            return table.pop(place, {})
        return table.get(place, {})


def _table(name: str) -> str:
    return name.rpartition("-")[2]


def _partition(asked: Mapping[str, Any]) -> tuple[str, Any]:
    """The name and value that a query's first comparison asks of every row."""
    name, _, value = _tokens(asked["KeyConditionExpression"].lstrip("("))[:3]
    return asked["ExpressionAttributeNames"][name], asked["ExpressionAttributeValues"][value]


def _place(table: str, key: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(key[attribute]["S"] for attribute in KEYS[table])


def _value(typed: Mapping[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    return Decimal(value) if kind == "N" else frozenset(value) if kind in ("NS", "SS") else value


@lru_cache(maxsize=4096)
def _tokens(text: str) -> list[str]:
    return _TOKENS.findall(text)


class _Expression:
    """An expression's tokens, read from left to right, with its names and values."""

    def __init__(self, text: str, asked: Mapping[str, Any]) -> None:
        self.tokens = _tokens(text)
        self.names = asked.get("ExpressionAttributeNames", {})
        self.values = asked.get("ExpressionAttributeValues", {})
        self.at = 0

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.next
        assert not expected or token in expected, f"{token!r} where {expected} was expected in {self.tokens}"
        self.at += 1
        return token

    def name(self) -> str:
        token = self.take()
        return str(self.names.get(token, token))

    def operand(self, row: Row) -> Any:
        if self.next.startswith(":"):
            return self.values[self.take()]
        if self.next != "size":
            return row.get(self.name())
        self.take()
        self.take("(")
        sized = row.get(self.name())
        self.take(")")
        return sized and {"N": str(len(_value(sized)))}


def _holds(text: str | None, row: Row, asked: Mapping[str, Any]) -> bool:
    return text is None or _either(_Expression(text, asked), row)


def _either(expression: _Expression, row: Row) -> bool:
    holds = _both(expression, row)
    while expression.next == "OR":
        expression.take()
        holds = _both(expression, row) or holds
    return holds


def _both(expression: _Expression, row: Row) -> bool:
    holds = _single(expression, row)
    while expression.next == "AND":
        expression.take()
        holds = _single(expression, row) and holds
    return holds


def _single(expression: _Expression, row: Row) -> bool:
    if expression.next == "NOT":
        expression.take()
        return not _single(expression, row)
    if expression.next == "(":
        expression.take()
        holds = _either(expression, row)
        expression.take(")")
        return holds
    if expression.next in ("attribute_exists", "attribute_not_exists", "begins_with"):
        return _called(expression, row)
    left = expression.operand(row)
    if expression.next == "BETWEEN":
        expression.take()
        low = expression.operand(row)
        expression.take("AND")
        high = expression.operand(row)
        return left is not None and _value(low) <= _value(left) <= _value(high)
    compare = _COMPARISONS[expression.take()]
    right = expression.operand(row)
    if left is None or right is None:
        return compare is operator.ne
    return bool(compare(_value(left), _value(right)))


def _called(expression: _Expression, row: Row) -> bool:
    function = expression.take()
    expression.take("(")
    attribute = expression.operand(row)
    if function == "begins_with":
        expression.take(",")
        prefix = expression.operand(row)
        holds = attribute is not None and str(_value(attribute)).startswith(str(_value(prefix)))
    else:
        holds = (attribute is not None) == (function == "attribute_exists")
    expression.take(")")
    return holds


def _updated(row: Row, write: Mapping[str, Any]) -> Row:
    before, after = row, dict(row)
    expression = _Expression(write["UpdateExpression"], write)
    clause = ""
    while expression.next:
        if expression.next in ("SET", "REMOVE", "ADD"):
            clause = expression.take()
        elif expression.next == ",":
            expression.take()
        name = expression.name()
        if clause == "SET":
            expression.take("=")
            after[name] = _assigned(expression, before)
        elif clause == "ADD":
            after[name] = _sum(before.get(name), expression.operand(before))
        else:
            after.pop(name, None)
    return after


def _assigned(expression: _Expression, row: Row) -> dict[str, Any]:
    value = _assigned_operand(expression, row)
    while expression.next in ("+", "-"):
        sign = 1 if expression.take() == "+" else -1
        changed = Decimal(value["N"]) + sign * Decimal(_assigned_operand(expression, row)["N"])
        value = {"N": str(changed)}
    return value


def _assigned_operand(expression: _Expression, row: Row) -> dict[str, Any]:
    if expression.next == "(":
        expression.take()
        inner = _assigned(expression, row)
        expression.take(")")
        return inner
    if expression.next != "if_not_exists":
        assigned: dict[str, Any] = expression.operand(row)
        return assigned
    expression.take()
    expression.take("(")
    current = expression.operand(row)
    expression.take(",")
    otherwise = expression.operand(row)
    expression.take(")")
    return current or otherwise


def _sum(before: dict[str, Any] | None, added: dict[str, Any]) -> dict[str, Any]:
    ((kind, value),) = added.items()
    if kind == "N":
        return {"N": str(Decimal(before["N"] if before else 0) + Decimal(value))}
    return {kind: sorted({*(before[kind] if before else ()), *value})}
