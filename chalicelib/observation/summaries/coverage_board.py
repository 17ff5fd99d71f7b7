"""The coverage board: forms and rounds in order, and regions' reports.

The order is the day's.

A function of tallies, denominators and due times; nothing of it is stored. Of the reports expected, each is one of
complete, partial or conflict where something came, and else missing, or not yet due.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import NO_ROUND, Election, Form
from chalicelib.observation.elections.schedule import (
    Place,
    expected_reports,
    has_begun,
    is_missing_time,
    places,
    round_begins,
    round_due,
)
from chalicelib.observation.elections.values import SEVERITIES
from chalicelib.observation.reports.tally import Cell, Counters, add

FailedChecks = Mapping[str, Mapping[str, int]]
"""Stations of which a report fails a check, by region and `FORM#ROUND`."""


def columns(election: Election, at: dt.datetime) -> list[dict[str, Any]]:
    """Return forms and rounds in the day's order, with their due times.

    `state`: `ahead`, `open` from its beginning, `grace` once due, `over` once what has not come is missing.
    """
    return [_column(election, place, at) for place in in_days_order(election)]


def in_days_order(election: Election) -> list[Place]:
    """Return forms and rounds by due time, those without one last."""
    far = dt.datetime.max.replace(tzinfo=dt.UTC)

    def order(place: Place) -> tuple[dt.datetime, int]:
        form = election.form_by_code[place[0]]
        return round_due(election, form, place[1]) or far, election.forms.index(form)

    return sorted(places(election), key=order)


def rows(
    election: Election,
    cells: Mapping[Cell, Counters],
    failed: FailedChecks,
    at: dt.datetime,
    regions: Sequence[str],
    *,
    nation: bool,
) -> list[dict[str, Any]]:
    """Return a row per region, in the order given.

    They stand after the nation's where it is asked for.
    """
    by_cell: dict[Place, dict[str, Counters]] = {}
    for (region, form, name), counters in cells.items():
        by_cell.setdefault((form, name), {})[region] = counters
    shown: list[tuple[str | None, Sequence[str]]] = [(region, (region,)) for region in regions]
    if nation:
        shown.insert(0, (None, election.regions))
    owed = expected_reports(election)
    return [_row(election, name, regions, by_cell, owed, failed, at) for name, regions in shown]


def _row(
    election: Election,
    name: str | None,
    regions: Collection[str],
    by_cell: Mapping[Place, Mapping[str, Counters]],
    owed: Mapping[Place, Mapping[str, int]],
    failed: FailedChecks,
    at: dt.datetime,
) -> dict[str, Any]:
    stations = [station for region in regions for station in election.stations_by_region[region]]
    everything = add(counters for place in by_cell.values() for counters in _in(place, regions))
    return {
        "region": name,
        "stations": len(stations),
        "observers": sum(len(election.observers_by_station.get(station.number, ())) for station in stations),
        "incidents": {severity: int(everything.get(f"incident.{severity}", 0)) for severity in SEVERITIES},
        "cells": [
            _cell(
                election,
                place,
                add(_in(by_cell.get(place, {}), regions)),
                sum(owed[place][region] for region in regions),
                sum(failed.get(region, {}).get("#".join(place), 0) for region in regions),
                at,
            )
            for place in in_days_order(election)
        ],
    }


def _in(by_region: Mapping[str, Counters], regions: Iterable[str]) -> Iterable[Counters]:
    return (by_region[region] for region in regions if region in by_region)


def _cell(
    election: Election,
    place: Place,
    counters: Counters,
    total: int,
    failed: int,
    at: dt.datetime,
) -> dict[str, Any]:
    form = election.form_by_code[place[0]]
    received = int(counters.get("received", 0))
    absent = max(total - received, 0)
    is_over = is_missing_time(election, form, place[1], at)
    return {
        "of": total,
        "received": received,
        **{state: int(counters.get(state, 0)) for state in ("complete", "partial", "conflict", "late")},
        "missing": absent if is_over else 0,
        "expected": 0 if is_over else absent,
        "failed": failed,
    }


def _column(election: Election, place: Place, at: dt.datetime) -> dict[str, Any]:
    form = election.form_by_code[place[0]]
    begins, due = round_begins(election, form, place[1]), round_due(election, form, place[1])
    return {
        "form": form.code,
        "round": None if place[1] == NO_ROUND else place[1],
        "title": dict(form.title),
        "begins": local_time(begins, election.zone),
        "due": local_time(due, election.zone),
        "missing_from": local_time(due + form.grace if due is not None else None, election.zone),
        "state": _state(election, form, place[1], due, at),
    }


def _state(election: Election, form: Form, name: str, due: dt.datetime | None, at: dt.datetime) -> str:
    if not has_begun(election, form, name, at):
        return "ahead"
    if is_missing_time(election, form, name, at):
        return "over"
    return "grace" if due is not None and due <= at else "open"
