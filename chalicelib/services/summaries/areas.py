"""The areas of a coordinator's summary, for email and SMS alike."""

from collections.abc import Iterator, Mapping

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.elections.schedule import has_begun
from chalicelib.observation.elections.values import SEVERITIES
from chalicelib.observation.summaries.summary import Area, Coverage, Summary

MOST_IN_ORDER = 40
"""With more regions the worst stand first: the end of so long an email may be cut, and few read it."""


def areas_of(coordinator: Coordinator, summary: Summary, words: Mapping[str, str]) -> dict[str, Area]:
    """Return a coordinator's areas by name; for headquarters the nation first."""
    nation = {words["nation"]: summary.nation} if summary.nation and "*" in coordinator.regions else {}
    regions = [(name, area) for name, area in summary.regions.items() if coordinator.covers(name)]
    if len(regions) > MOST_IN_ORDER:
        regions.sort(key=lambda entry: [-entry[1].incidents.get(severity, 0) for severity in reversed(SEVERITIES)])
    return nation | dict(regions)


def rounds_begun(election: Election, summary: Summary, area: Area) -> Iterator[tuple[Form, str, Coverage]]:
    """Return an area's rounds that have begun or have reports."""
    for form in election.forms:
        for name, covered in area.forms[form.code].items():
            if covered.received or has_begun(election, form, name, summary.as_of):
                yield form, name, covered


def counted(form: Form, covered: Coverage) -> str:
    """Write how many reports came of how many, `40/60`.

    Of a form that is sent many times it tells how many came.
    """
    return f"{covered.received}/{covered.expected}" if form.is_owed else str(covered.received)


def worded_received(form: Form, covered: Coverage, words: Mapping[str, str]) -> str:
    """Word how many reports came of how many."""
    key = "received" if form.is_owed else "received_many"
    return words[key].format(received=covered.received, expected=covered.expected)


def worded_incidents(incidents: Mapping[str, int], words: Mapping[str, str], kind: str = "") -> str:
    """Word incidents by severity, the worst first, or that there are none."""
    worded = [
        words[kind + severity].format(count=incidents[severity])
        for severity in reversed(SEVERITIES)
        if incidents.get(severity)
    ]
    return ", ".join(worded) or words["no_incidents"]
