"""Incidents, each once.

All rows live in one small table: incidents under their election, the others under the election and a kind. Watches,
digests and mutes: `escalations.py`; numbers: `incident_numbers.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    UnicodeAttribute,
)

from chalicelib.observation.elections.values import Severity
from chalicelib.observation.incidents.lifecycle import Kind, State
from chalicelib.store.attributes import InstantAttribute, IntAttribute, WordAttribute
from chalicelib.store.changes import setting
from chalicelib.store.requests import rows_of
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, store_faults
from chalicelib.store.writes import Write

MOST_STEPS = 100
"""Steps that an incident's history keeps; with the longest notes they take 110 KB of its row's 400."""
Entry = Mapping[str, Any]
"""A line of an incident's history: `at` on the election's clock, `step`, the `state` after it, `who` and a `note`."""


class IncidentsTableRow(StoredRow):
    """The keys of every row of the table: partition and id.

    The partition is the election, or the election and a kind.
    """

    class Meta(TableMeta):
        table = "incidents"

    election = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Incident(IncidentsTableRow):
    """A critical incident, reported as such or opened by an answer.

    Of one opened by an answer, `report` names station, form, round and code.

    `id` begins with the station, so that a station's incidents are read together; people call it by its `number`.
    `observer` is who reported it, an observer's number or a coordinator's name; `message` the key of the SMS that it
    came from; `category` is missing where they named none that exists.

    `version` grows by one with every change. `stage`: how often it was escalated. `alerts`: keys of the alerts queued
    to coordinators; `digested`: it goes into digests instead. `may_be_same_as`: numbers of earlier ones; of later ones
    only they know it. `more`: how many further incidents of its phone are held with their SMS.
    `doubt`: why the SMS that it came from does not prove its sender (a Reason of codes).
    `alerted_as`: how grave it was at most when it was told of; missing, it is as grave as when it was opened.
    `assigned`: whose it is. `links`: numbers that a person has said to be the same (true) or another (false).
    """

    number = IntAttribute(default=0)
    version = IntAttribute(default=1)
    state = WordAttribute[State](default="new")
    severity = WordAttribute[Severity]()
    category = IntAttribute(null=True)
    region = UnicodeAttribute()
    station = UnicodeAttribute()
    observer = UnicodeAttribute()
    message = UnicodeAttribute()
    report = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    opened_at = InstantAttribute()
    stage = IntAttribute(default=0)
    digested = BooleanAttribute(default=False)
    may_be_same_as = Document(default=list)
    more = IntAttribute(null=True)
    doubt = UnicodeAttribute(null=True)
    alerted_as = WordAttribute[Severity](null=True)
    assigned = UnicodeAttribute(null=True)
    links = Document(null=True)
    history = Document(default=list)
    alerts = Document(default=list)

    @property
    def kind(self) -> Kind:
        """The incident's category, or the form and question that opened it."""
        if self.report is not None:
            form, _, code = self.report.split("#")
            return f"{form} {code}"
        return self.category


def incidents_of(election_id: str) -> Iterator[Incident]:
    """All incidents of an election; raises StoreUnavailable."""
    with store_faults():
        yield from Incident.query(election_id, consistent_read=True)


def incidents_at(election_id: str, station: str) -> list[Incident]:
    """Return a station's incidents, as of now; raises StoreUnavailable."""
    with store_faults():
        return list(Incident.query(election_id, Incident.id.startswith(f"{station}#"), consistent_read=True))


def get_incident(election_id: str, incident_id: str) -> Incident | None:
    """Return an incident by its id, as of now; raises StoreUnavailable."""
    with store_faults():
        try:
            return Incident.get(election_id, incident_id, consistent_read=True)
        except Incident.DoesNotExist:
            return None


def incidents_by_id(election_id: str, ids: Iterable[str]) -> list[Incident]:
    """Return an election's incidents by id, as of now, in no order.

    Only existing ones are returned. Raises StoreUnavailable.
    """
    return rows_of(Incident, ((election_id, incident_id) for incident_id in ids))


def changing(incident: Incident, state: State, entry: Entry, **values: Any) -> Write:
    """Return the write that changes an incident and extends its history.

    `values`: other attributes; None of one: it is removed. The write is refused if another one changed the incident
    since it was read.
    """
    version = incident.version
    history = _shortened([*incident.history, entry])
    actions = setting(Incident, {"state": state, "version": version + 1, "history": history, **values})
    row = Incident(incident.election, incident.id)
    return Write.update("incident", incident.id, row, actions, Incident.version == version)


def _shortened(history: Sequence[Entry]) -> list[Entry]:
    """Return a history of at most MOST_STEPS steps.

    It lacks the oldest steps after its first: the audit trail has them all.
    """
    return list(history) if len(history) <= MOST_STEPS else [history[0], *history[len(history) - MOST_STEPS + 1 :]]
