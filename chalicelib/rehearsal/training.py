"""A rehearsal's figures as the training screen shows them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from chalicelib.rehearsal.operators.call_centre import CallCentreResult
from chalicelib.rehearsal.report import Report, asked_again_in

MOST_OBSERVERS: Final = 300
"""Observers that are named, those first whose SMS were understood worst."""
MOST_EXAMPLES: Final = 3
"""Texts that stand beside a question as they were typed."""


def training_figures(source_id: str, report: Report, worked_off: CallCentreResult | None) -> dict[str, Any]:
    """Return what the training screen shows of a rehearsal.

    Observers by number, never by name or phone.
    """
    rehearsal = report.rehearsal
    failing = report.failing
    return {
        "rehearsal": rehearsal.election.id,
        "source": source_id,
        "began_at": rehearsal.began_at.isoformat(timespec="seconds"),
        "ended_at": rehearsal.ended_at.isoformat(timespec="seconds"),
        "seed": rehearsal.plan.seed,
        "noise": rehearsal.plan.noise,
        "sent": report.sent,
        "acknowledged": report.acknowledged,
        "accounted": report.accounted,
        "outcomes": dict(report.outcomes),
        "reports": report.reports,
        "reports_on_time": report.reports_on_time,
        "reports_elsewhere": report.reports_elsewhere,
        "questions": list(_questions(report)),
        "bands": dict(report.bands),
        "observers": [
            {"observer": worst.observer, "messages": worst.messages, "not_accepted": worst.not_accepted}
            for worst in failing[:MOST_OBSERVERS]
        ],
        "observers_cut": max(0, len(failing) - MOST_OBSERVERS),
        "never_heard": _never_heard(report),
        "call_centre": _call_centre(worked_off) if worked_off is not None else None,
    }


def _questions(report: Report) -> Iterator[dict[str, Any]]:
    examples = _examples(report)
    for question in report.questions:
        yield {
            "form": question.form,
            "code": question.code,
            "label": question.label,
            "typed": question.typed,
            "asked_again": question.asked_again,
            "misread": question.misread,
            "examples": examples.get((question.form, question.code), []),
        }


def _examples(report: Report) -> Mapping[tuple[str, str], list[str]]:
    """Return texts whose answer to a question was asked for again."""
    examples: dict[tuple[str, str], list[str]] = {}
    for sent in report.rehearsal.sent:
        for code in sorted(asked_again_in(sent)):
            texts = examples.setdefault((sent.written.meaning.form, code), [])
            if len(texts) < MOST_EXAMPLES:
                texts.append(sent.written.text)
    return examples


def _never_heard(report: Report) -> list[str]:
    """Return observers who took part and of whom nothing was accepted."""
    planned = {sent.planned.intended.observer.number for sent in report.rehearsal.sent}
    heard = {observer.observer for observer in report.observers if observer.not_accepted < observer.messages}
    return sorted(planned - heard)[:MOST_OBSERVERS]


def _call_centre(worked_off: CallCentreResult) -> dict[str, Any]:
    return {
        "operators": worked_off.operators,
        "queues": [
            {
                "kind": queue.kind,
                "tasks": queue.waited.count,
                "waited_p50": round(queue.waited.p50, 1),
                "waited_p95": round(queue.waited.p95, 1),
                "requests_p50": queue.requests.p50,
            }
            for queue in worked_off.queues
        ],
        "outcomes": dict(worked_off.outcomes),
        "called_by_two": worked_off.called_by_two,
        "left": dict(worked_off.left),
        "differences": len(worked_off.differences),
    }
