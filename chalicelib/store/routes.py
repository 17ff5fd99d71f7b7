"""Which election a phone number leads to, and how an SMS to it shows at a glance that it may open an incident.

A row beside the elections', small and by itself, so that intake can read it without knowing what an election is.
"""

import time

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.store.tables import TableMeta, store_faults

ROUTES = "numbers"
TRUSTED_SECONDS = 5.0


class RouteRow(Model):
    """A number's route. `incidents` is a regular expression (`observation/incidents/urgent_pattern.py`)."""

    class Meta(TableMeta):
        table = "elections"

    id = UnicodeAttribute(hash_key=True, default=ROUTES)
    part = UnicodeAttribute(range_key=True)
    election = UnicodeAttribute()
    incidents = UnicodeAttribute(null=True)

    @property
    def number(self) -> str:
        """The number, in E.164."""
        return str(self.part)


_recent: dict[str, tuple[float, RouteRow | None]] = {}
_leading: dict[str, tuple[float, str | None]] = {}


def route_of(number: str, *, fresh: bool = False) -> RouteRow | None:
    """Where a number leads, None if nowhere; `fresh` asks the store even if it did so just now."""
    trusted = _recent.get(number)
    if not fresh and trusted is not None and time.monotonic() - trusted[0] < TRUSTED_SECONDS:
        return trusted[1]
    with store_faults():
        try:
            row: RouteRow | None = RouteRow.get(ROUTES, number, consistent_read=True)
        except RouteRow.DoesNotExist:
            row = None
    _recent[number] = (time.monotonic(), row)
    return row


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


def number_of(election_id: str) -> str | None:
    """The number that an election's SMS come from, so that answers lead back to it; None where none leads to it.

    Raises StoreUnavailable.
    """
    trusted = _leading.get(election_id)
    if trusted is None or time.monotonic() - trusted[0] >= TRUSTED_SECONDS:
        trusted = (time.monotonic(), min(numbers_of(election_id), default=None))
        _leading[election_id] = trusted
    return trusted[1]


def route(number: str, election_id: str, incidents: str | None) -> None:
    """Let a number lead to an election, and to no other; raises StoreUnavailable."""
    with store_faults():
        RouteRow(ROUTES, number, election=election_id, incidents=incidents).save()
    _recent.clear()
    _leading.clear()
