"""Evaluate a rule in Kleene's three-valued logic: true, false or unknown.

Unknown is where an answer is missing. `False and unknown` is false and `True or unknown` is true; everything else with
an unknown part is unknown, and so are a division by zero and a value that its operator cannot take. Numbers are exact
fractions. Times are minutes since midnight of their own day: a count that ends after midnight compares as earlier than
one that ended before it.
"""

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final, Protocol

from chalicelib.observation.checks.parser import parse_rule
from chalicelib.observation.checks.tree import (
    COMPARISONS,
    Answer,
    Binary,
    Clock,
    Node,
    Number,
    Previous,
    Rule,
    Unary,
)
from chalicelib.observation.checks.wording import worded
from chalicelib.observation.elections.election import Check, Election
from chalicelib.observation.reading.model import Value

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})")

_ARITHMETIC: Final[Mapping[str, Callable[[Fraction, Fraction], Fraction]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_ORDER: Final[Mapping[str, Callable[[Fraction, Fraction], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">=": operator.ge,
    ">": operator.gt,
}

_Result = Fraction | bool | None


class Answers(Protocol):
    """The answers that rules are evaluated on; None for a missing one."""

    def own(self, code: str) -> Value | None:
        """Return this report's answer."""

    def other(self, form: str, code: str) -> Value | None:
        """Return another form's answer at the same station.

        It is the newest where the form has rounds.
        """

    def previous(self, code: str) -> Value | None:
        """Return the answer of the nearest earlier round that has one."""


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """Answers at hand: this report's, other forms', and earlier rounds'.

    Other forms' are by form; earlier rounds' go from the nearest to the first.
    """

    report: Mapping[str, Value]
    forms: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    earlier: Sequence[Mapping[str, Value]] = ()

    def own(self, code: str) -> Value | None:
        """Return this report's answer."""
        return self.report.get(code)

    def other(self, form: str, code: str) -> Value | None:
        """Another form's answer."""
        return self.forms.get(form, {}).get(code)

    def previous(self, code: str) -> Value | None:
        """Return the nearest earlier round's answer."""
        return next((answers[code] for answers in self.earlier if code in answers), None)


def evaluate(rule: Rule, answers: Answers) -> bool | None:
    """Whether a rule holds; None where that is unknown."""
    result = _result(rule.tree, answers)
    return result if isinstance(result, bool) else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A rule's two sides, as written and as numbers."""

    left: str
    left_value: Fraction
    right: str
    right_value: Fraction

    @property
    def apart(self) -> Fraction:
        """How far the sides lie apart."""
        return abs(self.left_value - self.right_value)


def compared(rule: Rule, answers: Answers) -> Comparison | None:
    """Return the numbers that a rule compares.

    It is None where it is no comparison of two, or one is not known.
    """
    tree = rule.tree
    if not isinstance(tree, Binary) or tree.operator not in COMPARISONS:
        return None
    left, right = _result(tree.left, answers), _result(tree.right, answers)
    if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
        return None
    return Comparison(worded(tree.left), left, worded(tree.right), right)


def failed_checks(election: Election, form: str, answers: Answers) -> tuple[Check, ...]:
    """Return the checks of a form that its answers fail.

    They come in the election file's order; an unknown check is not failed.
    """
    checks = election.form_by_code[form].checks
    return tuple(check for check in checks if evaluate(parse_rule(check.rule), answers) is False)


def _result(node: Node, answers: Answers) -> _Result:
    match node:
        case Number(value):
            return Fraction(value)
        case Clock(minutes):
            return Fraction(minutes)
        case Unary(sign, operand):
            return _unary(sign, _result(operand, answers))
        case Binary(sign, left, right):
            return _binary(sign, _result(left, answers), _result(right, answers))
        case Answer() | Previous():
            return _comparable(_answer(node, answers))


def _answer(node: Answer | Previous, answers: Answers) -> Value | None:
    if isinstance(node, Previous):
        return answers.previous(node.code)
    return answers.own(node.code) if node.form is None else answers.other(node.form, node.code)


def _comparable(value: Value | None) -> _Result:
    match value:
        case bool():
            return value
        case int():
            return Fraction(value)
        case Decimal() if value.is_finite():
            return Fraction(value)
        case str() if clock := _CLOCK.fullmatch(value):
            return Fraction(int(clock[1]) * 60 + int(clock[2]))
        case str() if _DATE.fullmatch(value):
            return Fraction(dt.date.fromisoformat(value).toordinal())
        case _:
            return None


def _unary(sign: str, value: _Result) -> _Result:
    if sign == "not":
        return not value if isinstance(value, bool) else None
    return -value if isinstance(value, Fraction) else None


def _binary(sign: str, left: _Result, right: _Result) -> _Result:
    if sign == "and":
        return _all(left, right)
    if sign == "or":
        denied = _all(_unary("not", left), _unary("not", right))
        return _unary("not", denied)
    if left is None or right is None or isinstance(left, bool) is not isinstance(right, bool):
        return None
    if sign in ("==", "!="):
        return (left == right) is (sign == "==")
    if isinstance(left, bool) or isinstance(right, bool) or (sign == "/" and right == 0):
        return None
    return _ORDER[sign](left, right) if sign in _ORDER else _ARITHMETIC[sign](left, right)


def _all(left: _Result, right: _Result) -> _Result:
    if left is False or right is False:
        return False
    return True if left is True and right is True else None
