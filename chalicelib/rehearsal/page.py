"""A rehearsal's report as a page for journalists.

One file, no names, no phone numbers.
"""

from collections.abc import Mapping

from chalicelib.observation.sms.states import MessageState
from chalicelib.rehearsal.latency import Latency
from chalicelib.rehearsal.report import Report
from chalicelib.services.email_templates import render

OUTCOME_NAMES: Mapping[str, str] = {
    MessageState.ACCEPTED: "accepted",
    MessageState.PARTLY_ACCEPTED: "accepted in part, the rest asked for again",
    MessageState.UNRECOGNISED: "not understood, shown to operators",
    MessageState.QUARANTINED: "from unknown numbers, kept apart",
    MessageState.HELD: "held for an operator to decide",
    MessageState.JOINED: "parts of long SMS, read with the others",
}


def rehearsal_page(report: Report) -> str:
    """Render the page as HTML; times are in the election's zone."""

    rehearsal = report.rehearsal
    zone = rehearsal.election.zone
    context = {
        "report": report,
        "plan": rehearsal.plan,
        "election": rehearsal.election.text(rehearsal.election.name, "en"),
        "began_at": rehearsal.began_at.astimezone(zone),
        "ended_at": rehearsal.ended_at.astimezone(zone),
        "starts_at": rehearsal.day.starts_at.astimezone(zone),
        "ends_at": rehearsal.day.ends_at.astimezone(zone),
        "accounting": accounting(report),
        "latencies": latencies(report),
    }
    return render("rehearsal.html.j2", context | {"grouped": grouped, "seconds": seconds, "share": share})


def accounting(report: Report) -> dict[str, int]:
    """Line's name to count, from what was sent to each outcome."""
    outcomes = {OUTCOME_NAMES.get(state, state): number for state, number in report.outcomes.items()}
    return {"Sent": report.sent, "Acknowledged": report.acknowledged, "Accounted": report.accounted} | outcomes


def latencies(report: Report) -> dict[str, Latency | None]:
    """Line's name to how long it took."""
    return {
        "SMS delivered → acknowledged": report.acknowledgement,
        "SMS stored → its outcome": report.processing,
        "incident stored → coordinators alerted": report.alerting,
        "escalation queued → sent": report.escalating,
    }


def grouped(number: int) -> str:
    """Format a count with its thousands set apart."""
    return f"{number:,}"


def seconds(duration: float) -> str:
    """Format a duration in the unit that suits it."""
    return f"{1000 * duration:.0f} ms" if duration < 1 else f"{duration:.1f} s"


def share(part: int, total: int) -> str:
    """Format a share in percent; a dash of nothing."""
    return f"{100 * part / total:.1f} %" if total else "–"
