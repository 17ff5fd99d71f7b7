"""New rosters of an election that is loaded.

What is wrong with them, and what they change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.observation.election_file import ROSTERS
from chalicelib.observation.election_file.agreement import check_responsibility, check_typable
from chalicelib.observation.election_file.document import Document
from chalicelib.observation.election_file.problems import Findings, Problem
from chalicelib.observation.election_file.rosters import read_coordinators, read_observers, read_stations, read_table
from chalicelib.observation.election_file.row import Row
from chalicelib.observation.elections.election import Election

Roster = Literal["stations", "observers", "coordinators"]
Kind = Literal["new", "changed", "moved", "removed"]


@dataclass(frozen=True, slots=True)
class RosterTable:
    """A table as it was handed in: its file's name and text."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class RosterChange:
    """What a new roster changes: a station, an observer, a coordinator.

    `what` says which; `fields`: before and after by name.
    """

    kind: Kind
    roster: Roster
    what: str
    fields: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RosterInspection:
    """An election with its new rosters, or why it cannot have them."""

    election: Election | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def inspect_rosters(filed: Election, tables: Mapping[Roster, RosterTable]) -> RosterInspection:
    """Read new rosters in place of some of an election's own.

    What no table is given for stays as it is.
    """
    findings = Findings()
    rows = {name: _rows(name, table, findings) for name, table in tables.items()}
    stations, observers, coordinators = filed.stations, filed.observers, filed.coordinators
    if rows.get("stations") is not None:
        stations = tuple(read_stations(rows["stations"] or (), filed).values())
    numbers, regions = {station.number for station in stations}, {station.region for station in stations}
    if rows.get("observers") is not None:
        observers = read_observers(rows["observers"] or (), filed, numbers, filed.organisations)
    elif "stations" in tables:
        _check_left_behind(tables["stations"].file, filed, numbers, findings)
    if rows.get("coordinators") is not None:
        coordinators = read_coordinators(rows["coordinators"] or (), filed, regions)
    election = None
    if not findings.problems:
        kept = {name: getattr(filed, name) for name in Election.model_fields}
        rosters = {"stations": stations, "observers": observers, "coordinators": coordinators}
        election = Election.model_validate(kept | rosters)
        document = Document(", ".join(table.file for table in tables.values()), findings=findings)
        check_responsibility(document, election)
        check_typable(document, election)
    problems = tuple(sorted(set(findings.problems)))
    return RosterInspection(None if problems else election, problems, tuple(sorted(set(findings.warnings))))


def _rows(name: Roster, table: RosterTable, findings: Findings) -> list[Row] | None:
    required, optional = ROSTERS[name]
    return read_table(table.file, table.text.removeprefix("\ufeff"), required, optional, findings)


def _check_left_behind(file: str, filed: Election, numbers: Iterable[str], findings: Findings) -> None:
    """Refuse stations without which observers would have none."""
    gone = sorted({observer.station for observer in filed.observers} - set(numbers))
    for number in gone:
        advice = "put it back, or hand in the observers too"
        findings.problems.append(
            Problem(file, 1, "station", f"station {number} is left out, and has observers; {advice}")
        )


def roster_changes(before: Election, after: Election) -> Iterator[RosterChange]:
    """Yield what is new, changed, moved or removed.

    Moved to another region or station. In the rosters' order.
    """
    yield from _changes("stations", _stations(before), _stations(after), "region")
    yield from _changes("observers", _observers(before), _observers(after), "station")
    yield from _changes("coordinators", _coordinators(before), _coordinators(after), None)


def _changes(
    roster: Roster,
    before: Mapping[str, Mapping[str, str]],
    after: Mapping[str, Mapping[str, str]],
    place: str | None,
) -> Iterator[RosterChange]:
    for what, fields in after.items():
        if what not in before:
            added = {name: ("", _shown(name, value)) for name, value in fields.items()}
            yield RosterChange("new", roster, what, added)
            continue
        changed = {name: (before[what][name], value) for name, value in fields.items() if before[what][name] != value}
        if "code" in changed:
            changed["code"] = _code_change(*changed["code"])
        if changed:
            yield RosterChange("moved" if place in changed else "changed", roster, what, changed)
    for what, fields in before.items():
        if what not in after:
            field_changes = {name: (_shown(name, value), "") for name, value in fields.items()}
            yield RosterChange("removed", roster, what, field_changes)


def _code_change(before: str, after: str) -> tuple[str, str]:
    """Return what is told of a changed code: of the hashes nothing."""
    return (_shown("code", before), "set anew" if before and after else _shown("code", after))


def _shown(name: str, value: str) -> str:
    return "set" if name == "code" and value else value


def _stations(election: Election) -> Mapping[str, Mapping[str, str]]:
    return {
        station.number: {
            "region": station.region,
            "district": station.district,
            "name": station.name,
            "registered": "" if station.registered is None else str(station.registered),
            "latitude": "" if station.latitude is None else str(station.latitude),
            "longitude": "" if station.longitude is None else str(station.longitude),
        }
        for station in election.stations
    }


def _observers(election: Election) -> Mapping[str, Mapping[str, str]]:
    return {
        observer.number: {
            "name": observer.name,
            "phone": ";".join(observer.phones),
            "language": observer.language,
            "station": observer.station,
            "organisation": observer.organisation or "",
            "code": observer.code or "",
        }
        for observer in election.observers
    }


def _coordinators(election: Election) -> Mapping[str, Mapping[str, str]]:
    return {
        coordinator.id: {
            "name": coordinator.name,
            "email": coordinator.email or "",
            "phone": coordinator.phone or "",
            "language": coordinator.language,
            "regions": ";".join(coordinator.regions),
            "alerts": ";".join(coordinator.alerts),
            "code": coordinator.code or "",
        }
        for coordinator in election.coordinators
    }
