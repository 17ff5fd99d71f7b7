"""Messages: every SMS and email, in and out, from its raw payload to its outcome."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from pynamodb.attributes import NumberAttribute, TTLAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.constants import ITEM, PUT_ITEM
from pynamodb.exceptions import VerboseClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.store.tables import (
    CONDITION_FAILED,
    Document,
    TableMeta,
    saved_if,
    spread,
    store_faults,
    updated_if,
)

Queue = Literal["in", "alert", "out", "receipt", "held"]
"""Unfinished rows wait in four queues, most urgent first: SMS to be read, alerts, other outgoing messages; last what
waits for somebody else: a receipt for its SMS to be known, an SMS that was sent for its receipt. Rows that are `held`
wait for a person, and nothing takes them up."""
QUEUES: tuple[Queue, ...] = ("in", "alert", "out", "receipt")
OUTGOING: tuple[Queue, ...] = ("alert", "out")
QUEUE_SHARDS = 4
RECEIVED = "received"
QUARANTINED = "quarantined"
PROCESSED_WITHIN = dt.timedelta(minutes=1)
"""How long the stream has to process a message or receipt before sweep does it."""
WAITING = "waiting"
OTHER_CONTENT = "other_content"
RECONCILED = "reconciled"
HELD = "held"
UNREADABLE = "unreadable"
"""The reason of a row that holds what a provider told and nobody can read: `raw`, and `last_error` says why."""


class UnfinishedIndex(GlobalSecondaryIndex["Message"]):  # type: ignore[no-untyped-call]
    """Rows that something remains to be done for, those due first first; sparse."""

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


class Message(Model):
    """One SMS or email.

    `state` of one that came in: received → accepted | partly_accepted | unrecognised | quarantined | held | command |
    duplicate | opted_out | opted_in; of a part of a long SMS: received → joined | duplicate, and `about` is then the
    message that it is read in, which lists its `parts`' keys. That is `superseded` by another one if a part comes after
    it was read without. `state` of one that goes out: queued → sending → sent | failed | opted_out.
    `received_at` is the real instant that counts, `counted_at` the same on the election's clock; `counted_in` names the
    tally that its outcome was added to.
    `flag` is OTHER_CONTENT where the id had come before with another content, that of the message `about` names;
    INCOMPLETE where a long SMS lacks a part; RECONCILED where the webhook never brought it and the provider's own list
    did. What a provider sent or listed and nobody can read is HELD as UNREADABLE, with its `raw` alone. `part` is as
    store/long_sms.py writes it.
    `provider_wish`: out or in, where the provider has found an opt-out or its end in the SMS.
    `doubts`: after how many attempts it stayed unknown whether it was sent. `due_at` is when sweep takes an unfinished
    row up.
    `charts` of an email are the curves that its `html` shows, by content id: each point's numbers.
    Of an SMS that was sent: `carrier` took it under `reference`; `receipt` is the carrier's last word on it; `asked`
    are all carriers that took it or may have, `lost` those of them that told that it did not arrive. `cost` is an
    estimate, a decimal in `currency`. `queue` is where it waited before it was sent.
    A receipt is a row too (`receipt_key`): waiting → matched | unmatched; and so is what leads from a carrier's
    reference to the SMS (`sent_key`).
    `expires`: when DynamoDB takes the row away, of those alone that nobody will ask for again. No SMS is among them,
    and no nonce, which must be known for as long as its request can be sent again: for ever.
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
    provider_wish = UnicodeAttribute(null=True)
    parts = Document(null=True)
    attempts = NumberAttribute(default=0)
    last_error = UnicodeAttribute(null=True)
    doubts = NumberAttribute(null=True)
    sent_at = UTCDateTimeAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    carrier = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)
    asked = Document(null=True)
    lost = Document(null=True)
    receipt = UnicodeAttribute(null=True)
    receipt_at = UTCDateTimeAttribute(null=True)
    receipt_detail = UnicodeAttribute(null=True)
    segments = NumberAttribute(null=True)
    cost = UnicodeAttribute(null=True)
    currency = UnicodeAttribute(null=True)
    expires = TTLAttribute(null=True)

    unfinished_index = UnfinishedIndex()
    conversation_index = ConversationIndex()


def receipt_key(provider: str, reference: str, state: str) -> str:
    """The key of a provider's word on an SMS; the same word again is the same row."""
    return f"receipt#{provider}#{reference}#{state}"


def sent_key(provider: str, reference: str) -> str:
    """The key of the row that says which SMS a provider means by its reference."""
    return f"sent#{provider}#{reference}"


