"""Routes: the election of each phone number, and signs of incidents.

The signs show at a glance that an SMS may open an incident. A route is a row beside the elections', small and by
itself, so that intake can read it without knowing what an election is.
"""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.observation.sms.phones import international, is_international, is_machine
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import TableMeta, store_faults
from chalicelib.store.ttl_cache import TtlCache

ROUTES = "numbers"
TRUSTED_SECONDS = 5.0


class RouteRow(StoredRow):
    """A number's route. `incidents` is a regular expression (`observation/incidents/urgent_pattern.py`).

    `region`: the country (ISO 3166) by which the election completes numbers that are written nationally.
    """

    class Meta(TableMeta):
        table = "elections"

    id = UnicodeAttribute(hash_key=True, default=ROUTES)
    part = UnicodeAttribute(range_key=True)
    election = UnicodeAttribute()
    incidents = UnicodeAttribute(null=True)
    region = UnicodeAttribute(null=True)

    @property
    def number(self) -> str:
        """The number, in E.164."""
        return str(self.part)


_recent: TtlCache[str, RouteRow | None] = TtlCache(TRUSTED_SECONDS)
_leading: TtlCache[str, str | None] = TtlCache(TRUSTED_SECONDS)
_all: TtlCache[str, tuple[RouteRow, ...]] = TtlCache(TRUSTED_SECONDS)


def route_of(number: str, *, fresh: bool = False) -> RouteRow | None:
    """Return a number's route, None if it leads nowhere.

    `fresh` asks the store even if it did so just now. Raises StoreUnavailable.
    """
    return _recent.get(number, lambda: _read(number), within=0 if fresh else None)


def route_to(written: str, *, fresh: bool = False) -> RouteRow | None:
    """Return the route of a number of ours, however it is written.

    It is None where it leads nowhere, or to more than one. A national number is completed by the countries of the
    elections that have routes. Raises StoreUnavailable.
    """
    number = international(written)
    row = route_of(number, fresh=fresh) if number else None
    if row is not None or is_international(written) or is_machine(written):
        return row
    with store_faults():
        rows = _all.get(ROUTES, lambda: tuple(RouteRow.query(ROUTES)), within=0 if fresh else None)
    completed = {international(written, row.region) for row in rows if row.region}
    matching = [row for row in rows if row.number in completed]
    return matching[0] if len(matching) == 1 else None


def _read(number: str) -> RouteRow | None:
    with store_faults():
        try:
            return RouteRow.get(ROUTES, number, consistent_read=True)
        except RouteRow.DoesNotExist:
            return None


def election_of_number(number: str, *, fresh: bool = False) -> str | None:
    """Return the id of the election that a number leads to.

    None if it leads nowhere. Raises StoreUnavailable.
    """
    row = route_of(number, fresh=fresh)
    return row.election if row else None


def is_own_number(number: str) -> bool:
    """Whether a number leads to an election.

    Baykoo must not talk to itself. Raises StoreUnavailable.
    """
    return route_of(number) is not None


def numbers_of(election_id: str) -> list[str]:
    """Numbers that lead to an election; raises StoreUnavailable."""
    with store_faults():
        return [row.number for row in RouteRow.query(ROUTES) if row.election == election_id]


def list_routes() -> list[tuple[str, str]]:
    """Return every number with its election's id; raises StoreUnavailable."""
    with store_faults():
        return [(row.number, row.election) for row in RouteRow.query(ROUTES)]


def numbers_without_region(election_id: str) -> list[str]:
    """Return numbers that lead to an election and know no country.

    Stored by an earlier version, or of an election without one. Raises StoreUnavailable.
    """
    with store_faults():
        return [row.number for row in RouteRow.query(ROUTES) if row.election == election_id and row.region is None]


def number_of(election_id: str) -> str | None:
    """Return the number that an election's SMS come from.

    It is one that leads to the election, so that answers come back; None where none leads to it. Raises
    StoreUnavailable.
    """
    return _leading.get(election_id, lambda: min(numbers_of(election_id), default=None))


def route(number: str, election_id: str, incidents: str | None, region: str | None) -> None:
    """Let a number lead to one election only; raises StoreUnavailable."""
    with store_faults():
        RouteRow(ROUTES, number, election=election_id, incidents=incidents, region=region).save()
    _recent.clear()
    _all.clear()
    _leading.clear()


def remove_route(number: str) -> None:
    """Let a number lead nowhere; raises StoreUnavailable."""
    with store_faults():
        RouteRow(ROUTES, number).delete()
    _recent.clear()
    _all.clear()
    _leading.clear()
