"""The language of checks: precedence, mistakes named by column, limits of depth and size."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.observation.checks import GivenAnswers, RuleInvalid, evaluate, parse_rule, render
from chalicelib.observation.checks.parser import MOST_PARTS
from chalicelib.observation.checks.tree import Answer, Binary, Clock, Node, Number, Previous, Unary

KEYWORDS = ("and", "or", "not", "previous")
names = st.from_regex(r"[A-ZА-Я][A-Z0-9]{0,2}", fullmatch=True)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Number, st.decimals(0, 10**9, places=3)),
    st.builds(Clock, st.integers(0, 24 * 60 - 1)),
    st.builds(Answer, names, st.none() | names),
    st.builds(Previous, names),
)
SIGNS = ["or", "and", "<", "<=", "==", "!=", ">=", ">", "+", "-", "*", "/"]
trees: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Unary, st.sampled_from(["not", "-"]), inner) | st.builds(Binary, st.sampled_from(SIGNS), inner, inner)
    ),
    max_leaves=20,
)


@given(trees)
def test_a_rendered_tree_is_read_as_itself(tree: Node) -> None:
    assert parse_rule(render(tree)).tree == tree


A, B, C, D = (Answer(code) for code in "ABCD")


@pytest.mark.parametrize(
    ("rule", "tree"),
    [
        ("A<=OP.E", Binary("<=", A, Answer("E", form="OP"))),
        ("A >= previous( A )", Binary(">=", A, Previous("A"))),
        (
            "A + B * C == 1.50",
            Binary("==", Binary("+", A, Binary("*", B, C)), Number(Decimal("1.5"))),
        ),
        ("A - B - C > 0", Binary(">", Binary("-", Binary("-", A, B), C), Number(0))),
        ("A or B and not C == D", Binary("or", A, Binary("and", B, Unary("not", Binary("==", C, D))))),
        ("not not A", Unary("not", Unary("not", A))),
        ("-A * B < 2", Binary("<", Binary("*", Unary("-", A), B), Number(2))),
        ("- - A < 2", Binary("<", Unary("-", Unary("-", A)), Number(2))),
        ("(A < B) == (C < D)", Binary("==", Binary("<", A, B), Binary("<", C, D))),
        ("B <= 8:05", Binary("<=", B, Clock(485))),
        ("\n A\n", A),
    ],
)
def test_operators_bind_as_usual(rule: str, tree: Node) -> None:
    assert parse_rule(rule).tree == tree


@pytest.mark.parametrize(
    ("rule", "column", "words"),
    [
        ("", 1, "not the end of the rule"),
        ("A <=", 5, "not the end of the rule"),
        ("A = B", 3, "write =="),
        ("A ≤ B", 3, "has no meaning"),
        ("A < B < C", 7, "join comparisons by 'and'"),
        ("A == B != C", 8, "join comparisons by 'and'"),
        ("A B", 3, "an operator is expected, not 'B'"),
        ("(A < B", 7, "')' is expected, not the end of the rule"),
        ("A < B)", 6, "an operator is expected, not ')'"),
        ("A + not B", 5, "parentheses"),
        ("previous A", 10, "'(' is expected"),
        ("previous(OP.E)", 12, "')' is expected, not '.'"),
        ("previous(1)", 10, "a question's code is expected"),
        ("OP.", 4, "a question's code is expected, not the end"),
        ("A < and", 5, "not 'and'"),
        ("A < 25:00", 5, "no time of day"),
        ("A < 12:75", 5, "no time of day"),
        ("A < 12:30:10", 7, "has no meaning"),
        ("A ** 2 > 1", 4, "not '*'"),
        ("__import__('os')", 1, "has no meaning"),
        ("A.real.imag", 7, "not '.'"),
        ("A" * 1001, 1001, "at most 1000 characters"),
        ("(" * 300, MOST_PARTS + 1, f"at most {MOST_PARTS} parts"),
    ],
)
def test_a_mistake_is_named_with_its_column(rule: str, column: int, words: str) -> None:
    with pytest.raises(RuleInvalid) as raised:
        parse_rule(rule)
    assert raised.value.column == column
    assert words in raised.value.message
    assert str(raised.value).startswith(f"column {column}: ")


words = st.sampled_from([*SIGNS, *KEYWORDS, "(", ")", ".", "A", "OP", "1", "08:30", " ", "\n", "=", "'", "²", "Ω"])


@settings(max_examples=300)
@given(st.text(max_size=80) | st.lists(words, max_size=60).map("".join) | st.lists(words, max_size=60).map(" ".join))
def test_no_text_does_worse_than_be_refused(rule: str) -> None:
    try:
        tree = parse_rule(rule).tree
    except RuleInvalid as invalid:
        refused = invalid
    else:
        assert parse_rule(render(tree)).tree == tree
        return
    assert 1 <= refused.column <= len(rule) + 1


@pytest.mark.parametrize("deep", ["(" * 99 + "A" + ")" * 99, "not " * 199 + "A", "-" * 199 + "A", "A" + "+A" * 99])
def test_the_deepest_rules_leave_the_stack_whole(deep: str) -> None:
    rule = parse_rule(deep)
    assert rule.codes.own == {"A"}
    assert evaluate(rule, GivenAnswers({"A": True})) in (True, False, None)
    assert len(render(rule.tree)) < 2000


def test_a_rule_knows_the_answers_that_it_needs() -> None:
    codes = parse_rule("A + B <= OP.E and A >= previous(A) or not CL.B").codes
    assert codes.own == {"A", "B"}
    assert codes.other == {("OP", "E"), ("CL", "B")}
    assert codes.previous == {"A"}
