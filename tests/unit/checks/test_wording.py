"""A rule's sides are worded as a person would write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observation.checks import parse_rule
from chalicelib.observation.checks.wording import worded


@pytest.mark.parametrize(
    "rule",
    [
        "D + E + F + G == C",
        "A - (B - C) <= 5",
        "A * (B + C) == OP.E",
        "A - B - C >= previous(A)",
        "-A + 3 < B",
        "A / B / C == 1",
    ],
)
def test_parentheses_stand_where_they_change_something(rule: str) -> None:
    assert worded(parse_rule(rule).tree).replace("(-A)", "-A") == rule


@given(st.lists(st.sampled_from(["+", "-", "*", "/"]), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_what_is_worded_is_the_same_rule(operators: list[str], chance) -> None:
    text = "A"
    for operator in operators:
        text = f"({text}) {operator} B" if chance.random() < 0.5 else f"B {operator} ({text})"
    rule = parse_rule(f"{text} == C")
    assert parse_rule(worded(rule.tree)).tree == rule.tree
