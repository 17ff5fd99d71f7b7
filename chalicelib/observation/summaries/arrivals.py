"""How a round's reports come in, beside those of the round before."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from math import ceil
from typing import Any, Final

from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.schedule import Place, has_begun, round_begins
from chalicelib.observation.reports.report import Report
from chalicelib.observation.summaries.coverage_board import in_days_order

MOST_POINTS: Final = 60
"""Points of a round's curve: of a longer one each stands for several minutes."""

Arrivals = list[dict[str, Any]]


def arrivals(election: Election, reports: Collection[Report], at: dt.datetime) -> Arrivals:
    """Return how many reports of the last rounds had come when.

    They are the round that began last, and the one before it. `points`: minutes since the round began, and how many had
    come.
    """
    curves = []
    for form, name in _last_begun(election, at):
        began = round_begins(election, election.form_by_code[form], name)
        if began is not None:
            of_place = [report for report in reports if (report.form, report.round) == (form, name)]
            curves.append({"form": form, "round": name, "points": _points(_minutes(of_place, election, began))})
    return curves


def _last_begun(election: Election, at: dt.datetime) -> list[Place]:
    """Return the round that began last, and the one before it.

    The one before is of the same form where it has one.
    """
    begun: dict[Place, dt.datetime] = {}
    for form, name in in_days_order(election):
        declared = election.form_by_code[form]
        began = round_begins(election, declared, name)
        if began is not None and has_begun(election, declared, name, at):
            begun[form, name] = began
    newest_first = sorted(begun, key=lambda place: begun[place], reverse=True)
    others = sorted(newest_first[1:], key=lambda place: place[0] != newest_first[0][0])
    return [*newest_first[:1], *others[:1]]


def _minutes(reports: Iterable[Report], election: Election, began: dt.datetime) -> list[int]:
    """Return the minutes after which reports came.

    A station's first answer, or each observer's.
    """
    minutes = []
    for report in reports:
        instants = sorted(given.first_at for given in report.observers.values())
        each = election.form_by_code[report.form].expect == "observer"
        minutes += [
            max(0, int((instant - began).total_seconds() // 60)) for instant in (instants if each else instants[:1])
        ]
    return sorted(minutes)


def _points(minutes: list[int]) -> list[list[int]]:
    if not minutes:
        return []
    width = max(1, ceil((minutes[-1] + 1) / MOST_POINTS))
    by_step: Mapping[int, int] = {minute // width * width: place + 1 for place, minute in enumerate(minutes)}
    return [[minute, count] for minute, count in by_step.items()]
