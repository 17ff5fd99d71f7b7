"""Checks over answers: true, false or unknown by Kleene's logic where an answer is missing."""

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.observation.checks import GivenAnswers, check_rule, evaluate, failed_checks, parse_rule
from chalicelib.observation.elections.election import Check, Election, Form

ANSWERS = GivenAnswers(
    report={"A": 300, "B": "07:30", "D": True, "F": False, "M": (1, 3), "P": Decimal("12.5"), "C": 4},
    forms={"OP": {"E": 250, "D": True, "B": "08:00"}},
    earlier=({"B": "07:00"}, {"A": 310, "D": False}, {"A": 100}),
)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("A <= OP.E", False),
        ("A > OP.E", True),
        ("A <= OP.Z", None),
        ("A <= XX.E", None),
        ("A >= previous(A)", False),  # 310 in the nearest round that has one, not 100
        ("previous(Z) == 1", None),
        ("previous(D)", False),
        ("Z == 1", None),
        ("Z == 1 and A == 1", False),
        ("A == 1 and Z == 1", False),
        ("Z == 1 and A == 300", None),
        ("A == 300 or Z == 1", True),
        ("Z == 1 or A == 300", True),
        ("Z == 1 or A == 1", None),
        ("not Z", None),
        ("not (Z and F)", True),
        ("D", True),
        ("not D", False),
        ("D == OP.D", True),
        ("D != F", True),
        ("A", None),
        ("D == 1", None),
        ("D + 1 == 2", None),
        ("D < 2", None),
        ("-D == 1", None),
        ("A and D", None),
        ("B <= 07:30", True),
        ("B < OP.B", True),
        ("OP.B - B == 30", True),
        ("M == 1", None),
        ("C == 4", True),
        ("P == 12.5", True),
        ("A / 7 * 7 == 300", True),
        ("0.1 + 0.2 == 0.3", True),
        ("A / 0 == 1", None),
        ("A / (A - 300) == 1 or D", True),
        ("-A + 300 == 0", True),
    ],
)
def test_a_rule_is_true_false_or_unknown(rule: str, expected: bool | None) -> None:
    assert evaluate(parse_rule(rule), ANSWERS) is expected


def test_values_that_are_no_numbers_are_unknown() -> None:
    for value in (Decimal("NaN"), Decimal("Infinity"), "soon", "7:30", (1,)):
        assert evaluate(parse_rule("A == A"), GivenAnswers({"A": value})) is None


numbers = st.sampled_from(["A", "B", "C", "0", "1", "2.5", "7"])
calculations = st.recursive(
    numbers,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(" ".join)
        | inner.map("({})".format)
        | inner.map("-{}".format)
    ),
    max_leaves=6,
)
comparisons = st.tuples(calculations, st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]), calculations).map(" ".join)
truths = st.recursive(
    comparisons | st.sampled_from(["X", "Y"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join)
        | inner.map("({})".format)
        | inner.map("not {}".format)
    ),
    max_leaves=6,
)
values = st.fixed_dictionaries(
    {**dict.fromkeys("ABC", st.integers(-3, 20)), **dict.fromkeys("XY", st.booleans())},
)


@settings(max_examples=300)
@given(truths, values)
def test_with_every_answer_it_is_what_python_makes_of_it(rule: str, given_values: dict[str, Any]) -> None:
    exact = {code: value if isinstance(value, bool) else Fraction(value) for code, value in given_values.items()}
    source = re.sub(r"[0-9.]+", lambda number: f"Fraction('{number[0]}')", rule)
    try:
        expected = eval(source, {"Fraction": Fraction}, exact)
    except ZeroDivisionError:
        return
    assert evaluate(parse_rule(rule), GivenAnswers(given_values)) is expected


class Kleene:
    """Truth as 0, ½ or 1: `&` is the least, `|` the greatest."""

    def __init__(self, truth: float) -> None:
        self.truth = truth

    def __and__(self, other: "Kleene") -> "Kleene":
        return Kleene(min(self.truth, other.truth))

    def __or__(self, other: "Kleene") -> "Kleene":
        return Kleene(max(self.truth, other.truth))

    def __invert__(self) -> "Kleene":
        return Kleene(1 - self.truth)


logic = st.recursive(
    st.sampled_from("VWXYZ"),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map("({0[0]} {0[1]} {0[2]})".format)
        | inner.map("(not {})".format)
    ),
    max_leaves=12,
)


