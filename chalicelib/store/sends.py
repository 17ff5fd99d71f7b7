"""SMS to many: to whom, by whom, how far each send is."""

import datetime as dt
from typing import Any, Literal

from pynamodb.attributes import UnicodeAttribute

from chalicelib.store.attributes import InstantAttribute, IntAttribute, WordAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import LargeDocument, TableMeta, at_version, store_faults, updated_if
from chalicelib.store.writes import Write

SendState = Literal["sending", "stopped", "done"]


class SendRow(StoredRow):
    """A send, by its name.

    `version` counts what people change; `queued` and `unwilling` grow by themselves.

    `texts`: by language, instead of `text`. `choice`: who was chosen, as JSON. `total`: recipients when it was begun.
    """

    class Meta(TableMeta):
        table = "work"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    version = IntAttribute()
    state = WordAttribute[SendState]()
    text = UnicodeAttribute()
    texts = LargeDocument(null=True)
    choice = LargeDocument()
    who = UnicodeAttribute()
    note = UnicodeAttribute(null=True)
    begun_at = InstantAttribute()
    changed_at = InstantAttribute()
    total = IntAttribute()
    queued = IntAttribute(default=0)

    def add_queued(self, count: int, now: dt.datetime) -> None:
        """Count SMS that were queued, at best; raises StoreUnavailable.

        If an answer is lost the count is wrong until the send is finished.
        """
        with store_faults():
            self.update(actions=[SendRow.queued.add(count), SendRow.changed_at.set(now)])

    def finish(self, queued: int, now: dt.datetime) -> bool:
        """End a send whose SMS are all queued, so many of them.

        False if somebody has stopped it.
        """
        done = [SendRow.state.set("done"), SendRow.queued.set(queued), SendRow.changed_at.set(now)]
        return updated_if(self, done, SendRow.state == "sending")


def beginning(election_id: str, name: str, now: dt.datetime, **attributes: Any) -> Write:
    """Return the write that begins a send; a name is taken once."""
    row = SendRow(_scope(election_id), name, version=1, state="sending", begun_at=now, changed_at=now, **attributes)
    return Write.put("once", f"send {name}", row, SendRow.id.does_not_exist())


def setting(row: SendRow, state: SendState, now: dt.datetime) -> Write:
    """Return the write that stops a send, or lets it go on.

    At the version that was read.
    """
    actions = [SendRow.state.set(state), SendRow.version.set(row.version + 1), SendRow.changed_at.set(now)]
    return Write.update("work", f"send {row.id}", row, actions, at_version(SendRow, row.version))


def get_send(election_id: str, name: str) -> SendRow | None:
    """Return a send, as of now, None if there is none.

    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            return SendRow.get(_scope(election_id), name, consistent_read=True)
        except SendRow.DoesNotExist:
            return None


def sends_of(election_id: str) -> list[SendRow]:
    """Return an election's sends, by name; raises StoreUnavailable."""
    with store_faults():
        return list(SendRow.query(_scope(election_id), consistent_read=True))


def _scope(election_id: str) -> str:
    return f"{election_id}#sends"
