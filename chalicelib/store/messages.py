"""Messages: SMS and emails, in and out, from raw payload to outcome."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal, TypeVar

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.constants import ITEM, PUT_ITEM
from pynamodb.exceptions import VerboseClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.observation.sms.phones import OptOutState
from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.store.attributes import IntAttribute, WordAttribute
from chalicelib.store.tables import (
    CONDITION_FAILED,
    Document,
    StoreUnavailable,
    TableMeta,
    saved_if,
    spread,
    store_faults,
    updated_if,
)
from chalicelib.store.writes import Kind, Write

Row = TypeVar("Row", bound=Model)
Queue = Literal["in", "alert", "out", "receipt", "held"]
"""Unfinished rows wait in four queues, most urgent first: SMS to be read, alerts, other outgoing messages; last what
waits for somebody else: a receipt for its SMS to be known, an SMS that was sent for its receipt. Rows that are `held`
wait for a person, and nothing takes them up."""
QUEUES: tuple[Queue, ...] = ("in", "alert", "out", "receipt")
OUTGOING: tuple[Queue, ...] = ("alert", "out")
QUEUE_SHARDS = 4
PROCESSED_WITHIN = dt.timedelta(minutes=1)
"""How long the stream has to process a message or receipt before sweep does it."""
NO_ELECTION = NO_REGION = "*"
SCHEMA = 1
"""The newest form of rows that this version reads. Rows of the first have no `schema`, which would cost room."""


class UnfinishedIndex(GlobalSecondaryIndex["Message"]):  # type: ignore[no-untyped-call]
    """Rows that something remains to be done for, by due time; sparse.

    Those due first come first.
    """

    class Meta(TableMeta):
        index_name = "unfinished"
        projection = KeysOnlyProjection()

    pending = UnicodeAttribute(hash_key=True)
    due_at = UTCDateTimeAttribute(range_key=True)


class ConversationIndex(GlobalSecondaryIndex["Message"]):  # type: ignore[no-untyped-call]
    """All that was exchanged with one phone number, in time order."""

    class Meta(TableMeta):
        index_name = "conversation"
        projection = KeysOnlyProjection()

    conversation = UnicodeAttribute(hash_key=True)
    stored_at = UTCDateTimeAttribute(range_key=True)


class AttentionIndex(GlobalSecondaryIndex["Message"]):  # type: ignore[no-untyped-call]
    """SMS of which something did not count, by election and region; sparse."""

    class Meta(TableMeta):
        index_name = "attention"
        projection = IncludeProjection(["state", "reason", "sender", "observer"])

    attention = UnicodeAttribute(hash_key=True)
    stored_at = UTCDateTimeAttribute(range_key=True)


class Message(Model):
    """One SMS or email.

    `state` is a MessageState, `reason` a Reason, `flag` a Flag. Of a part of a long SMS that is joined, `about` is the
    message that it is read in, which lists its `parts`' keys; that one is superseded by another if a part comes later.
    `received_at` is the real instant that counts, `counted_at` the same on the election's clock; `counted_in` names the
    tally that its outcome was added to.
    `attention` stands where something of it did not count: ELECTION#REGION, ELECTION#* of no region, * of no election.
    A message flagged OTHER_CONTENT names in `about` the one whose id it has. `part` is as store/long_sms.py writes it.
    `provider_wish`: out or in, where the provider has found an opt-out or its end in the SMS.
    `doubts`: after how many attempts it stayed unknown whether it was sent. `due_at` is when sweep takes an unfinished
    row up.
    `charts` of an email are the curves that its `html` shows, by content id: each point's numbers.
    Of an SMS that was sent: `carrier` took it under `reference`; `receipt` is the carrier's last word on it; `asked`
    are all carriers that took it or may have, `lost` those of them that told that it did not arrive. `cost` is an
    estimate, a decimal in `currency`. `queue` is where it waited before it was sent.
    A receipt is a row too: waiting → matched | unmatched. What else lies in the table: `message_rows.py`.
    No message expires, for it may be asked for again.
    """

    class Meta(TableMeta):
        table = "messages"

    key = UnicodeAttribute(hash_key=True)
    direction = UnicodeAttribute()
    channel = UnicodeAttribute(default="sms")
    state = UnicodeAttribute()
    pending = UnicodeAttribute(null=True)
    due_at = UTCDateTimeAttribute(null=True)
    conversation = UnicodeAttribute(null=True)
    attention = UnicodeAttribute(null=True)
    stored_at = UTCDateTimeAttribute()
    provider = UnicodeAttribute(null=True)
    sender = UnicodeAttribute(null=True)
    recipient = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    raw = UnicodeAttribute(null=True)
    provider_at = UTCDateTimeAttribute(null=True)
    received_at = UTCDateTimeAttribute(null=True)
    counted_at = UTCDateTimeAttribute(null=True)
    counted_in = UnicodeAttribute(null=True)
    processed_at = UTCDateTimeAttribute(null=True)
    election = UnicodeAttribute(null=True)
    region = UnicodeAttribute(null=True)
    observer = UnicodeAttribute(null=True)
    reading = Document(null=True)
    reason = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    html = UnicodeAttribute(null=True)
    charts = Document(null=True)
    about = UnicodeAttribute(null=True)
    flag = UnicodeAttribute(null=True)
    part = Document(null=True)
    provider_wish = WordAttribute[OptOutState](null=True)
    parts = Document(null=True)
    attempts = IntAttribute(default=0)
    last_error = UnicodeAttribute(null=True)
    doubts = IntAttribute(null=True)
    sent_at = UTCDateTimeAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    carrier = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)
    asked = Document(null=True)
    lost = Document(null=True)
    receipt = UnicodeAttribute(null=True)
    receipt_at = UTCDateTimeAttribute(null=True)
    receipt_detail = UnicodeAttribute(null=True)
    segments = IntAttribute(null=True)
    cost = UnicodeAttribute(null=True)
    currency = UnicodeAttribute(null=True)
    schema = IntAttribute(null=True)

    unfinished_index = UnfinishedIndex()
    conversation_index = ConversationIndex()
    attention_index = AttentionIndex()

    @property
    def outgoing_queue(self) -> Queue:
        """The queue that an outgoing row waits in, or did before sending."""
        waits = self.queue or (self.pending or "").partition("#")[0]
        return next((queue for queue in OUTGOING if queue == waits), "out")

    @property
    def is_alert(self) -> bool:
        """Whether a row is an alert, which rather goes twice than never."""
        return self.outgoing_queue == "alert"

    def claim(self, until: dt.datetime) -> bool:
        """Claim a queued row to send it.

        Sweep takes it up once the claim has run out.

        This and the methods below change the row if no other worker did since it was read; False if one did. They raise
        StoreUnavailable. `known` are further attributes to be set; None leaves one as it is.
        """
        return self._change(_set(state=MessageState.SENDING, attempts=self.attempts + 1, due_at=until))

    def finish(self, state: MessageState, at: dt.datetime | None = None, **known: Any) -> bool:
        """Give the row a state after which nothing remains to be done."""
        return self._change(finishing(state, at, **known))

    def ending(
        self, state: MessageState, at: dt.datetime | None = None, *, kind: Kind = "message", **known: Any
    ) -> Write:
        """Finish the row in a transaction."""
        return Write.update(kind, self.key, self, finishing(state, at, **known), self._unchanged())

    def put_back(self, due_at: dt.datetime, *, is_tried: bool = True, **known: Any) -> bool:
        """Let a claimed row wait in its queue again.

        One that was not `is_tried` has made no attempt.
        """
        attempts = None if is_tried else self.attempts - 1
        return self._change(_set(state=MessageState.QUEUED, due_at=due_at, attempts=attempts, **known))

    def postpone(self, due_at: dt.datetime, **known: Any) -> bool:
        """Let an unfinished row wait as it is, one attempt later."""
        return self._change(_set(attempts=self.attempts + 1, due_at=due_at, **known))

    def hold(self, state: MessageState, at: dt.datetime, **known: Any) -> bool:
        """Take the row out of its queue, for a person's decision."""
        return self._change([*holding(self.key, state, at, **known), *_set(attempts=self.attempts + 1)])

    def retry(self, at: dt.datetime) -> bool:
        """Put a held row back in its queue, as if never tried."""
        queue, state = _QUEUES.get(self.direction, ("out", MessageState.QUEUED))
        waits = _set(state=state, attempts=0, pending=pending_in(queue, self.key), due_at=at)
        return self._change([*waits, Message.reason.remove()])

    def reading_again(self, at: dt.datetime) -> Write:
        """Let the row wait to be read again, in a transaction.

        As if it had just come; guarded by its outcome.
        """
        waits = _set(state=MessageState.RECEIVED, attempts=0, pending=pending_in("in", self.key), due_at=at)
        forgotten = (Message.attention, Message.reason, Message.reading, Message.counted_in, Message.counted_at)
        whose = (Message.election, Message.region, Message.observer)
        removed = [attribute.remove() for attribute in (*forgotten, *whose)]
        same_outcome = Message.processed_at == self.processed_at
        return Write.update("message", self.key, self, [*waits, *removed], self._unchanged() & same_outcome)

    def wait(self, due_at: dt.datetime) -> bool:
        """Let a row wait as it is."""
        return self._change(_set(due_at=due_at))

    def await_receipt(self, due_at: dt.datetime, **known: Any) -> bool:
        """Let a row that was sent wait for its receipt."""
        pending = pending_in("receipt", self.key)
        return self._change(_set(state=MessageState.SENT, pending=pending, due_at=due_at, **known))

    def note_receipt(self, state: MessageState, **known: Any) -> bool:
        """Finish an outgoing row by its receipt, or by its absence.

        Changes nothing, and returns False, if another receipt came.
        """
        return self._change(finishing(state, **known), self._same_receipt())

    def send_again(self, due_at: dt.datetime, **known: Any) -> bool:
        """Queue a row that was sent once more, for another carrier.

        Changes nothing, and returns False, if another receipt came.
        """
        pending = pending_in(self.outgoing_queue, self.key)
        forgotten = (Message.carrier, Message.reference, Message.receipt, Message.receipt_at)
        queued = _set(state=MessageState.QUEUED, pending=pending, due_at=due_at, **known)
        return self._change([*queued, *(attribute.remove() for attribute in forgotten)], self._same_receipt())

    def _change(self, actions: Sequence[Action], also: Condition | None = None) -> bool:
        return updated_if(self, actions, self._unchanged() if also is None else self._unchanged() & also)

    def _unchanged(self) -> Condition:
        unchanged: Condition = (Message.state == self.state) & (Message.attempts == self.attempts)
        return unchanged

    def _same_receipt(self) -> Condition:
        known: Condition = Message.receipt == self.receipt if self.receipt else Message.receipt.does_not_exist()
        return known


