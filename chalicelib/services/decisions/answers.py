"""Choose between observers' answers, leave observers out, confirm, and undo."""

from collections.abc import Sequence
from typing import Any

from chalicelib.observation.reading.model import Value
from chalicelib.observation.reports.answer_json import value_json
from chalicelib.observation.reports.decisions import Choice, Confirmation, Decisions, basis_of
from chalicelib.observation.reports.report import Report, station_answers
from chalicelib.services.decisions.decision import (
    DecisionChange,
    ReportState,
    Target,
    decide,
    known_codes,
)
from chalicelib.services.decisions.refusals import DecisionRefused
from chalicelib.services.views.report import ENTERED

MOST_WITHDRAWN = 100
"""Entries that may be withdrawn from one report."""


def choose(target: Target, observer: str | None, codes: Sequence[str] = ()) -> dict[str, Any]:
    """Let one observer's answers count where several have answered; None: nobody's.

    `codes`: the questions; none named: all that the observer, or anybody, has answered beside another. The choice holds
    while the answers are these. Raises NoteMissing, DecisionRefused, and what `decide` raises.
    """
    target.require_note("this one counts")
    known_codes(target, codes)
    if target.form.expect != "station":
        raise DecisionRefused("each observer's report of this form counts; leave one out instead")

    def chosen(report_state: ReportState) -> DecisionChange:
        chosen_codes = codes or [
            code for code in target.form.by_code if _is_between(report_state.answers(code), observer)
        ]
        if not chosen_codes:
            raise DecisionRefused("there is nothing to choose: no question is answered by several observers")
        choices: dict[str, Choice] = {}
        for code in chosen_codes:
            answers = report_state.answers(code)
            if observer is not None and observer not in answers:
                raise DecisionRefused(f"observer {observer} has not answered {code}")
            if not answers:
                raise DecisionRefused(f"nobody has answered {code}")
            choices[code] = Choice(observer, basis_of(answers), target.made)
        decisions = report_state.report.decisions.choosing(choices)
        what = "answers chosen" if observer is not None else "answers withheld"
        return _counted(target, report_state, decisions, what, chosen_codes)

    return decide(target, chosen)


def _is_between(answers: dict[str, Value], observer: str | None) -> bool:
    return len(answers) > 1 and (observer is None or observer in answers)


def leave_out(target: Target, observer: str) -> dict[str, Any]:
    """Let none of an observer's answers to the report count.

    Raises NoteMissing, DecisionRefused, and what `decide` raises.
    """
    target.require_note("it is left out")

    def left_out(report_state: ReportState) -> DecisionChange:
        decisions = report_state.report.decisions
        if observer not in report_state.report.given:
            raise DecisionRefused(f"observer {observer} has not reported it")
        if observer in decisions.left_out:
            raise DecisionRefused(f"observer {observer} is left out already")
        return _counted(
            target, report_state, decisions.leaving_out(observer, target.made), f"observer {observer} left out"
        )

    return decide(target, left_out)


def confirm(target: Target, observer: str, codes: Sequence[str] = ()) -> dict[str, Any]:
    """Note that an observer has confirmed answers that were read back.

    Without codes all answers are confirmed.

    Raises DecisionRefused, and what `decide` raises.
    """
    known_codes(target, codes)

    def confirmed(report_state: ReportState) -> DecisionChange:
        given = report_state.report.observers.get(observer)
        answers = given.answers if given is not None else {}
        confirmed_codes = codes or list(answers)
        missing = [code for code in confirmed_codes if code not in answers]
        if missing or not confirmed_codes:
            raise DecisionRefused(f"observer {observer} has not answered {', '.join(missing) or 'anything'}")
        before, decisions = report_state.report.decisions.confirmed, report_state.report.decisions
        values = {code: value_json(answers[code].value) for code in confirmed_codes}
        for code, value in values.items():
            decisions = decisions.confirming(observer, code, Confirmation(value, target.made))
        old = {code: before[observer, code].value for code in confirmed_codes if (observer, code) in before}
        return DecisionChange(decisions, f"answers confirmed by observer {observer}", old or None, values)

    return decide(target, confirmed)


