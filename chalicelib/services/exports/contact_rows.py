"""The contact log as a table: a row per call."""

from collections.abc import Iterator

from chalicelib.observation.elections.election import Station
from chalicelib.services.exports.table import Cell, Row, Scope, Table
from chalicelib.store.contacts import PAGE, ContactRow, contacts_of

_CONTACT = (
    "region",
    "station",
    "at_utc",
    "at_local",
    "who",
    "outcome",
    "person",
    "owed",
    "put_off_until_local",
    "entered",
)
_MORE = ("id", "undoes")
_PEOPLE = ("name", "phone", "note")


def contact_tables(scope: Scope) -> Iterator[Table]:
    """Yield the table of calls, undone ones and what undid them too."""
    people = _PEOPLE if scope.wanted.people else ()
    yield Table("contacts", (*_CONTACT, *_MORE, *people), _contacts(scope))


def _contacts(scope: Scope) -> Iterator[Row]:
    election = scope.loaded.election
    for region in scope.regions:
        for station in election.stations_by_region.get(region, ()):
            if scope.wants(station.number) and scope.operator.sees_station(station):
                yield from (_contact(scope, station, row) for row in _rows(election.id, station.number))


def _rows(election_id: str, station: str) -> Iterator[ContactRow]:
    before: str | None = None
    while rows := contacts_of(election_id, station, PAGE, before):
        yield from rows
        before = rows[-1].id


def _contact(scope: Scope, station: Station, row: ContactRow) -> tuple[Cell, ...]:
    owed = "; ".join(" ".join(place) for place in row.owed or ())
    until = scope.moments(row.snoozed_until)[1]
    is_shown = scope.sees_phone(row.phone)
    people = (row.name, row.phone, row.note) if is_shown else (None, None, None)
    return (
        *(station.region, station.number, *scope.moments(row.at), row.who, row.outcome, row.person, owed, until),
        *(row.entered, row.id, row.undoes),
        *(people if scope.wanted.people else ()),
    )
