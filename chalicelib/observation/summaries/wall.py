"""The wall: what a room full of guests may see.

Nothing that names a station or a person.

Regions of which too little has come are too few to show: their shares would tell of single stations.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.elections.election import NO_ROUND, Election, Form, Question
from chalicelib.observation.elections.schedule import has_begun
from chalicelib.observation.summaries.summary import Area, Coverage, Summary

FEWEST_STATIONS: Final = 10
"""Stations of a region whose shares are shown."""
LEAST_PERCENT: Final = 30
"""Percent of a region's reports that must be in before its shares are shown."""


@dataclass(frozen=True, slots=True)
class VerifiedIncident:
    """A verified incident, as far as the wall tells of it."""

    region: str
    category: int | None


def wall(election: Election, summary: Summary, verified: Iterable[VerifiedIncident]) -> dict[str, Any]:
    """Return the wall's figures as JSON's values.

    `summary` is the nation's, without answers that are withheld.
    """
    nation = _nation(summary)
    incidents = list(verified)
    return {
        "election": election.id,
        "name": election.name,
        "as_of": summary.as_of.isoformat(timespec="seconds"),
        "has_sample": election.quick_count is not None,
        "stations": nation.stations,
        "observed": max((covered.received for covered in _covered(election, nation)), default=0),
        "coverage": [_coverage(form, name, summary) for form, name in _begun(election, summary)],
        "findings": [
            _finding(form, question, summary)
            for form in election.forms
            if form.is_owed and form.round_names == (NO_ROUND,)
            for question in form.questions
            if question.type in ("yesno", "choice") and question.code in nation.forms[form.code][NO_ROUND].answers
        ],
        "incidents": {
            "total": len(incidents),
            "by_category": _counted(str(incident.category or "") for incident in incidents),
            "by_region": _counted(incident.region for incident in incidents),
        },
    }


def _nation(summary: Summary) -> Area:
    if summary.nation is None:
        raise ValueError("a wall shows the nation")
    return summary.nation


def _covered(election: Election, area: Area) -> Iterable[Coverage]:
    return (covered for form in election.forms if form.is_owed for covered in area.forms[form.code].values())


def _begun(election: Election, summary: Summary) -> list[tuple[Form, str]]:
    return [
        (form, name)
        for form in election.forms
        if form.is_owed
        for name in form.round_names
        if has_begun(election, form, name, summary.as_of)
    ]


def _coverage(form: Form, name: str, summary: Summary) -> dict[str, Any]:
    areas: list[tuple[str | None, Area]] = [(None, _nation(summary)), *summary.regions.items()]
    return {
        "form": form.code,
        "round": name,
        "title": form.title,
        "areas": [
            {"region": region, "received": covered.received, "expected": covered.expected}
            for region, area in areas
            for covered in (area.forms[form.code][name],)
        ],
    }


def _finding(form: Form, question: Question, summary: Summary) -> dict[str, Any]:
    def answers(area: Area) -> Mapping[str, int]:
        given = area.forms[form.code][NO_ROUND].answers.get(question.code, {})
        return {key: int(number) for key, number in given.items() if key != "unknown"}

    return {
        "form": form.code,
        "code": question.code,
        "label": question.label,
        "type": question.type,
        "options": {str(number): text for number, text in question.options.items()},
        "nation": answers(_nation(summary)),
        "regions": {
            name: answers(area) if _is_enough(area, area.forms[form.code][NO_ROUND]) else None
            for name, area in summary.regions.items()
        },
    }


def _is_enough(area: Area, covered: Coverage) -> bool:
    """Whether a region's share tells of no single station.

    For enough of it is in.
    """
    is_large = area.stations >= FEWEST_STATIONS
    return is_large and covered.received * 100 >= covered.expected * LEAST_PERCENT


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda counted: (-counted[1], counted[0])))
