"""Incidents: critical ones, each once."""

from collections.abc import Iterator

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.models import Model

from chalicelib.store.tables import TableMeta, store_faults, table_name


class Incident(Model):
    """A critical incident: reported as such, or opened by an answer (`report` then names station, form, round, code).

    `message` is the key of the SMS that it came from; `category` is missing where the observer named none that exists.
    """

    class Meta(TableMeta):
        table_name = table_name("incidents")

    election = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute(default="new")
    severity = UnicodeAttribute()
    category = NumberAttribute(null=True)
    region = UnicodeAttribute()
    station = UnicodeAttribute()
    observer = UnicodeAttribute()
    message = UnicodeAttribute()
    report = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    opened_at = UTCDateTimeAttribute()


def incidents_of(election_id: str) -> Iterator[Incident]:
    """All incidents of an election; raises StoreUnavailable."""
    with store_faults():
        yield from Incident.query(election_id, consistent_read=True)