def pending_in(queue: Queue, key: str) -> str:
    """The partition of the unfinished index in which a row of a queue waits."""
    return f"{queue}#{spread(key, QUEUE_SHARDS)}"


def held_for_a_person(changes: Iterable[Action], message: Message, reason: str, now: dt.datetime) -> tuple[Action, ...]:
    """The changes of an outcome, but the row stays where persons find what is held, with the reason."""
    replaced = {"pending", "due_at", "reason"}
    kept = [one for one in changes if str(one.values[0]) not in replaced]
    waits = [Message.pending.set(pending_in("held", message.key)), Message.due_at.set(now), Message.reason.set(reason)]
    return (*kept, *waits)


def put_new(message: Message) -> bool:
    """Store a message once. False if its key is there already; raises StoreUnavailable."""
    return saved_if(message, Message.key.does_not_exist())


def put_pointer(provider: str, reference: str, key: str, now: dt.datetime) -> None:
    """Note which SMS a provider means by a reference, once; raises StoreUnavailable."""
    put_new(Message(sent_key(provider, reference), direction="sent", state="sent", about=key, stored_at=now))


def put_first(message: Message) -> Message | None:
    """Store a message once; None if it is stored now, else the row that has its key already.

    DynamoDB tells that row with its refusal, so that nothing is read for it. Raises StoreUnavailable.
    """
    connection = Message._get_connection()
    _, named = message._get_save_args(condition=Message.key.does_not_exist())
    written = connection.connection.get_operation_kwargs(connection.table_name, message.key, key=ITEM, **named)
    written["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    with store_faults():
        try:
            connection.connection.dispatch(PUT_ITEM, written)
        except VerboseClientError as refused:
            answer: Any = getattr(refused.__cause__, "response", {})
            if refused.response["Error"]["Code"] != CONDITION_FAILED:
                raise
            return Message.from_raw_data(answer["Item"])
    return None


def get(key: str) -> Message | None:
    """A message by key, as of now; raises StoreUnavailable."""
    with store_faults():
        try:
            return Message.get(key, consistent_read=True)
        except Message.DoesNotExist:
            return None


def received_sms(key: str, now: dt.datetime, **attributes: Any) -> Message:
    """A new SMS that waits to be processed by the stream, or by sweep where that does not come to it."""
    due_at, pending = now + PROCESSED_WITHIN, pending_in("in", key)
    return Message(key, direction="in", channel="sms", state=RECEIVED, due_at=due_at, pending=pending, **attributes)


def get_many(keys: Iterable[str]) -> list[Message]:
    """Those of the messages that exist, in no order; raises StoreUnavailable."""
    with store_faults():
        return list(Message.batch_get(list(keys), consistent_read=True))


def unfinished(queue: Queue, due_before: dt.datetime | None, limit: int) -> Iterator[str]:
    """Keys of a queue's unfinished rows, or of those that are due; `limit` of each shard, the longest due first."""
    due = Message.due_at <= due_before if due_before is not None else None
    for shard in range(QUEUE_SHARDS):
        with store_faults():
            found = Message.unfinished_index.query(f"{queue}#{shard}", due, limit=limit)
            yield from [message.key for message in found]


def conversation_between(phone: str, since: dt.datetime, until: dt.datetime, limit: int) -> list[str]:
    """Keys of the messages exchanged with a phone between two instants, newest first."""
    with store_faults():
        found = Message.conversation_index.query(
            phone, Message.stored_at.between(since, until), scan_index_forward=False, limit=limit
        )
        return [message.key for message in found]


def change(
    message: Message,
    changes: Sequence[Action],
    expected_state: str,
    expected_attempts: int,
    also: Condition | None = None,
) -> bool:
    """Change a row if nobody else did since it was read. False if somebody did; raises StoreUnavailable."""
    condition = unchanged(expected_state, expected_attempts)
    if also is not None:
        condition &= also
    return updated_if(message, changes, condition)


def unchanged(state: str, attempts: int) -> Condition:
    """That nobody has changed a row since it was read."""
    condition: Condition = (Message.state == state) & (Message.attempts == attempts)
    return condition


def messages_of(election_id: str) -> Iterator[Message]:
    """Every message of an election. Reads the whole table: for audits and exports, never for a request."""
    with store_faults():
        yield from Message.scan(Message.election == election_id, consistent_read=True)


def received_messages() -> Iterator[Message]:
    """Every message that has no outcome yet. Reads the whole table: for audits."""
    with store_faults():
        yield from Message.scan(Message.state == RECEIVED, consistent_read=True)
