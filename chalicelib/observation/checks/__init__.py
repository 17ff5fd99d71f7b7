"""Evaluate consistency rules over answers, as an election file writes them.

`D + E + F + G == C`, `A >= previous(A)`. A rule compares (`< <= == != >= >`), calculates (`+ - * /`) and combines (`and
or not`, parentheses) numbers, times (`08:00`), this form's answers (`A`), another form's at the same station (`OP.E`),
and this question's in the nearest earlier round that has an answer (`previous(A)`). A missing answer makes a rule
unknown, never failed.
"""

from chalicelib.observation.checks.evaluation import (
    Answers,
    Comparison,
    GivenAnswers,
    compared,
    evaluate,
    failed_checks,
)
from chalicelib.observation.checks.kinds import check_rule
from chalicelib.observation.checks.parser import RuleInvalid, parse_rule
from chalicelib.observation.checks.tree import Rule, RuleCodes, render

__all__ = [
    "Answers",
    "Comparison",
    "GivenAnswers",
    "Rule",
    "RuleCodes",
    "RuleInvalid",
    "check_rule",
    "compared",
    "evaluate",
    "failed_checks",
    "parse_rule",
    "render",
]
