"""Numbers that people call incidents by: each given once, in their order.

A counter gives them, outside of the transaction that opens an incident: if the next one were guarded by it, every
incident of the country would wait for every other. So a number may stay without an incident, where its SMS was at the
same moment processed twice.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from pynamodb.attributes import UnicodeAttribute

from chalicelib.observation.elections.values import Severity
from chalicelib.store.attributes import InstantAttribute, IntAttribute, WordAttribute
from chalicelib.store.incidents import Incident, IncidentsTableRow, get_incident, incidents_by_id
from chalicelib.store.requests import rows_of
from chalicelib.store.tables import store_faults, updated_if
from chalicelib.store.writes import Write

PAGE = 25


class IncidentNumber(IncidentsTableRow):
    """A number given to an incident, in the order of storing.

    `at` is the instant of storing.
    """

    incident = UnicodeAttribute()
    region = UnicodeAttribute()
    severity = WordAttribute[Severity]()
    at = InstantAttribute()

    @property
    def number(self) -> int:
        """The number."""
        return int(self.id)


class NumberCounter(IncidentsTableRow):
    """The last number of an election that was reserved."""

    last = IntAttribute()


class StationRow(IncidentsTableRow):
    """How many incidents were ever opened at a station."""

    opened = IntAttribute()


def incident_of_number(election_id: str, number: int) -> Incident | None:
    """Return an incident by its number, as of now; raises StoreUnavailable."""
    with store_faults():
        try:
            given = IncidentNumber.get(f"{election_id}#numbers", _numbered(number), consistent_read=True)
        except IncidentNumber.DoesNotExist:
            return None
    return get_incident(election_id, given.incident)


def incidents_of_numbers(election_id: str, numbers: Iterable[int]) -> list[Incident]:
    """Return an election's incidents by number, as of now, in no order.

    Only existing ones are returned. Raises StoreUnavailable.
    """
    keys = [(f"{election_id}#numbers", _numbered(number)) for number in numbers]
    rows = rows_of(IncidentNumber, keys)
    return incidents_by_id(election_id, [row.incident for row in rows])


def numbers_given(election_id: str, before: int | None = None) -> Iterator[IncidentNumber]:
    """Yield the numbers given from the last down, or from below `before`.

    They are read page by page as they are consumed. Raises StoreUnavailable.
    """
    below = IncidentNumber.id < _numbered(before) if before is not None else None
    with store_faults():
        yield from IncidentNumber.query(
            f"{election_id}#numbers", below, scan_index_forward=False, consistent_read=True, page_size=PAGE
        )


def reserve_numbers(election_id: str, count: int, newest: int) -> list[int]:
    """Reserve the next numbers, which nobody else will get.

    `newest`: the last that an incident has, as read just now; the counter follows it where it is behind, as in an
    election that was begun by a version without one. Raises StoreUnavailable.
    """
    counter = NumberCounter(f"{election_id}#counters", "incidents")
    last = NumberCounter.last
    while True:
        with store_faults():
            counter.update(actions=[last.set((last | newest) + count)])
        if counter.last - count >= newest:
            return list(range(counter.last - count + 1, counter.last + 1))
        updated_if(counter, [last.set(newest)], last < newest)


def giving_number(incident: Incident, number: int, at: dt.datetime) -> Write:
    """Return the write that gives an incident its number."""
    row = IncidentNumber(
        f"{incident.election}#numbers",
        _numbered(number),
        incident=incident.id,
        region=incident.region,
        severity=incident.severity,
        at=at,
    )
    return Write.put("incident", row.id, row, IncidentNumber.id.does_not_exist())


def opening_at(election_id: str, station: str, before: int, count: int) -> Write:
    """Return the write that counts incidents opened at a station.

    `before`: how many were read there. It is refused if another one was opened meanwhile: each shall name those that
    may be the same.
    """
    row = StationRow(f"{election_id}#stations", station)
    unchanged = StationRow.opened.does_not_exist() | (StationRow.opened <= before)
    return Write.update("incident", station, row, [StationRow.opened.set(before + count)], unchanged)


def _numbered(number: int) -> str:
    return f"{number:06}"