def withdraw(target: Target, message: str) -> dict[str, Any]:
    """Let what was entered count no more in this report.

    The answers before it count again.

    Raises NoteMissing, DecisionRefused, and what `decide` raises.
    """
    target.require_note("it is withdrawn")

    def withdrawn(report_state: ReportState) -> DecisionChange:
        decisions = report_state.report.decisions
        if not message.startswith(ENTERED) or message not in _messages(report_state.report):
            raise DecisionRefused("it is none of the entries that this report's answers came from")
        if message in decisions.withdrawn:
            raise DecisionRefused("it is withdrawn already")
        if len(decisions.withdrawn) >= MOST_WITHDRAWN:
            raise DecisionRefused(f"{MOST_WITHDRAWN} entries are withdrawn from it already; correct it instead")
        after = decisions.withdrawing(message, target.made)
        return _counted(target, report_state, after, "entry withdrawn", about=message)

    return decide(target, withdrawn)


def undo(target: Target) -> dict[str, Any]:
    """Undo what was decided last about the report.

    A decision of its own restores what was before.

    A correction is withdrawn. Undoing that decides it again. Raises DecisionRefused, and what `decide` raises.
    """

    def undone(report_state: ReportState) -> DecisionChange:
        decisions = report_state.report.decisions
        if decisions.last is None:
            raise DecisionRefused("nobody has decided anything about this report")
        return _counted(target, report_state, decisions.undone(target.made), f"undone: {decisions.last.what}"[:100])

    return decide(target, undone)


def revoke(target: Target, **named: Any) -> dict[str, Any]:
    """Take back decisions that are not the last.

    They are `codes` chosen, an `observer` left out, a `rule` explained, an observer's confirmed `codes`, or a withdrawn
    `message`: `of` says which of these. Raises DecisionRefused, and
    what `decide` raises.
    """

    def revoked(report_state: ReportState) -> DecisionChange:
        before = report_state.report.decisions
        match named:
            case {"of": "choice", "codes": codes}:
                after, what = before.unchoosing(codes), f"choice of {', '.join(codes)} taken back"
            case {"of": "left_out", "observer": observer}:
                after, what = before.taking_in(observer), f"observer {observer} taken in again"
            case {"of": "explanation", "rule": rule}:
                after, what = before.unexplaining(rule), "explanation taken back"
            case {"of": "confirmation", "observer": observer, "codes": codes}:
                after, what = before, f"confirmation of {', '.join(codes)} taken back"
                for code in codes:
                    after = after.unconfirming(observer, code)
            case {"of": "withdrawal", "message": message}:
                after, what = before.restoring(message), "entry counted again"
            case _:
                raise DecisionRefused("say which decision is taken back")
        if after == before:
            raise DecisionRefused("there is no such decision about this report")
        return _counted(target, report_state, after, what[:100])

    return decide(target, revoked)


def _messages(report: Report) -> set[str]:
    return {
        answer.source.message
        for given in report.given.values()
        for code in given.answers
        for answer in given.history(code)
    }


def _counted(
    target: Target,
    report_state: ReportState,
    decisions: Decisions,
    what: str,
    codes: Sequence[str] = (),
    about: str | None = None,
) -> DecisionChange:
    """Return a decision with what counts otherwise before and after it."""
    report = report_state.report
    after = Report(report.station, report.form, report.round, report.given, decisions)
    shown = set(codes)
    both = [_answers(target, state) for state in (report, after)]
    changed = {code for code in {*both[0], *both[1]} if both[0].get(code) != both[1].get(code)}
    described = [{code: answers.get(code) for code in sorted(shown | changed)} for answers in both]
    if about is not None:
        described[1]["message"] = about
    return DecisionChange(decisions, what, described[0] or None, described[1] or {"decided": what})


def _answers(target: Target, report: Report) -> dict[str, Any]:
    """Return what counts by code, or the observers' differing answers.

    The audit trail has it.
    """
    if target.form.expect != "station":
        return {
            f"{number} {code}": value_json(answer.value)
            for number, given in report.counting.items()
            for code, answer in given.answers.items()
        }
    answers = station_answers(target.election, report)
    counting = report.counting
    effective: dict[str, Any] = {code: value_json(value) for code, value in answers.values.items()}
    for code in answers.conflicts:
        given = {number: answers.answers[code] for number, answers in counting.items() if code in answers.answers}
        effective[code] = {number: value_json(answer.value) for number, answer in given.items()}
    return effective | dict.fromkeys(answers.withheld, "withheld")
