"""Find stations, observers and an incident by what somebody types."""

from collections.abc import Iterable
from typing import Any, Final

from chalicelib.observation.elections.election import Observer, Station
from chalicelib.services.incidents.steps import show_incident
from chalicelib.services.views.reader import Reader
from chalicelib.store.elections import LoadedElection

MOST_FOUND: Final = 10
"""Stations, and observers, that an answer names."""
FEWEST_DIGITS: Final = 4
"""Of a phone: fewer are in too many."""
LONGEST_INCIDENT: Final = 9
"""Digits of an incident's number."""
_INCIDENT: Final = ("number", "state", "severity", "category", "what", "region", "station")


def search(loaded: LoadedElection, reader: Reader, text: str) -> dict[str, Any]:
    """Return what a text names, of what the reader sees.

    Stations by number or name; observers, for who sees people, by number, name or some digits of a phone; the incident
    of that number. Numbers that begin so come first. Raises StoreUnavailable.
    """
    text = text.strip().casefold()
    election = loaded.election
    stations = [
        station
        for station in election.stations
        if reader.operator.sees_station(station) and _names(text, station.number, station.name)
    ]
    observers = [
        observer
        for observer in election.observers
        if reader.operator.sees_station(election.station_by_number[observer.station])
        and reader.toward(observer.number).sees_people
        and (_names(text, observer.number, observer.name) or _rings(text, observer.phones))
    ]
    return {
        "election": election.id,
        "stations": [_station(station) for station in _nearest(text, stations)],
        "observers": [
            _observer(observer, election.region_of(observer.station)) for observer in _nearest(text, observers)
        ],
        "incident": _incident(loaded, reader, text),
        "is_cut": max(len(stations), len(observers)) > MOST_FOUND,
    }


def _names(text: str, number: str, name: str) -> bool:
    return bool(text) and (number.casefold().startswith(text) or text in name.casefold())


def _rings(text: str, phones: Iterable[str]) -> bool:
    """Whether a text is digits of one of some phones, however grouped."""
    digits = "".join(letter for letter in text if letter.isdecimal())
    is_phone = len(digits) >= FEWEST_DIGITS and not set(text) - set("+0123456789 ()-.")
    return is_phone and any(digits in phone for phone in phones)


def _nearest(text: str, found: list[Any]) -> list[Any]:
    return sorted(found, key=lambda row: (not row.number.casefold().startswith(text), row.number))[:MOST_FOUND]


def _station(station: Station) -> dict[str, Any]:
    return {"number": station.number, "name": station.name, "region": station.region, "district": station.district}


def _observer(observer: Observer, region: str) -> dict[str, Any]:
    return {
        "number": observer.number,
        "name": observer.name,
        "station": observer.station,
        "region": region,
        "phones": list(observer.phones),
    }


def _incident(loaded: LoadedElection, reader: Reader, text: str) -> dict[str, Any] | None:
    if not text.isdecimal() or len(text) > LONGEST_INCIDENT:
        return None
    incident = show_incident(loaded.election, reader.operator, int(text))
    return {name: incident[name] for name in _INCIDENT} if incident is not None else None
