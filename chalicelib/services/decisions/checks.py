"""Say that a failed check was looked into.

The answers stand as they were reported.
"""

from typing import Any

from chalicelib.observation.checks import parse_rule
from chalicelib.observation.reports.checks import check_answers, failing
from chalicelib.observation.reports.decisions import Explanation, basis_of
from chalicelib.observation.reports.doubts import check_sentence
from chalicelib.services.decisions.decision import DecisionChange, ReportState, Target, decide
from chalicelib.services.decisions.refusals import DecisionRefused


def explain(target: Target, rule: str, *, counts: bool) -> dict[str, Any]:
    """Accept answers that fail a check as they are.

    The check stays failed, and its doubt ends.

    `counts`: whether the quick count takes the station all the same. It holds while the answers are these. Raises
    NoteMissing, DecisionRefused, and what `decide` raises.
    """
    target.require_note("it fails, and stands as it is")

    def explained(report_state: ReportState) -> DecisionChange:
        failed = {check.rule: check for check in failing(target.election, report_state.reports, report_state.place)}
        if rule not in failed:
            raise DecisionRefused(f"the report does not fail {rule}")
        given = check_answers(target.election, report_state.reports, report_state.place, parse_rule(rule))
        explanation = Explanation(basis_of(given), counts, target.made)
        sentence = check_sentence(target.election, report_state.reports, report_state.place, failed[rule])
        decisions = report_state.report.decisions.explaining(rule, explanation)
        after = {"rule": rule, "explained": target.made.note, "in_quick_count": counts}
        return DecisionChange(
            decisions,
            "check explained",
            {"rule": rule, "sentence": sentence},
            after,
            document={"quick_count": _words(failed[rule].severity, counts=counts)},
        )

    return decide(target, explained)


def _words(severity: str, *, counts: bool) -> str:
    """Say what an explanation means for the quick count."""
    if severity != "error":
        return "a warning keeps no station out of the quick count"
    if counts:
        return "the station counts in the quick count, though the check fails"
    return "the station stays out of the quick count until its answers are corrected"
