"""What changes on the day.

Stations that close or move, observers who are replaced or sent elsewhere.
"""

from http import HTTPStatus
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from chalicelib.entrypoints.api.message_models import ObserverPath
from chalicelib.entrypoints.api.models import AnswerModel, NoteBody, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import VersionedDocument
from chalicelib.entrypoints.api.request import version_number
from chalicelib.entrypoints.api.stations import StationPath
from chalicelib.services.access.permissions import Permission
from chalicelib.services.decisions import roster
from chalicelib.services.decisions.roster import MOST_PHONES, Subject
from chalicelib.services.versions import LONGEST_NOTE

_NOTE: Any = Field(default="", max_length=LONGEST_NOTE)
_WORDS: Any = Field(min_length=1, max_length=200)


class ClosingBody(RequestModel):
    """Since when a station is closed, by the election's clock.

    Now where nothing is named.
    """

    closed_at: AwareDatetime | None = None
    note: str = _NOTE


class PlaceBody(RequestModel):
    """Where a station is now."""

    name: str = _WORDS
    district: str | None = Field(default=None, max_length=200)
    note: str = _NOTE


class PersonBody(RequestModel):
    """Who observes under a number from now on.

    Without a language the one before stays.
    """

    name: str = _WORDS
    phones: tuple[str, ...] = Field(min_length=1, max_length=MOST_PHONES)
    language: str | None = Field(default=None, max_length=20)
    note: str = _NOTE


class StationBody(RequestModel):
    """Where an observer goes."""

    station: str = Field(min_length=1, max_length=50)
    note: str = _NOTE


class RosterChanged(AnswerModel):
    """A station or observer after a change.

    What it has otherwise than in the file, and its version.
    """

    station: str | None = None
    observer: str | None = None
    version: int
    what: str
    fields: dict[str, Any]


OF_STATION: Any = {
    "may": Permission.CHANGE_STATIONS,
    "path": StationPath,
    "answer": RosterChanged,
    "on_version": True,
    "once": True,
    "problems": (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
}
OF_OBSERVER: Any = OF_STATION | {"path": ObserverPath}


@operation(summary="Close a station: it owes no round that is due later.", body=ClosingBody, **OF_STATION)
def close(request: Request[StationPath, None, ClosingBody]) -> VersionedDocument:
    """Close a station."""
    return _tagged(roster.close_station(_station(request), request.body.closed_at))


@operation(summary="Open a closed station again.", body=NoteBody, **OF_STATION)
def reopen(request: Request[StationPath, None, NoteBody]) -> VersionedDocument:
    """Open a station again."""
    return _tagged(roster.reopen_station(_station(request)))


@operation(summary="Say where a station has moved.", body=PlaceBody, **OF_STATION)
def move(request: Request[StationPath, None, PlaceBody]) -> VersionedDocument:
    """Move a station."""
    return _tagged(roster.move_station(_station(request), request.body.name, request.body.district))


@operation(summary="Undo the last change of a station.", body=NoteBody, **OF_STATION)
def undo_station(request: Request[StationPath, None, NoteBody]) -> VersionedDocument:
    """Restore a station as it was before."""
    return _tagged(roster.undo_change(_station(request)))


@operation(summary="Let another person observe under an observer's number.", body=PersonBody, **OF_OBSERVER)
def replace(request: Request[ObserverPath, None, PersonBody]) -> VersionedDocument:
    """Replace an observer."""
    body = request.body
    return _tagged(roster.replace_observer(_observer(request), body.name, body.phones, body.language))


@operation(summary="Send an observer to another station.", body=StationBody, **OF_OBSERVER)
def reassign(request: Request[ObserverPath, None, StationBody]) -> VersionedDocument:
    """Send an observer elsewhere."""
    return _tagged(roster.move_observer(_observer(request), request.body.station))


@operation(summary="Undo the last change of an observer.", body=NoteBody, **OF_OBSERVER)
def undo_observer(request: Request[ObserverPath, None, NoteBody]) -> VersionedDocument:
    """Restore an observer as they were before."""
    return _tagged(roster.undo_change(_observer(request)))


def _station(request: Request[StationPath, None, Any]) -> Subject:
    return _subject(request, "station", request.path.station)


def _observer(request: Request[ObserverPath, None, Any]) -> Subject:
    return _subject(request, "observer", request.path.number)


def _subject(request: Request[Any, None, Any], kind: Literal["station", "observer"], number: str) -> Subject:
    return Subject(request.loaded, request.action, kind, number, version_number(request.seen))


def _tagged(document: dict[str, Any]) -> VersionedDocument:
    return VersionedDocument(document, str(document["version"]))
