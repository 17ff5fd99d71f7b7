"""Hold what a message says until a person has looked."""

from dataclasses import replace

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.model import Reading
from chalicelib.observation.reports.resolve import Interpretation, hold
from chalicelib.observation.sms.states import Reason


def held_as(interpretation: Interpretation, why: str) -> Interpretation:
    """Return the same message, held until an operator has looked.

    Nothing of it counts until then.
    """
    return replace(interpretation, reading=Reading(held=why), reports=())


def without_proof(election: Election, interpretation: Interpretation, doubt: Reason) -> Interpretation:
    """Return what a text says whose sender's code is not proven.

    Nothing of it counts. An incident, or a critical answer, opens its incident all the same: who is in danger is heard.
    """
    flagged = (replace(report, flags=(*report.flags, doubt)) for report in interpretation.reports)
    reports = tuple(hold(election, report, alarms=True) for report in flagged)
    return replace(interpretation, reading=replace(interpretation.reading, held=doubt), reports=reports)
