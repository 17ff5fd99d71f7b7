"""Alerts of incidents to coordinators, each in their language."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict, Unpack

from chalicelib.observation.elections.election import Election, Station
from chalicelib.observation.elections.values import Severity
from chalicelib.observation.replies.layout import SEGMENTS
from chalicelib.observation.sms.characters import without_controls
from chalicelib.observation.sms.segments import CUT, continued, count_segments
from chalicelib.observation.texts.catalogue import MARK
from chalicelib.observation.texts.catalogue import text as say


class IncidentNotice(TypedDict):
    """What an alert says.

    `category` is in words ("" where it was not understood), `text` the observer's. `doubt`: that the SMS does not prove
    its sender, "" where it does; it is never cut. `remarks` are sentences for the coordinator, the weightiest first.
    """

    severity: Severity
    category: str
    station: Station
    region: str
    number_or_id: str
    text: str
    doubt: NotRequired[str]
    remarks: NotRequired[Sequence[str]]


def incident_alert_sms(election: Election, language: str, **incident: Unpack[IncidentNotice]) -> str:
    """Write the alert of an incident by SMS.

    What, where, how to answer; then remarks and the observer's words, if they fit. A category is cut rather than
    anything of where and how to answer.
    """
    words = (incident["category"] or say(election, language, "category_unknown")).split()
    alert = _essential_alert(election, language, " ".join(words), incident)
    for kept in range(len(words) - 1, -1, -1):
        if count_segments(alert).count <= SEGMENTS:
            break
        alert = _essential_alert(election, language, " ".join(words[:kept]) + CUT, incident)
    for remark in incident.get("remarks", ()):
        longer = f"{alert} {remark}"
        alert = longer if count_segments(longer).count <= SEGMENTS else alert
    return continued(alert, without_controls(incident["text"]), SEGMENTS, ending=CUT)


def _essential_alert(election: Election, language: str, category: str, incident: IncidentNotice) -> str:
    alert = say(
        election,
        language,
        "alert_sms",
        severity=say(election, language, f"severity_{incident['severity']}"),
        category=category,
        station=incident["station"].number,
        region=incident["region"],
        number=incident["number_or_id"],
    )
    to_answer = how_to_answer(election, language, incident["number_or_id"])
    parts = (say(election, language, MARK), alert, incident.get("doubt", ""), to_answer)
    return " ".join(" ".join(parts).split())


def how_to_answer(election: Election, language: str, number: str) -> str:
    """Tell a coordinator how to take an incident over."""
    return say(election, language, "alert_answer", number=number) + "."


def incident_alert_email(election: Election, language: str, **incident: Unpack[IncidentNotice]) -> tuple[str, str]:
    """Write the alert of an incident by email.

    Subject and plain body; what the observer wrote is in the body alone, each of its lines marked as theirs.
    """
    station = incident["station"]
    values = {
        "severity": say(election, language, f"severity_{incident['severity']}"),
        "category": incident["category"] or say(election, language, "category_unknown"),
        "region": incident["region"],
        "number": incident["number_or_id"],
    }
    subject = say(election, language, "alert_email_subject", station=station.number, **values)
    place = ", ".join(filter(None, (station.number, station.name, station.district)))
    body = say(election, language, "alert_email_body", place=place, text=_quoted(incident["text"]), **values)
    answer = how_to_answer(election, language, incident["number_or_id"])
    doubt = [incident["doubt"]] if incident.get("doubt") else []
    return " ".join(subject.split()), "\n".join((body, *doubt, *incident.get("remarks", ()), answer))


def _quoted(text: str) -> str:
    """Mark each line of a text as quoted, never ours."""
    return "\n".join(f"> {without_controls(line)}" for line in text.splitlines())
