"""How long an incident waits, as the election file says.

After that the next coordinators are told.
"""

import datetime as dt

from chalicelib.observation.election_file.document import Document, Path
from chalicelib.observation.election_file.shape import shaped
from chalicelib.observation.elections.policies import AcknowledgeWithin, Escalation
from chalicelib.observation.elections.values import SEVERITIES

LONGEST = dt.timedelta(hours=24)


def read_escalation(document: Document) -> Escalation:
    """Read the `escalation` section; what it leaves out is as usual."""
    raw = document.content.get("escalation")
    if raw is None:
        return Escalation()
    path: Path = ("escalation",)
    alone = {**raw, "acknowledge_within": {}} if isinstance(raw, dict) else raw
    escalation = shaped(Escalation, document, path, alone, {})
    if escalation is None or "acknowledge_within" not in raw:
        return Escalation()
    at: Path = (*path, "acknowledge_within")
    within = shaped(AcknowledgeWithin, document, at, raw["acknowledge_within"], {})
    if within is None:
        return Escalation()
    for severity in SEVERITIES:
        if not dt.timedelta() < within.of(severity) <= LONGEST:
            document.error((*at, severity), "nobody can be that quick or that slow; write from 1m to 24h")
    return escalation.model_copy(update={"acknowledge_within": within})
