"""Leases of tasks that have no row of work of their own.

Incidents, SMS, doubts. They end by themselves.
"""

import datetime as dt

from pynamodb.attributes import TTLAttribute, UnicodeAttribute

from chalicelib.store.attributes import InstantAttribute, IntAttribute
from chalicelib.store.calls import scope_of
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import TableMeta, at_version, store_faults
from chalicelib.store.writes import Write

_PREFIX = "task#"
KEPT_FOR = dt.timedelta(days=1)


class LeaseRow(StoredRow):
    """A task that `holder` has until a real instant; `id` is `task#KIND#KEY`."""

    class Meta(TableMeta):
        table = "work"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    version = IntAttribute()
    holder = UnicodeAttribute(null=True)
    until = InstantAttribute(null=True)
    expires = TTLAttribute()

    @property
    def task(self) -> str:
        """The task, `KIND#KEY`."""
        return self.id.removeprefix(_PREFIX)

    def is_held(self, now: dt.datetime) -> bool:
        """Whether somebody has the task at a real instant."""
        return self.holder is not None and self.until is not None and now < self.until


def task_name(kind: str, key: str) -> str:
    """Return a task as its lease names it."""
    return f"{kind}#{key}"


def leases_of(election_id: str, region: str) -> dict[str, LeaseRow]:
    """Return a region's leases by task, as of now; raises StoreUnavailable."""
    with store_faults():
        rows = LeaseRow.query(scope_of(election_id, region), LeaseRow.id.startswith(_PREFIX), consistent_read=True)
        return {row.task: row for row in rows}


def leasing(
    place: tuple[str, str], task: str, before: LeaseRow | None, holder: str | None, until: dt.datetime
) -> Write:
    """Return the write that leases a task, or ends its lease.

    It ends with no holder; `place`: its election and region.

    It is refused if somebody else has leased it since it was read.
    """
    version = before.version if before is not None else 0
    row = LeaseRow(
        scope_of(*place),
        _PREFIX + task,
        version=version + 1,
        holder=holder,
        until=until if holder else None,
        expires=until + KEPT_FOR,
    )
    return Write.put("work", row.id, row, at_version(LeaseRow, version))
