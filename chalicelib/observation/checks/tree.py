"""What a rule is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final, Literal

Operator = Literal["or", "and", "<", "<=", "==", "!=", ">=", ">", "+", "-", "*", "/"]

COMPARISONS: Final[frozenset[str]] = frozenset({"<", "<=", "==", "!=", ">=", ">"})


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written, exact."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, in minutes since midnight."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question of this form, or another's.

    The other form is named, at the same station.
    """

    code: str
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Previous:
    """The answer of the nearest earlier round that has one."""

    code: str


@dataclass(frozen=True, slots=True)
class Unary:
    """`not` of a truth or the negative of a number."""

    operator: Literal["not", "-"]
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and what stands between them."""

    operator: Operator
    left: "Node"
    right: "Node"


Node = Number | Clock | Answer | Previous | Unary | Binary


@dataclass(frozen=True, slots=True)
class RuleCodes:
    """The answers that a rule needs.

    They are answers of its own form, of others as (form, code), and of earlier rounds.
    """

    own: frozenset[str]
    other: frozenset[tuple[str, str]]
    previous: frozenset[str]


@dataclass(frozen=True)
class Rule:
    """A valid rule: as it was written, and as a tree."""

    text: str
    tree: Node

    @cached_property
    def codes(self) -> RuleCodes:
        """The answers that this rule needs."""
        nodes = list(walk(self.tree))
        answers = [node for node in nodes if isinstance(node, Answer)]
        return RuleCodes(
            own=frozenset(answer.code for answer in answers if answer.form is None),
            other=frozenset((answer.form, answer.code) for answer in answers if answer.form is not None),
            previous=frozenset(node.code for node in nodes if isinstance(node, Previous)),
        )


def walk(tree: Node) -> Iterator[Node]:
    """Every node of a tree, from the left."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Unary):
            waiting.append(node.operand)
        elif isinstance(node, Binary):
            waiting += (node.right, node.left)


def render(node: Node) -> str:
    """Write a tree as a rule that parses to the same tree."""
    match node:
        case Number(value):
            return f"{value:f}"
        case Clock(minutes):
            return f"{minutes // 60:02}:{minutes % 60:02}"
        case Answer(code, form):
            return code if form is None else f"{form}.{code}"
        case Previous(code):
            return f"previous({code})"
        case Unary(operator, operand):
            return f"{operator} {_operand(operand)}" if operator == "not" else f"-{_operand(operand)}"
        case Binary(operator, left, right):
            return f"{_operand(left)} {operator} {_operand(right)}"


def _operand(node: Node) -> str:
    return f"({render(node)})" if isinstance(node, Unary | Binary) else render(node)
