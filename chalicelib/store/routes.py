"""Which election a phone number leads to, and how an SMS to it shows at a glance that it may open an incident.

A row beside the elections', small and by itself, so that intake can read it without knowing what an election is.
"""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.observation.sms.phones import international, is_international, is_machine
from chalicelib.store.tables import TableMeta, store_faults
from chalicelib.store.ttl_cache import TtlCache

ROUTES = "numbers"
TRUSTED_SECONDS = 5.0


class RouteRow(Model):
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
    """Where a number leads, None if nowhere; `fresh` asks the store even if it did so just now."""
    return _recent.get(number, lambda: _read(number), within=0 if fresh else None)


def route_to(written: str, *, fresh: bool = False) -> RouteRow | None:
    """The route of a number of ours, however it is written; None where it leads nowhere, or to more than one.

    A national number is completed by the countries of the elections that have routes. Raises StoreUnavailable.
    """
    number = international(written)
    found = route_of(number, fresh=fresh) if number else None
    if found is not None or is_international(written) or is_machine(written):
        return found
    with store_faults():
        rows = _all.get(ROUTES, lambda: tuple(RouteRow.query(ROUTES)), within=0 if fresh else None)
    completed = {international(written, row.region) for row in rows if row.region}
    meant = [row for row in rows if row.number in completed]
    return meant[0] if len(meant) == 1 else None


def _read(number: str) -> RouteRow | None:
    with store_faults():
        try:
            return RouteRow.get(ROUTES, number, consistent_read=True)
        except RouteRow.DoesNotExist:
            return None


def election_of_number(number: str, *, fresh: bool = False) -> str | None:
    """The id of the election that a number leads to. Raises StoreUnavailable."""
    found = route_of(number, fresh=fresh)
    return found.election if found else None


def is_own_number(number: str) -> bool:
    """Whether a number is one that leads to an election: Baykoo must not talk to itself."""
    return route_of(number) is not None


def numbers_of(election_id: str) -> list[str]:
    """Numbers that lead to an election; raises StoreUnavailable."""
    with store_faults():
        return [row.number for row in RouteRow.query(ROUTES) if row.election == election_id]


def list_routes() -> list[tuple[str, str]]:
    """Every number, and the id of the election that it leads to; raises StoreUnavailable."""
    with store_faults():
        return [(row.number, row.election) for row in RouteRow.query(ROUTES)]


def number_of(election_id: str) -> str | None:
    """The number that an election's SMS come from, so that answers lead back to it; None where none leads to it.

    Raises StoreUnavailable.
    """
    return _leading.get(election_id, lambda: min(numbers_of(election_id), default=None))


def route(number: str, election_id: str, incidents: str | None, region: str | None) -> None:
    """Let a number lead to an election, and to no other; raises StoreUnavailable."""
    with store_faults():
        RouteRow(ROUTES, number, election=election_id, incidents=incidents, region=region).save()
    _recent.clear()
    _all.clear()
    _leading.clear()
