"""Write a rule's part as a person would, with few parentheses."""

from chalicelib.observation.checks.parser import POWER
from chalicelib.observation.checks.tree import Binary, Node, Unary, render


def worded(node: Node) -> str:
    """Write a part of a rule."""
    match node:
        case Binary(operator, left, right):
            power = POWER[operator]
            return f"{_operand(left, power)} {operator} {_operand(right, power + 1)}"
        case _:
            return render(node)


def _operand(node: Node, power: int) -> str:
    is_apart = isinstance(node, Unary) or (isinstance(node, Binary) and POWER[node.operator] < power)
    return f"({worded(node)})" if is_apart else worded(node)
