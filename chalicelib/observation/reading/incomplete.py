"""Read a long SMS of which a part is missing.

Nothing of it counts, but an incident in it is never lost.

Where a part is missing a number may be cut, and a cut number is a wrong one. What is missing may also contradict or
cancel what is there. So forms are only shown, and of an incident is taken what does not hang on the words at a gap.
"""

import re
from dataclasses import replace
from typing import Final

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.model import CATEGORY, Reading, ReportReading
from chalicelib.observation.reading.reading import read
from chalicelib.observation.sms.multipart import GAP
from chalicelib.observation.sms.states import Flag

_BREAK: Final = "\n"
_CUT_NUMBER = re.compile(r"\A\d\S*")
_WORDS_BEFORE: Final = 2
"""Words before a gap, beside one that it may cut, which what is missing may give another meaning (`3` `and` … `4`)."""


def read_incomplete(text: str, election: Election) -> Reading:
    """Read a text that has GAP for its missing parts.

    It is held, whatever it says.
    """
    shown = read(text.replace(GAP, _BREAK), election)
    other = _incidents(read(_away_from_gaps(text), election), election)
    same_count = len(other) == len(_incidents(shown, election))
    others = iter(other if same_count else ())
    reports = tuple(
        _certain(report, next(others, None)) if _is_incident(report, election) else report for report in shown.reports
    )
    return Reading(reports=reports, held=Flag.INCOMPLETE)


def _away_from_gaps(text: str) -> str:
    """Return the text without the words at its gaps."""
    first, *after = text.split(GAP)
    *before, last = (first, *(_CUT_NUMBER.sub("", segment) for segment in after))
    return _BREAK.join((*map(_without_last_words, before), last))


def _without_last_words(segment: str) -> str:
    dropped = _WORDS_BEFORE if segment[-1:].isspace() else _WORDS_BEFORE + 1
    kept = segment.rsplit(maxsplit=dropped)
    return kept[0] if len(kept) > dropped else ""


def _certain(incident: ReportReading, other: ReportReading | None) -> ReportReading:
    """Return an incident without what may be cut.

    That may be a category, a station or an observer.
    """
    if other is not None and _what_and_where(incident) == _what_and_where(other):
        return incident
    return replace(incident, station=None, observer=None, answers={}, rejected={CATEGORY: "ambiguous"})


def _what_and_where(incident: ReportReading) -> tuple[object, ...]:
    return incident.answers, incident.rejected, incident.station, incident.observer


def _incidents(reading: Reading, election: Election) -> list[ReportReading]:
    return [report for report in reading.reports if _is_incident(report, election)]


def _is_incident(report: ReportReading, election: Election) -> bool:
    return report.form not in election.form_by_code
