"""Parse a rule's text into its tree, by precedence climbing.

Pratt, "Top down operator precedence", 1973.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, cast

from chalicelib.observation.checks.tree import (
    COMPARISONS,
    Answer,
    Binary,
    Clock,
    Node,
    Number,
    Operator,
    Previous,
    Rule,
    Unary,
)

LONGEST: Final = 1000
"""Characters that a rule may have."""

MOST_PARTS: Final = 200
"""Words, numbers and signs that a rule may have; it bounds the depth of the tree too."""

POWER: Final[Mapping[str, int]] = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(COMPARISONS, 4),
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
}
_NOT_POWER: Final = 3
_NEGATIVE_POWER: Final = 7
_KEYWORDS: Final = frozenset({"and", "or", "not", "previous"})

_PART = re.compile(
    r"\s*(?:(?P<clock>[0-9]{1,2}:[0-9]{2}(?![0-9:]))|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[^\W\d_]\w*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/<>().])|(?P<end>\Z))"
)


class RuleInvalid(ValueError):
    """A text is no rule.

    `column`, from 1, is where; `message` says what to do.
    """

    def __init__(self, column: int, message: str) -> None:
        super().__init__(f"column {column}: {message}")
        self.column = column
        self.message = message


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    text: str
    column: int

    def __str__(self) -> str:
        return repr(self.text) if self.text else "the end of the rule"


@lru_cache(maxsize=1024)
def parse_rule(rule: str) -> Rule:
    """Understand a rule; RuleInvalid names the column of the first mistake."""
    if len(rule) > LONGEST:
        raise RuleInvalid(LONGEST + 1, f"a rule has at most {LONGEST} characters: split it into several")
    return Rule(rule, _Parser(_parts(rule)).rule())


def _parts(rule: str) -> list[_Part]:
    parts: list[_Part] = []
    position = 0
    while not parts or parts[-1].kind != "end":
        if len(parts) > MOST_PARTS:
            raise RuleInvalid(parts[-1].column, f"a rule has at most {MOST_PARTS} parts: split it into several")
        match = _PART.match(rule, position)
        if match is None or match.lastgroup is None:
            raise _unknown_sign(rule, position)
        parts.append(_Part(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup) + 1))
        position = match.end()
    return parts


def _unknown_sign(rule: str, position: int) -> RuleInvalid:
    column = len(rule) - len(rule[position:].lstrip())
    advice = (
        "write == where two values are to be equal"
        if rule[column] == "="
        else "see the rules' signs: < <= == != >= > + - * / ( )"
    )
    return RuleInvalid(column + 1, f"{rule[column]!r} has no meaning in a rule: {advice}")


class _Parser:
    """Reads parts from the left.

    `_expression` is the only recursion, once per parenthesis, sign or operator.
    """

    def __init__(self, parts: list[_Part]) -> None:
        self._parts = parts
        self._next = 0

    def rule(self) -> Node:
        tree = self._expression(0)
        if self._peek().kind != "end":
            raise RuleInvalid(self._peek().column, f"an operator is expected, not {self._peek()}")
        return tree

    def _peek(self) -> _Part:
        return self._parts[self._next]

    def _take(self) -> _Part:
        part = self._peek()
        self._next += 1
        return part

    def _expect(self, sign: str) -> None:
        part = self._take()
        if part.text != sign:
            raise RuleInvalid(part.column, f"{sign!r} is expected, not {part}")

    def _expression(self, power: int) -> Node:
        """Parse an operand and the operators that bind tighter than `power`."""
        left = self._operand(power)
        compared = False
        while POWER.get(self._peek().text, 0) > power:
            operator = self._take()
            if operator.text in COMPARISONS and compared:
                raise RuleInvalid(operator.column, "only two values can be compared: join comparisons by 'and'")
            compared = operator.text in COMPARISONS
            left = Binary(cast(Operator, operator.text), left, self._expression(POWER[operator.text]))
        return left

    def _operand(self, power: int) -> Node:
        part = self._take()
        if part.text == "-":
            return Unary("-", self._expression(_NEGATIVE_POWER))
        if part.text == "not":
            if power > _NOT_POWER:
                raise RuleInvalid(part.column, "put 'not' and what it denies in parentheses here")
            return Unary("not", self._expression(_NOT_POWER))
        if part.text == "(":
            inner = self._expression(0)
            self._expect(")")
            return inner
        return self._leaf(part)

    def _leaf(self, part: _Part) -> Node:
        if part.kind == "number":
            return Number(Decimal(part.text))
        if part.kind == "clock":
            return _clock(part)
        if part.text == "previous":
            return self._previous()
        if part.kind == "name" and part.text not in _KEYWORDS:
            return self._answer(part.text)
        raise RuleInvalid(part.column, f"a code, a number or a parenthesis is expected, not {part}")

    def _previous(self) -> Previous:
        self._expect("(")
        code = self._name()
        self._expect(")")
        return Previous(code)

    def _answer(self, name: str) -> Answer:
        if self._peek().text != ".":
            return Answer(name)
        self._take()
        return Answer(self._name(), form=name)

    def _name(self) -> str:
        part = self._take()
        if part.kind != "name" or part.text in _KEYWORDS:
            raise RuleInvalid(part.column, f"a question's code is expected, not {part}")
        return part.text


def _clock(part: _Part) -> Clock:
    hour, minute = map(int, part.text.split(":"))
    if hour > 23 or minute > 59:
        raise RuleInvalid(part.column, f"{part.text} is no time of day: write 00:00 to 23:59")
    return Clock(hour * 60 + minute)
