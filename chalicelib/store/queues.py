"""Rows in a queue, from their claim to a final state."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.observation.sms.states import MessageState
from chalicelib.store.attributes import InstantAttribute, IntAttribute
from chalicelib.store.changes import Removal, giving
from chalicelib.store.keys import correlation_id
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import TableMeta, spread, updated_if

Queue = Literal["in", "alert", "out", "receipt", "held"]
"""Unfinished rows wait in four queues, most urgent first: SMS to be read, alerts, other outgoing messages; last what
waits for somebody else: a receipt for its SMS to be known, an SMS that was sent for its receipt. Rows that are `held`
wait for a person, and nothing takes them up."""
QUEUES: tuple[Queue, ...] = ("in", "alert", "out", "receipt")
QUEUE_SHARDS: Final[Mapping[Queue, int]] = {"in": 24, "alert": 4, "out": 24, "receipt": 16, "held": 4}
"""Over how many partitions of the unfinished index a queue is spread: an SMS that comes writes there twice, one that
goes out up to seven times (docs/scale.md)."""
PROCESSED_WITHIN = dt.timedelta(minutes=1)
"""How long the stream has to process a message or receipt before sweep does it."""
SCHEMA = 1
"""The newest form of rows that this version reads. Rows of the first have no `schema`, which would cost room."""


def pending_in(queue: Queue, key: str) -> str:
    """Return the unfinished index's partition of a queue's row."""
    return f"{queue}#{spread(key, QUEUE_SHARDS[queue])}"


class UnfinishedIndex(GlobalSecondaryIndex["QueuedRow"]):  # type: ignore[no-untyped-call]
    """Rows that something remains to be done for, by due time; sparse.

    Those due first come first.
    """

    class Meta(TableMeta):
        index_name = "unfinished"
        projection = KeysOnlyProjection()

    pending = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class QueuedRow(StoredRow):
    """A row of the messages' table that waits until it is finished.

    `pending` is its queue and shard, `due_at` when sweep takes it up; a finished row has neither. `attempts` counts the
    tries, and `last_error` says how the last one failed.

    The verbs change the row if no other worker did since it was read; False if one did. They raise StoreUnavailable.
    Their `attributes` are further ones to be set; None leaves one as it is.
    """

    class Meta(TableMeta):
        table = "messages"

    key = UnicodeAttribute(hash_key=True)
    direction = UnicodeAttribute()
    state = UnicodeAttribute()
    pending = UnicodeAttribute(null=True)
    due_at = InstantAttribute(null=True)
    stored_at = InstantAttribute()
    processed_at = InstantAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    attempts = IntAttribute(default=0)
    last_error = UnicodeAttribute(null=True)
    schema = IntAttribute(null=True)

    unfinished_index = UnfinishedIndex()

    @property
    def origin(self) -> str:
        """The key of the row that led to this one.

        As far as it tells; else its own.
        """
        return self.key

    @property
    def correlation_id(self) -> str:
        """The id of the row and its origin in logs."""
        return correlation_id(self.origin)

    @property
    def begins_in(self) -> tuple[Queue, MessageState]:
        """The queue and state that the row begins in."""
        raise NotImplementedError

    def finish(self, state: MessageState, at: dt.datetime | None = None, **attributes: Any) -> bool:
        """Give the row a state after which nothing remains to be done."""
        return self._change(self.finishing(state, at, **attributes))

    def postpone(self, due_at: dt.datetime, **attributes: Any) -> bool:
        """Let an unfinished row wait as it is, one attempt later."""
        return self._change(self._set(attempts=self.attempts + 1, due_at=due_at, **attributes))

    def hold(self, state: MessageState, at: dt.datetime, **attributes: Any) -> bool:
        """Take the row out of its queue, for a person's decision."""
        return self._change([*self.holding(self.key, state, at, **attributes), *self._set(attempts=self.attempts + 1)])

    def retry(self, at: dt.datetime) -> bool:
        """Put a held row back in its queue, as if never tried."""
        queue, state = self.begins_in
        waits = self._set(state=state, attempts=0, pending=pending_in(queue, self.key), due_at=at)
        return self._change([*waits, type(self).reason.remove()])

    @classmethod
    def finishing(cls, state: MessageState, at: dt.datetime | None = None, **attributes: Any) -> list[Action]:
        """Return the actions that give a row a final state.

        Nothing remains to be done after a final state. `at`: when it was processed.
        """
        return [
            *cls._set(state=state, processed_at=at, **attributes),
            Removal(cls.pending),
            Removal(cls.due_at),
        ]

    @classmethod
    def holding(cls, key: str, state: MessageState, at: dt.datetime, **attributes: Any) -> list[Action]:
        """Return the actions that give a row a state and hold it.

        It then waits for a person, in the queue that nothing takes up.
        """
        return cls.awaiting_person(key, at, state=state, processed_at=at, **attributes)

    @classmethod
    def awaiting_person(cls, key: str, at: dt.datetime, **attributes: Any) -> list[Action]:
        """Return the actions that move a row to the held queue."""
        return cls._set(pending=pending_in("held", key), due_at=at, **attributes)

    @classmethod
    def _set(cls, **attributes: Any) -> list[Action]:
        return giving(cls, attributes)

    def _change(self, actions: Sequence[Action], also: Condition | None = None) -> bool:
        return updated_if(self, actions, self._unchanged() if also is None else self._unchanged() & also)

    def _unchanged(self) -> Condition:
        row = type(self)
        unchanged: Condition = (row.state == self.state) & (row.attempts == self.attempts)
        return unchanged
