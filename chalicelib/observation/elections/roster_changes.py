"""What people changed on top of the election's file, on the day.

A station is closed or has moved, an observer is replaced or goes to another station. It holds until it is undone,
whatever file is loaded later; of a station or observer that the file has no more it is passed over.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from chalicelib.observation.elections.election import Election, Observer, Station

OBSERVER_FIELDS: Final = ("name", "phones", "language", "station")


@dataclass(frozen=True, slots=True)
class RosterChange:
    """What a station or observer has otherwise than in the file.

    `fields` are by name, as JSON.

    `version` counts its changes; `before`: the fields before the last of them. `is_settled`: what had been reported is
    counted by it.
    """

    version: int
    fields: Mapping[str, Any]
    before: Mapping[str, Any]
    who: str
    at: str
    what: str
    note: str = ""
    is_settled: bool = True

    def document(self) -> dict[str, Any]:
        """Return the change as it is stored."""
        return {
            "version": self.version,
            "fields": dict(self.fields),
            "before": dict(self.before),
            "who": self.who,
            "at": self.at,
            "what": self.what,
            "note": self.note,
        } | ({} if self.is_settled else {"unsettled": True})

    @classmethod
    def from_document(cls, written: Mapping[str, Any]) -> "RosterChange":
        """Read what `document` wrote."""
        names = ("version", "fields", "before", "who", "at", "what", "note")
        return cls(**{name: written[name] for name in names}, is_settled=not written.get("unsettled"))


@dataclass(frozen=True, slots=True)
class RosterChanges:
    """All changes, by station's and by observer's number."""

    stations: Mapping[str, RosterChange] = field(default_factory=dict)
    observers: Mapping[str, RosterChange] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.stations) + len(self.observers)

    def with_station(self, number: str, change: RosterChange) -> "RosterChanges":
        """Return the changes with a station's."""
        return replace(self, stations={**self.stations, number: change})

    def with_observer(self, number: str, change: RosterChange) -> "RosterChanges":
        """Return the changes with an observer's."""
        return replace(self, observers={**self.observers, number: change})

    def document(self) -> dict[str, Any]:
        """Return the changes as they are stored."""
        return {
            "stations": {number: change.document() for number, change in self.stations.items()},
            "observers": {number: change.document() for number, change in self.observers.items()},
        }

    @classmethod
    def from_document(cls, written: Mapping[str, Any] | None) -> "RosterChanges":
        """Read what `document` wrote."""
        read = written or {}
        return cls(
            {number: RosterChange.from_document(change) for number, change in read.get("stations", {}).items()},
            {number: RosterChange.from_document(change) for number, change in read.get("observers", {}).items()},
        )


def with_changes(election: Election, changes: RosterChanges) -> Election:
    """Return the election with what people changed."""
    if not changes:
        return election
    stations = tuple(_station(station, changes.stations.get(station.number)) for station in election.stations)
    observers = tuple(
        _observer(election, observer, changes.observers.get(observer.number)) for observer in election.observers
    )
    closed = dict(election.closed)
    for number, change in changes.stations.items():
        if "closed_at" in change.fields:
            closed.pop(number, None)
            if change.fields["closed_at"] and number in election.station_by_number:
                closed[number] = dt.datetime.fromisoformat(change.fields["closed_at"])
    kept = {name: getattr(election, name) for name in Election.model_fields}
    return Election.model_construct(**kept | {"stations": stations, "observers": observers, "closed": closed})


def _station(station: Station, change: RosterChange | None) -> Station:
    fields = change.fields if change is not None else {}
    return station.model_copy(update={name: fields[name] for name in ("name", "district") if name in fields})


def _observer(election: Election, observer: Observer, change: RosterChange | None) -> Observer:
    fields = dict(change.fields) if change is not None else {}
    if "phones" in fields:
        fields["phones"] = tuple(fields["phones"])
    if fields.get("station") not in election.station_by_number:
        fields.pop("station", None)
    return observer.model_copy(update={name: fields[name] for name in OBSERVER_FIELDS if name in fields})