_QUEUES: Final[dict[str, tuple[Queue, MessageState]]] = {
    "in": ("in", MessageState.RECEIVED),
    "receipt": ("receipt", MessageState.WAITING),
}


def finishing(
    state: MessageState, at: dt.datetime | None = None, attention: str | None = None, **known: Any
) -> list[Action]:
    """Return the actions that give a row a final state.

    Nothing remains to be done after a final state. `at`: when it was processed. `attention`: where it is listed for a
    person; None takes it from the list. `known`: further attributes to be set; None leaves one as it is.
    """
    ended = _set(state=state, processed_at=at, attention=attention, **known)
    listed = [] if attention else [Message.attention.remove()]
    return [*ended, *listed, Message.pending.remove(), Message.due_at.remove()]


def holding(key: str, state: MessageState, at: dt.datetime, **known: Any) -> list[Action]:
    """Return the actions that give a row a state and hold it.

    It then waits for a person, in the queue that nothing takes up.
    """
    return _set(state=state, processed_at=at, pending=pending_in("held", key), due_at=at, **known)


def _set(**known: Any) -> list[Action]:
    return [getattr(Message, name).set(value) for name, value in known.items() if value is not None]


def attention_of(election_id: str | None, region: str | None) -> str:
    """Return the attention index's partition of an election and region."""
    return f"{election_id}#{region or NO_REGION}" if election_id else NO_ELECTION


