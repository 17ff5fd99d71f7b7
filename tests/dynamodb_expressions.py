"""DynamoDB's condition and update expressions, as far as the store writes them, on rows in memory."""

import operator
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

Row = dict[str, dict[str, Any]]

_COMPARISONS = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


_TOKENS = re.compile(r"\s*([#:]\w+|\w+|<>|<=|>=|[=<>(),+|-])")


def value_of(typed: Mapping[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    return Decimal(value) if kind == "N" else frozenset(value) if kind in ("NS", "SS") else value


@lru_cache(maxsize=4096)
def tokens_of(text: str) -> list[str]:
    return _TOKENS.findall(text)


class _Expression:
    """An expression's tokens, read from left to right, with its names and values."""

    def __init__(self, text: str, parameters: Mapping[str, Any]) -> None:
        self.tokens = tokens_of(text)
        self.names = parameters.get("ExpressionAttributeNames", {})
        self.values = parameters.get("ExpressionAttributeValues", {})
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
        return sized and {"N": str(len(value_of(sized)))}


def holds(text: str | None, row: Row, parameters: Mapping[str, Any]) -> bool:
    return text is None or _either(_Expression(text, parameters), row)


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
        return left is not None and value_of(low) <= value_of(left) <= value_of(high)
    compare = _COMPARISONS[expression.take()]
    right = expression.operand(row)
    if left is None or right is None:
        return compare is operator.ne
    return bool(compare(value_of(left), value_of(right)))


def _called(expression: _Expression, row: Row) -> bool:
    function = expression.take()
    expression.take("(")
    attribute = expression.operand(row)
    if function == "begins_with":
        expression.take(",")
        prefix = expression.operand(row)
        holds = attribute is not None and str(value_of(attribute)).startswith(str(value_of(prefix)))
    else:
        holds = (attribute is not None) == (function == "attribute_exists")
    expression.take(")")
    return holds


def updated(row: Row, write: Mapping[str, Any]) -> Row:
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