@given(logic, st.dictionaries(st.sampled_from("VWXYZ"), st.booleans()))
def test_missing_answers_follow_kleenes_tables(rule: str, known: dict[str, bool]) -> None:
    source = rule.replace("and", "&").replace("or", "|").replace("not ", "~")
    truths = {code: Kleene(known.get(code, 0.5)) for code in "VWXYZ"}
    expected = {0: False, 0.5: None, 1: True}[eval(source, {}, truths).truth]
    assert evaluate(parse_rule(rule), GivenAnswers(dict(known))) is expected


def _election() -> Election:
    def form(code: str, questions: dict[str, str], **more: Any) -> Form:
        options = {1: "always", 4: "never"}
        documents = [{"code": name, "type": kind, "options": options} for name, kind in questions.items()]
        return Form.model_validate({"code": code, "questions": documents, **more})

    checks = [
        {"rule": "A <= OP.E", "severity": "warning", "message": {"en": "More voters than registered"}},
        {"rule": "A >= previous(A)", "severity": "error", "message": {"en": "Turnout fell"}},
    ]
    return Election(
        id="sample",
        name={},
        date=dt.date(2017, 10, 15),
        timezone="UTC",
        languages=("en",),
        forms=(
            form("OP", {"B": "time", "D": "yesno", "E": "integer", "N": "choice", "M": "choices"}),
            form("TU", {"A": "integer"}, rounds=("10:00", "12:00"), checks=checks),
        ),
        stations=(),
        observers=(),
    )


ELECTION = _election()


@pytest.mark.parametrize(
    ("report", "forms", "earlier", "failed"),
    [
        ({"A": 300}, {"OP": {"E": 400}}, [{"A": 200}], []),
        ({"A": 500}, {"OP": {"E": 400}}, [{"A": 200}], ["More voters than registered"]),
        ({"A": 100}, {"OP": {"E": 400}}, [{}, {"A": 200}], ["Turnout fell"]),
        ({"A": 500}, {"OP": {"E": 400}}, [{"A": 600}], ["More voters than registered", "Turnout fell"]),
        ({"A": 500}, {}, [], []),
        ({}, {"OP": {"E": 400}}, [{"A": 200}], []),
    ],
)
def test_failed_checks_are_named_and_unknown_ones_are_not(
    report: dict[str, int], forms: dict[str, dict[str, int]], earlier: list[dict[str, int]], failed: list[str]
) -> None:
    checks: tuple[Check, ...] = failed_checks(ELECTION, "TU", GivenAnswers(report, forms, earlier))
    assert [check.message["en"] for check in checks] == failed


@pytest.mark.parametrize(
    ("form", "rule", "expected"),
    [
        ("TU", "A <= OP.E", []),
        ("TU", "A >= previous(A) and not OP.D", []),
        ("OP", "B <= 08:00 and B - 07:00 < 60", []),
        ("OP", "B + 30 <= 08:00", []),
        ("OP", "N == 4 or 1 != N", []),
        ("OP", "D == (E > 0)", []),
        ("OP", "D", []),
        ("TU", "A + 1", ["the rule is a number"]),
        ("TU", "A <= OP.X", ["OP.X: OP has no question X: use one of B, D, E, N, M"]),
        ("TU", "A <= CL.C", ["CL.C: there is no form CL: use one of OP, TU"]),
        ("TU", "A <= TU.A", ["TU.A: write A for this form's own answer"]),
        ("OP", "E >= previous(E)", ["previous(E): OP has no rounds"]),
        ("OP", "D == 1", ["D == 1: '==' cannot stand between yes or no and a number"]),
        ("OP", "D > OP.D", ["OP.D: write D"]),
        ("OP", "D > D", ["'>' cannot stand between yes or no and yes or no"]),
        ("OP", "E and D", ["E: 'and' takes yes or no, and this is a number"]),
        ("OP", "not E", ["E: 'not' takes yes or no"]),
        ("OP", "-B < 3", ["B: '-' takes a number, and this is a time"]),
        ("OP", "B < 830", ["'<' cannot stand between a time and a number"]),
        ("OP", "B + B < 08:00", ["'+' cannot stand between a time and a time"]),
        ("OP", "M == 1", ["M: several choices cannot stand in a rule"]),
        ("OP", "N < 4", ["'<' cannot stand between a choice and a number"]),
        ("OP", "N == E", ["'==' cannot stand between a choice and a number"]),
        ("OP", "N == 2", ["N: 2 is none of its options 1, 4"]),
        ("OP", "X == 1 and M == 2", ["X: OP has no question X", "M: several choices"]),
    ],
)
def test_a_rule_that_makes_no_sense_is_named(form: str, rule: str, expected: list[str]) -> None:
    problems = check_rule(parse_rule(rule), ELECTION, ELECTION.form_by_code[form])
    assert len(problems) == len(expected)
    for problem, words in zip(problems, expected, strict=True):
        assert words in problem
