"""Incidents as the final report prints them.

What each was, and who did what about it, when and why. What observers wrote stays out, since it may name them; whoever
handled an incident is named, with the note that they gave, in which digits that may be a phone are covered.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.observation.elections.election import Election
from chalicelib.observation.texts.catalogue import text as say
from chalicelib.services.incidents.alerts import describe
from chalicelib.store.incidents import Entry, Incident

_PHONE = re.compile(r"\+?\d(?:[\s().\-]*\d){8,}")
COVERED = "•••"


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident, worded.

    `steps`: a line for each thing that was done about it, in order.
    """

    number: int
    time: str
    severity: str
    category: str
    station: str
    state: str
    steps: Sequence[str]


def incident_rows(
    election: Election, incidents: Iterable[Incident], language: str, words: Mapping[str, str]
) -> list[IncidentRow]:
    """Return incidents' rows in the order of their opening."""
    ordered = sorted(incidents, key=lambda incident: (incident.opened_at, incident.number))
    return [_row(election, incident, language, words) for incident in ordered]


def _row(election: Election, incident: Incident, language: str, words: Mapping[str, str]) -> IncidentRow:
    return IncidentRow(
        number=incident.number,
        time=_time(election, incident.opened_at, words),
        severity=words[f"word_{incident.severity}"],
        category=describe(election, incident, language) or say(election, language, "category_unknown"),
        station=f"{incident.station}, {incident.region}",
        state=words[f"state_{incident.state}"],
        steps=[_step(election, entry, words) for entry in incident.history if entry["step"] != "open"],
    )


def _step(election: Election, entry: Entry, words: Mapping[str, str]) -> str:
    done = words.get(f"step_{entry['step']}") or words[f"state_{entry['state']}"]
    time = _time(election, dt.datetime.fromisoformat(entry["at"]), words)
    line = words["step"].format(time=time, done=done, who=_PHONE.sub(COVERED, entry["who"]))
    return f"{line}: {_PHONE.sub(COVERED, entry['note'])}" if entry.get("note") else line


def _time(election: Election, at: dt.datetime, words: Mapping[str, str]) -> str:
    local = at.astimezone(election.zone)
    return f"{local:%H:%M}" if local.date() == election.date else local.strftime(words["as_of"])
