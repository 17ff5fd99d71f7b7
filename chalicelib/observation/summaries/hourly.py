"""What an hourly summary tells beside the numbers.

What has changed since the last, what is open, what is doubtful.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.elections.schedule import Place
from chalicelib.observation.elections.values import SEVERITIES
from chalicelib.observation.summaries.summary import Area, Summary

AGES: Final = {"under_1h": dt.timedelta(hours=1), "under_3h": dt.timedelta(hours=3), "older": dt.timedelta.max}
"""Ages by which open incidents are counted, each up to a limit."""

Ages = Mapping[str, int]
"""Open incidents by age, every key of AGES."""

FailedChecks = Mapping[str, Mapping[str, int]]
"""Stations that fail a check, by form and rule."""


@dataclass(frozen=True, slots=True)
class PublishedRoot:
    """The ledger's newest root, in hexadecimal digits, with its hour."""

    hour: str
    root: str


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour's snapshot, and the one before it, None for the first.

    Beside the summaries all is by region. `held_back`: stations of which any report is in no sum because observers
    disagree; `held_before` an hour ago. `published`: the ledger's root, None before its first.
    """

    summary: Summary
    before: Summary | None
    open_incidents: Mapping[str, Ages]
    failed_checks: Mapping[str, FailedChecks]
    held_back: Mapping[str, int]
    held_before: Mapping[str, int]
    published: PublishedRoot | None = None

    @classmethod
    def from_documents(cls, document: Mapping[str, Any], before: Mapping[str, Any] | None) -> "Hour":
        """Read the hour from two stored snapshots.

        One of an earlier version tells of nothing open, failed or held.
        """
        held = document.get("held_back", {})
        published = document.get("published")
        return cls(
            Summary.from_document(document),
            Summary.from_document(before) if before else None,
            document.get("open_incidents", {}),
            document.get("failed_checks", {}),
            held,
            before.get("held_back", held) if before else {},
            PublishedRoot(**published) if published else None,
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """Differences between two snapshots of an area.

    Negative ones too; zeros are left out.
    """

    received: Mapping[Place, int]
    incidents: Mapping[str, int]


def changes(before: Area, now: Area) -> Changes:
    """Compare two snapshots of one area."""
    received = {
        (form, name): covered.received - _received(before, form, name)
        for form, rounds in now.forms.items()
        for name, covered in rounds.items()
    }
    incidents = {severity: now.incidents[severity] - before.incidents.get(severity, 0) for severity in SEVERITIES}
    return Changes(
        {place: count for place, count in received.items() if count},
        {severity: count for severity, count in incidents.items() if count},
    )


def by_age(opened: Iterable[dt.datetime], now: dt.datetime) -> dict[str, int]:
    """Count incidents by age, from the instants of their opening."""
    counts = dict.fromkeys(AGES, 0)
    for at in opened:
        counts[next(age for age, limit in AGES.items() if now - at < limit)] += 1
    return counts


def total_ages(regions: Iterable[Ages]) -> dict[str, int]:
    """Open incidents of several regions together."""
    counts = dict.fromkeys(AGES, 0)
    for region in regions:
        for age in AGES:
            counts[age] += region.get(age, 0)
    return counts


def total_failed(regions: Iterable[FailedChecks]) -> dict[str, dict[str, int]]:
    """Failed checks of several regions together."""
    total: dict[str, dict[str, int]] = {}
    for region in regions:
        for form, rules in region.items():
            counts = total.setdefault(form, {})
            for rule, count in rules.items():
                counts[rule] = counts.get(rule, 0) + count
    return total


def _received(area: Area, form: str, name: str) -> int:
    covered = area.forms.get(form, {}).get(name)
    return covered.received if covered else 0
