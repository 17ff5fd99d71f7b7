"""Check that a rule makes sense for its form.

Every code must exist, and every operator get what it can take. Numbers are compared with and added to numbers; a time
is compared with a time, and moved by minutes; the difference of two times is a number of minutes. A yes/no answer is a
truth of its own (`D`, `not D`, `D == OP.D`). A choice equals an option's number (`C == 4`) or another choice, and has
no order; a date is compared with a date. Several choices and texts cannot stand in a rule.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

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
    render,
)
from chalicelib.observation.elections.election import Election, Form, Question

Kind = Literal["number", "time", "date", "truth", "choice"]

_KINDS: Final[dict[str, Kind]] = {
    "integer": "number",
    "decimal": "number",
    "time": "time",
    "date": "date",
    "yesno": "truth",
    "choice": "choice",
}

_CALCULATED: Final[dict[tuple[str, Kind, Kind], Kind]] = {
    **{(sign, "number", "number"): "number" for sign in "+-*/"},
    ("-", "time", "time"): "number",
    ("-", "time", "number"): "time",
    ("+", "time", "number"): "time",
    ("+", "number", "time"): "time",
}

_NAMES: Final[dict[Kind, str]] = {
    "number": "a number",
    "time": "a time",
    "date": "a date",
    "truth": "yes or no",
    "choice": "a choice",
}


def check_rule(rule: Rule, election: Election, form: Form) -> tuple[str, ...]:
    """Say what is wrong with a form's rule, and what to do.

    Empty for a rule that can be evaluated.
    """
    typing = _KindCheck(election, form)
    kind = typing.kind(rule.tree)
    if kind not in (None, "truth"):
        typing.problems.append(f"the rule is {_NAMES[kind]}, neither true nor false: compare it with something")
    return tuple(typing.problems)


@dataclass
class _KindCheck:
    """Finds each part's kind.

    A part whose kind is wrong is named once, and is None from there on.
    """

    election: Election
    form: Form
    problems: list[str] = field(default_factory=list)

    def kind(self, node: Node) -> Kind | None:
        match node:
            case Number():
                return "number"
            case Clock():
                return "time"
            case Answer() | Previous():
                question = self._question(node)
                return self._answered(question, node) if question else None
            case Unary(sign, operand):
                return self._unary(sign, operand)
            case Binary():
                return self._binary(node)

    def _wrong(self, node: Node, message: str) -> None:
        self.problems.append(f"{render(node)}: {message}")

    def _question(self, node: Answer | Previous) -> Question | None:
        form = self.form
        if isinstance(node, Previous) and not form.rounds:
            self._wrong(node, f"{form.code} has no rounds, so nothing comes before it")
            return None
        if isinstance(node, Answer) and node.form is not None:
            if node.form == form.code:
                self._wrong(node, f"write {node.code} for this form's own answer")
                return None
            if node.form not in self.election.form_by_code:
                self._wrong(node, f"there is no form {node.form}: use one of {', '.join(self.election.form_by_code)}")
                return None
            form = self.election.form_by_code[node.form]
        if node.code not in form.by_code:
            self._wrong(node, f"{form.code} has no question {node.code}: use one of {', '.join(form.by_code)}")
            return None
        return form.by_code[node.code]

    def _answered(self, question: Question, node: Node) -> Kind | None:
        if question.type not in _KINDS:
            what = "a text" if question.type == "text" else "several choices"
            self._wrong(node, f"{what} cannot stand in a rule")
            return None
        return _KINDS[question.type]

    def _unary(self, sign: str, operand: Node) -> Kind | None:
        expected: Kind = "truth" if sign == "not" else "number"
        return expected if self._is(operand, expected, sign) else None

    def _is(self, node: Node, expected: Kind, sign: str) -> bool:
        kind = self.kind(node)
        if kind not in (None, expected):
            self._wrong(node, f"{sign!r} takes {_NAMES[expected]}, and this is {_NAMES[kind]}")
        return kind == expected

    def _binary(self, node: Binary) -> Kind | None:
        if node.operator in ("and", "or"):
            both = [self._is(operand, "truth", node.operator) for operand in (node.left, node.right)]
            return "truth" if all(both) else None
        left, right = self.kind(node.left), self.kind(node.right)
        if left is None or right is None:
            return None
        kind = (
            self._compared(node, left, right)
            if node.operator in COMPARISONS
            else _CALCULATED.get((node.operator, left, right))
        )
        if kind is None:
            self._wrong(node, f"{node.operator!r} cannot stand between {_NAMES[left]} and {_NAMES[right]}")
        return kind

    def _compared(self, node: Binary, left: Kind, right: Kind) -> Kind | None:
        ordered = node.operator not in ("==", "!=")
        if ordered and ("truth" in (left, right) or "choice" in (left, right)):
            return None
        if (
            left == right
            or self._is_option(node.left, left, node.right)
            or self._is_option(node.right, right, node.left)
        ):
            return "truth"
        return None

    def _is_option(self, node: Node, kind: Kind, option: Node) -> bool:
        """Tell whether a choice is compared with one of its options' numbers."""
        if kind != "choice" or not isinstance(node, Answer | Previous) or not isinstance(option, Number):
            return False
        question = self._question(node)
        if question is not None and option.value not in question.options:
            self._wrong(node, f"{option.value} is none of its options {', '.join(map(str, question.options))}")
        return True
