"""CloudWatch Logs' filter patterns for JSON lines, as far as the template uses them.

Amazon CloudWatch Logs User Guide, "Filter pattern syntax for metric filters": `{ $.name = "text*" }`, numbers compared
by `=`, `!=`, `>=` and the like, `&&` and `||` in brackets. A name that a line lacks matches no comparison.
"""

import operator
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

_TOKENS = re.compile(r'\s*(\(|\)|&&|\|\||!=|>=|<=|=|>|<|\$\.\w+|"[^"]*"|-?\d+)')
_NUMBERS = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def matches(pattern: str, line: Mapping[str, Any]) -> bool:
    """Whether a line matches; AssertionError where the pattern is another kind."""
    inner = pattern.strip()
    assert inner.startswith("{"), pattern
    assert inner.endswith("}"), pattern
    tokens = _TOKENS.findall(inner[1:-1])
    assert "".join(tokens) == re.sub(r"\s(?=[^\"]*(\"[^\"]*\"[^\"]*)*$)", "", inner[1:-1]), pattern
    holds = _either(tokens, line)
    assert tokens == [], pattern
    return holds


def _either(tokens: list[str], line: Mapping[str, Any]) -> bool:
    holds = _both(tokens, line)
    while tokens[:1] == ["||"]:
        tokens.pop(0)
        holds = _both(tokens, line) or holds
    return holds


def _both(tokens: list[str], line: Mapping[str, Any]) -> bool:
    holds = _single(tokens, line)
    while tokens[:1] == ["&&"]:
        tokens.pop(0)
        holds = _single(tokens, line) and holds
    return holds


def _single(tokens: list[str], line: Mapping[str, Any]) -> bool:
    if tokens[0] == "(":
        tokens.pop(0)
        holds = _either(tokens, line)
        assert tokens.pop(0) == ")"
        return holds
    name, sign, value = (tokens.pop(0) for _ in range(3))
    held = line.get(name.removeprefix("$."))
    if held is None:
        return False
    if value.startswith('"'):
        return fnmatchcase(str(held), value[1:-1]) == (sign == "=")
    return isinstance(held, int) and bool(_NUMBERS[sign](held, int(value)))
