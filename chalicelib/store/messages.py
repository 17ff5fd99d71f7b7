"""Messages: SMS and emails, in and out, from raw payload to outcome."""

import datetime as dt
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from chalicelib.observation.sms.codes import with_code_masked
from chalicelib.observation.sms.phones import OptOutState
from chalicelib.observation.sms.states import MessageState
from chalicelib.store.attributes import InstantAttribute, IntAttribute, WordAttribute
from chalicelib.store.changes import Removal
from chalicelib.store.queues import PROCESSED_WITHIN, Queue, QueuedRow, pending_in
from chalicelib.store.tables import Document, TableMeta
from chalicelib.store.writes import Kind, Write

OUTGOING: tuple[Queue, ...] = ("alert", "out")
NO_ELECTION = NO_REGION = "*"
ENTERED = "phone"
"""The channel of entries."""


class ConversationIndex(GlobalSecondaryIndex["Message"]):  # type: ignore[no-untyped-call]
    """All that was exchanged with one phone number, in time order."""

    class Meta(TableMeta):
        index_name = "conversation"
        projection = KeysOnlyProjection()

    conversation = UnicodeAttribute(hash_key=True)
    stored_at = InstantAttribute(range_key=True)


class AttentionIndex(GlobalSecondaryIndex["Message"]):  # type: ignore[no-untyped-call]
    """SMS of which something did not count, by election and region; sparse."""

    class Meta(TableMeta):
        index_name = "attention"
        projection = IncludeProjection(["state", "reason", "sender", "observer"])

    attention = UnicodeAttribute(hash_key=True)
    stored_at = InstantAttribute(range_key=True)


