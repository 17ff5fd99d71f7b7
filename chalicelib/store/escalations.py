"""Whom an incident is told to, and when: watches, digests and mutes.

They lie in the table of incidents, each under its election and kind.
"""

import datetime as dt

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import size
from pynamodb.expressions.update import Action

from chalicelib.store.attributes import InstantAttribute, IntAttribute, IntSetAttribute
from chalicelib.store.incidents import IncidentsTableRow
from chalicelib.store.tables import store_faults
from chalicelib.store.writes import Write

MOST_NUMBERS = 20_000
"""Incidents that wait in one digest: while sweep stands still, a region's observers may open some thousands an hour."""


class Watch(IncidentsTableRow):
    """An incident to be escalated at a time unless it is acknowledged.

    `id` begins with that time.
    """

    incident = UnicodeAttribute()

    @property
    def due(self) -> dt.datetime:
        """When it is escalated, to the second."""
        return dt.datetime.fromisoformat(f"{self.id.partition('#')[0]}+00:00")


class Digest(IncidentsTableRow):
    """Numbers of a region's incidents for one digest to coordinators.

    It is sent at `due`; `id` is `region#stage`.
    """

    numbers = IntSetAttribute()
    due = InstantAttribute()
    version = IntAttribute()

    @property
    def region(self) -> str:
        """The region that it is about."""
        return self.id.rpartition("#")[0]

    @property
    def stage(self) -> int:
        """Whom it goes to: 0 for those who are told at once."""
        return int(self.id.rpartition("#")[2])


class Mute(IncidentsTableRow):
    """A coordinator's phone that gets only critical incidents' SMS `until` a time."""

    until = InstantAttribute()


def muted_phones(election_id: str, at: dt.datetime) -> frozenset[str]:
    """Return the phones of coordinators who are muted at a time.

    The time is of the election's clock. Raises StoreUnavailable.
    """
    with store_faults():
        return frozenset(row.id for row in Mute.query(f"{election_id}#mutes", consistent_read=True) if row.until > at)


def watches_due(election_id: str, at: dt.datetime) -> list[Watch]:
    """Incidents whose escalation is due, the longest due first; raises StoreUnavailable."""
    with store_faults():
        return list(Watch.query(f"{election_id}#watch", Watch.id <= _moment(at) + "~", consistent_read=True))


def watches_of(election_id: str, incident_id: str) -> list[Watch]:
    """Return an incident's watches: none where it is escalated no more.

    Reads all that wait: for what people do, never for what a machine does. Raises StoreUnavailable.
    """
    with store_faults():
        waiting = Watch.query(
            f"{election_id}#watch", filter_condition=Watch.incident == incident_id, consistent_read=True
        )
        return list(waiting)


def digests_due(election_id: str, at: dt.datetime) -> list[Digest]:
    """Digests that are due; raises StoreUnavailable."""
    with store_faults():
        return [row for row in Digest.query(f"{election_id}#digests", consistent_read=True) if row.due <= at]


def waits_in_digest(election_id: str, region: str, number: int) -> bool:
    """Tell whether an incident waits in its region's first digest.

    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            return number in Digest.get(f"{election_id}#digests", f"{region}#0", consistent_read=True).numbers
        except Digest.DoesNotExist:
            return False


def watching(election_id: str, incident_id: str, due: dt.datetime) -> Write:
    """Has an incident escalated at a time of the election's clock."""
    row = Watch(f"{election_id}#watch", f"{_moment(due)}#{incident_id}", incident=incident_id)
    return Write.put("row", row.id, row)


def watching_anew(election_id: str, incident_id: str, due: dt.datetime) -> list[Write]:
    """Return the writes that have an incident escalated at one time.

    Raises StoreUnavailable.
    """
    anew = watching(election_id, incident_id, due)
    others = [watch for watch in watches_of(election_id, incident_id) if watch.id != anew.key]
    return [anew, *map(ending_watch, others)]


def ending_watch(watch: Watch) -> Write:
    """Return the write that deletes a watch that is acted upon.

    It is refused if another run has acted upon it since it was read.
    """
    return Write.delete("incident", watch.id, watch, Watch.id.exists())


def adding_to_digest(election_id: str, region: str, stage: int, numbers: set[int], due: dt.datetime) -> Write:
    """Return the write that adds incidents to a region's digest.

    It begins the digest where none waits, and is refused where the digest would have more than MOST_NUMBERS.
    """
    row = Digest(f"{election_id}#digests", f"{region}#{stage}")
    actions: list[Action] = [
        Digest.numbers.add(numbers),
        Digest.version.add(1),
        Digest.due.set(Digest.due | due),
    ]
    has_room = size(Digest.numbers) <= MOST_NUMBERS - len(numbers)  # type: ignore[no-untyped-call]
    fits = Digest.numbers.does_not_exist() | has_room
    return Write.update("full", row.id, row, actions, fits)


def ending_digest(digest: Digest) -> Write:
    """Return the write that deletes a digest that was sent.

    It is refused if something was added to the digest meanwhile.
    """
    return Write.delete("incident", digest.id, digest, Digest.version == digest.version)


def muting(election_id: str, phone: str, until: dt.datetime) -> Write:
    """Return the write that mutes a phone until a time.

    A muted phone gets no SMS about incidents that are not critical. The time is of the election's clock.
    """
    row = Mute(f"{election_id}#mutes", phone, until=until)
    return Write.put("row", row.id, row)


def _moment(at: dt.datetime) -> str:
    """Write an instant as text that sorts by time."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