def pending_in(queue: Queue, key: str) -> str:
    """Return the unfinished index's partition of a queue's row."""
    return f"{queue}#{spread(key, QUEUE_SHARDS)}"


def put_new(row: Model) -> bool:
    """Store a row once; False if its key exists already.

    Raises StoreUnavailable.
    """
    return saved_if(row, Message.key.does_not_exist())


def put_first(row: Row) -> Row | None:
    """Store a row once; return the row that has its key already.

    None if the row is stored now. DynamoDB returns the other row with its refusal, so that nothing is read for it.
    Raises StoreUnavailable.
    """
    connection = row._get_connection()
    _, named = row._get_save_args(condition=Message.key.does_not_exist())
    key = row._get_keys()["key"]  # type: ignore[no-untyped-call]
    written = connection.connection.get_operation_kwargs(connection.table_name, key, key=ITEM, **named)
    written["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    with store_faults():
        try:
            connection.connection.dispatch(PUT_ITEM, written)
        except VerboseClientError as refused:
            answer: Any = getattr(refused.__cause__, "response", {})
            if refused.response["Error"]["Code"] != CONDITION_FAILED:
                raise
            return type(row).from_raw_data(answer["Item"])
    return None


def get(key: str) -> Message | None:
    """Return a message by key, as of now; raises StoreUnavailable."""
    with store_faults():
        try:
            return Message.get(key, consistent_read=True)
        except Message.DoesNotExist:
            return None


def received_sms(key: str, now: dt.datetime, **attributes: Any) -> Message:
    """Build an incoming SMS that waits to be processed by the stream.

    Sweep processes it where the stream does not come to it.
    """
    due_at, pending = now + PROCESSED_WITHIN, pending_in("in", key)
    return Message(
        key, direction="in", channel="sms", state=MessageState.RECEIVED, due_at=due_at, pending=pending, **attributes
    )


def get_many(keys: Iterable[str]) -> list[Message]:
    """Return those of the messages that exist and can be read.

    In no order. Raises StoreUnavailable.
    """
    return read_rows(keys)[0]


def read_rows(keys: Iterable[str]) -> tuple[list[Message], dict[str, str]]:
    """Return the messages that exist, and why others cannot be read.

    The messages are in no order, the others' faults by key. Raises StoreUnavailable.
    """
    wanted = list(dict.fromkeys(keys))
    rows: list[Message] = []
    unreadable: dict[str, str] = {}
    try:
        with store_faults():
            rows = list(Message.batch_get(wanted, consistent_read=True))
    except StoreUnavailable:
        raise
    except Exception:  # noqa: BLE001 - whatever deserialising one of them raises
        for key in wanted:
            try:
                rows += filter(None, [get(key)])
            except StoreUnavailable:
                raise
            except Exception as fault:  # noqa: BLE001
                unreadable[key] = f"{type(fault).__name__}: {fault}"
    newer = {row.key: _newer_schema(row) for row in rows if int(row.schema or SCHEMA) > SCHEMA}
    return [row for row in rows if row.key not in newer], unreadable | newer


def _newer_schema(row: Message) -> str:
    return f"it is stored by schema {int(row.schema or 0)}, and this version of Baykoo reads {SCHEMA}"


def hold_unreadable(key: str, why: str, now: dt.datetime) -> None:
    """Take a row that this version cannot read out of its queue.

    It then waits for a person. It is neither read nor put anew, so that whatever it holds stays in it. Raises
    StoreUnavailable.
    """
    waits = _set(pending=pending_in("held", key), due_at=now, reason=Reason.UNREADABLE_ROW, last_error=why[:500])
    with store_faults(), TransactWrite(connection=Message._get_connection().connection) as transaction:
        transaction.update(Message(key), waits, Message.key.exists())


def unfinished(queue: Queue, due_before: dt.datetime | None, limit: int) -> Iterator[str]:
    """Yield keys of a queue's unfinished rows, or of those due.

    At most `limit` per shard, the longest due first. Raises StoreUnavailable.
    """
    due = Message.due_at <= due_before if due_before is not None else None
    for shard in range(QUEUE_SHARDS):
        with store_faults():
            rows = Message.unfinished_index.query(f"{queue}#{shard}", due, limit=limit, attributes_to_get=["key"])
            yield from [row.key for row in rows]


def needing_attention(partition: str) -> Iterator[str]:
    """Yield keys of the SMS in a partition of the attention index.

    The oldest first. Raises StoreUnavailable.
    """
    with store_faults():
        for row in Message.attention_index.query(partition, attributes_to_get=["key"]):
            yield row.key


def conversation_between(phone: str, since: dt.datetime, until: dt.datetime, limit: int) -> list[str]:
    """Return keys of a phone's messages between two instants, newest first.

    Raises StoreUnavailable.
    """
    with store_faults():
        rows = Message.conversation_index.query(
            phone, Message.stored_at.between(since, until), scan_index_forward=False, limit=limit
        )
        return [row.key for row in rows]


def messages_of(election_id: str) -> Iterator[Message]:
    """Yield every message of an election.

    Reads the whole table: for audits and exports, never for a request. Raises StoreUnavailable.
    """
    with store_faults():
        yield from Message.scan(Message.election == election_id, consistent_read=True)


def received_messages() -> Iterator[Message]:
    """Yield every message that has no outcome yet.

    Reads the whole table: for audits. Raises StoreUnavailable.
    """
    with store_faults():
        yield from Message.scan(Message.state == MessageState.RECEIVED, consistent_read=True)