class Message(QueuedRow):
    """One SMS or email.

    `state` is a MessageState, `reason` a Reason, `flag` a Flag. Of a part of a long SMS that is joined, `about` is the
    message that it is read in, which lists its `parts`' keys; that one is superseded by another if a part comes later.
    Its `stored_at` is its last part's, its `joined_at` when it was put itself.
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
    An entry, of `channel` phone, is what its `author` typed `on_behalf_of` an observer, and why (`note`); `about` is
    the SMS that it reads. An SMS has `on_behalf_of` where a person said whose it is. `resolution`: what a person did
    about an SMS that waited for one; `revision` counts that (store/desk.py).
    `text_as_sent` may carry its sender's code; `text` is what may be shown and read.
    `cause` of an alert is the key of the SMS that its incident came from.
    What else lies in the table: `receipts.py`, `message_rows.py`.
    No message expires, for it may be asked for again.
    """

    channel = UnicodeAttribute(default="sms")
    conversation = UnicodeAttribute(null=True)
    attention = UnicodeAttribute(null=True)
    provider = UnicodeAttribute(null=True)
    sender = UnicodeAttribute(null=True)
    recipient = UnicodeAttribute(null=True)
    text_as_sent = UnicodeAttribute(attr_name="text", null=True)
    raw = UnicodeAttribute(null=True)
    provider_at = InstantAttribute(null=True)
    received_at = InstantAttribute(null=True)
    counted_at = InstantAttribute(null=True)
    counted_in = UnicodeAttribute(null=True)
    election = UnicodeAttribute(null=True)
    region = UnicodeAttribute(null=True)
    observer = UnicodeAttribute(null=True)
    reading = Document(null=True)
    subject = UnicodeAttribute(null=True)
    html = UnicodeAttribute(null=True)
    charts = Document(null=True)
    about = UnicodeAttribute(null=True)
    cause = UnicodeAttribute(null=True)
    flag = UnicodeAttribute(null=True)
    part = Document(null=True)
    provider_wish = WordAttribute[OptOutState](null=True)
    parts = Document(null=True)
    joined_at = InstantAttribute(null=True)
    doubts = IntAttribute(null=True)
    sent_at = InstantAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    carrier = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)
    asked = Document(null=True)
    lost = Document(null=True)
    receipt = UnicodeAttribute(null=True)
    receipt_at = InstantAttribute(null=True)
    receipt_detail = UnicodeAttribute(null=True)
    segments = IntAttribute(null=True)
    cost = UnicodeAttribute(null=True)
    currency = UnicodeAttribute(null=True)
    on_behalf_of = UnicodeAttribute(null=True)
    author = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    resolution = Document(null=True)
    revision = IntAttribute(null=True)

    conversation_index = ConversationIndex()
    attention_index = AttentionIndex()

    @property
    def text(self) -> str | None:
        """The text as it may be shown: without a code."""
        is_sent_to_us = self.direction == "in" and not self.is_entry
        return with_code_masked(self.text_as_sent) if is_sent_to_us and self.text_as_sent else self.text_as_sent

    @property
    def outgoing_queue(self) -> Queue:
        """The queue that an outgoing row waits in, or did before sending."""
        waits = self.queue or (self.pending or "").partition("#")[0]
        return next((queue for queue in OUTGOING if queue == waits), "out")

    @property
    def begins_in(self) -> tuple[Queue, MessageState]:
        """The queue and state that the row begins in."""
        return ("in", MessageState.RECEIVED) if self.direction == "in" else ("out", MessageState.QUEUED)

    @property
    def reporter(self) -> str | None:
        """The number of the observer whose message it is.

        As read or as a person said; None: nobody known.
        """
        return self.observer or self.on_behalf_of

    @property
    def is_entry(self) -> bool:
        """Whether a person typed it for an observer.

        No SMS came, and none answers it.
        """
        return bool(self.channel == ENTERED)

    @property
    def origin(self) -> str:
        """The key of the SMS that led to the row.

        It is known as far as the row tells.
        """
        return self.cause or (self.about if self.direction == "out" and self.about else self.key)

    @property
    def is_alert(self) -> bool:
        """Whether a row is an alert, which rather goes twice than never."""
        return self.outgoing_queue == "alert"

    def claim(self, until: dt.datetime) -> bool:
        """Claim a queued row to send it.

        Sweep takes it up once the claim has run out.
        """
        return self._change(self._set(state=MessageState.SENDING, attempts=self.attempts + 1, due_at=until))

    def ending(
        self, state: MessageState, at: dt.datetime | None = None, *, kind: Kind = "message", **attributes: Any
    ) -> Write:
        """Finish the row in a transaction."""
        return Write.update(kind, self.key, self, self.finishing(state, at, **attributes), self._unchanged())

    def put_back(self, due_at: dt.datetime, *, is_tried: bool = True, **attributes: Any) -> bool:
        """Let a claimed row wait in its queue again.

        One that was not `is_tried` has made no attempt.
        """
        attempts = None if is_tried else self.attempts - 1
        return self._change(self._set(state=MessageState.QUEUED, due_at=due_at, attempts=attempts, **attributes))

    def reading_again(self, at: dt.datetime) -> Write:
        """Let the row wait to be read again, as if new.

        It is written in a transaction, guarded by its outcome.
        """
        waits = self._set(state=MessageState.RECEIVED, attempts=0, pending=pending_in("in", self.key), due_at=at)
        forgotten = (Message.attention, Message.reason, Message.reading, Message.counted_in, Message.counted_at)
        whose = () if self.is_entry else (Message.election, Message.region, Message.observer)
        removed = [attribute.remove() for attribute in (*forgotten, *whose)]
        same_outcome = Message.processed_at == self.processed_at
        return Write.update("message", self.key, self, [*waits, *removed], self._unchanged() & same_outcome)

    def wait(self, due_at: dt.datetime) -> bool:
        """Let a row wait as it is."""
        return self._change(self._set(due_at=due_at))

    def await_receipt(self, due_at: dt.datetime, **attributes: Any) -> bool:
        """Let a row that was sent wait for its receipt."""
        pending = pending_in("receipt", self.key)
        return self._change(self._set(state=MessageState.SENT, pending=pending, due_at=due_at, **attributes))

    def note_receipt(self, state: MessageState, **attributes: Any) -> bool:
        """Finish an outgoing row by its receipt, or by its absence.

        Changes nothing, and returns False, if another receipt came.
        """
        return self._change(self.finishing(state, **attributes), self._same_receipt())

    def send_again(self, due_at: dt.datetime, **attributes: Any) -> bool:
        """Queue a row that was sent once more, for another carrier.

        Changes nothing, and returns False, if another receipt came.
        """
        pending = pending_in(self.outgoing_queue, self.key)
        forgotten = (Message.carrier, Message.reference, Message.receipt, Message.receipt_at)
        queued = self._set(state=MessageState.QUEUED, pending=pending, due_at=due_at, **attributes)
        return self._change([*queued, *(attribute.remove() for attribute in forgotten)], self._same_receipt())

    def queueing_again(self, at: dt.datetime) -> Write:
        """Let a failed outgoing row wait again, in a transaction.

        It waits as if never tried.

        Guarded by its state, attempts and receipt.
        """
        queue = self.outgoing_queue
        waits = self._set(state=MessageState.QUEUED, attempts=0, pending=pending_in(queue, self.key), due_at=at)
        forgotten = (Message.carrier, Message.reference, Message.receipt, Message.receipt_at, Message.receipt_detail)
        tried = (Message.asked, Message.lost, Message.doubts, Message.last_error)
        removed = [attribute.remove() for attribute in (*forgotten, *tried)]
        return Write.update("message", self.key, self, [*waits, *removed], self._unchanged() & self._same_receipt())

    @classmethod
    def finishing(
        cls, state: MessageState, at: dt.datetime | None = None, attention: str | None = None, **attributes: Any
    ) -> list[Action]:
        """Return the actions that give a row a final state.

        `attention`: where it is listed for a person; None takes it from the list.
        """
        listed = [] if attention else [Removal(Message.attention)]
        return [*super().finishing(state, at, attention=attention, **attributes), *listed]

    def _same_receipt(self) -> Condition:
        same: Condition = Message.receipt == self.receipt if self.receipt else Message.receipt.does_not_exist()
        return same


def attention_of(election_id: str | None, region: str | None) -> str:
    """Return the attention index's partition of an election and region."""
    return f"{election_id}#{region or NO_REGION}" if election_id else NO_ELECTION


def received_sms(key: str, now: dt.datetime, **attributes: Any) -> Message:
    """Build an incoming SMS that waits to be processed by the stream.

    Sweep processes it where the stream does not come to it.
    """
    due_at, pending = now + PROCESSED_WITHIN, pending_in("in", key)
    return Message(key, direction="in", state=MessageState.RECEIVED, due_at=due_at, pending=pending, **attributes)
