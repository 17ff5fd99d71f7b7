"""What is asked about messages, and what is answered.

Lists, one message whole, conversations.
"""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from chalicelib.entrypoints.api.call_answers import Lease
from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, PageQuery, RequestModel
from chalicelib.entrypoints.api.search_headers import searched
from chalicelib.store.desk import Desk

Kind = Literal["not_understood", "in_part", "unknown_number", "held"]


class MessagePath(ElectionPath):
    """A message by its key."""

    key: str = Field(max_length=2_048)


class ObserverPath(ElectionPath):
    """An observer by number."""

    number: str = Field(max_length=40)


class MessagesQuery(PageQuery):
    """Which messages: those that wait for a person.

    Those about which something was done, or the log of all.

    What waits is chosen by `desk`, `region` and `kind`; the log by the others. `since` and `until` are real instants,
    without them the last 24 hours. `text` is looked for in texts, of so many messages per page.
    """

    attention: bool = Field(default=False, description="Those that wait for a person, the oldest first.")
    awaiting: bool = Field(default=False, description="Answered SMS whose senders have not written since.")
    done: bool = Field(default=False, description="Those about which a person did something, the newest first.")
    desk: Desk = "messages"
    region: str | None = Field(default=None, max_length=100)
    kind: Kind | None = None
    state: str | None = Field(default=None, max_length=40)
    provider: str | None = Field(default=None, max_length=40)
    direction: Literal["in", "out"] | None = None
    observer: str | None = Field(default=None, max_length=40)
    station: str | None = Field(default=None, max_length=40, description="Those of its observers.")
    text: str | None = searched()
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class MessageDecision(AnswerModel):
    """What somebody did about a message."""

    how: str
    who: str
    at: str
    by: str | None = None
    note: str | None = None
    of: str | None = None


class ListedMessage(AnswerModel):
    """A message as a line.

    `version` is what If-Match names. `identical`: how many say the same, itself included. `lease`: who has it in hand,
    of those that wait.
    """

    key: str
    version: str
    direction: str
    channel: str
    kind: str | None
    held_for: str | None
    state: str
    reason: str | None
    flag: str | None
    stored_at: str
    received_at: str | None
    provider: str | None
    region: str | None
    station: str | None
    observer: str | None
    name: str | None
    sender: str | None = Field(alias="from")
    recipient: str | None = Field(alias="to")
    text: str | None
    suggestion: str | None
    done: MessageDecision | None
    identical: int | None = None
    lease: Lease | None = None


class QueueCount(AnswerModel):
    """How many wait, and since when the oldest."""

    count: int
    oldest: str | None


class MessageAction(AnswerModel):
    """What was done about a message: when, by whom, and why."""

    at: str
    who: str
    action: str
    note: str | None
    message: ListedMessage


class MessagePage(AnswerModel):
    """A page of messages.

    Of what waits it also tells how much there is of each kind and region, of what was done or answered by whom.
    """

    election: str
    as_of: str
    next: str | None
    messages: list[ListedMessage] = Field(default_factory=list)
    desk: str | None = None
    waiting: QueueCount | None = None
    kinds: dict[str, QueueCount] | None = None
    regions: dict[str, QueueCount] | None = None
    is_cut: bool | None = None
    looked_at: int | None = None
    done: list[MessageAction] | None = None


class MessageWithReading(AnswerModel):
    """A message: what came or went, how it was read.

    It also says what became of it.
    """

    key: str
    direction: str
    channel: str
    state: str
    reason: str | None
    provider: str | None
    election: str | None
    region: str | None
    observer: str | None
    flag: str | None
    sender: str | None = Field(alias="from")
    recipient: str | None = Field(alias="to")
    is_withheld: bool
    subject: str | None
    text: str | None
    provider_at: str | None
    received_at: str | None
    counted_at: str | None
    stored_at: str | None
    processed_at: str | None
    sent_at: str | None
    reading: dict[str, Any] | None
    attempts: int
    last_error: str | None
    about: str | None
    parts: list[Any] | None
    carrier: str | None = None
    reference: str | None = None
    asked: list[str] | None = None
    lost: list[str] | None = None
    doubts: int | None = None
    receipt: str | None = None
    receipt_at: str | None = None
    receipt_detail: str | None = None
    segments: int | None = None
    cost: str | None = None
    currency: str | None = None


class ListedInConversation(ListedMessage):
    """A message of a conversation, with how it went.

    `failure`: why one of ours did not arrive. `lost`: the carriers that told so, if another got it after them.
    """

    sent_at: str | None
    provider_at: str | None
    carrier: str | None
    receipt: str | None
    failure: str | None
    lost: list[str]
    about: str | None
    author: str | None


class Suggestion(AnswerModel):
    """What a message may say, as the fields of an entry."""

    form: str
    station: str | None
    round: str | None
    answers: dict[str, str]
    comment: str


class Resolution(MessageDecision):
    """What was done about a message last, and before."""

    call_requested: bool
    earlier: list[MessageDecision] = Field(default_factory=list)


class Message(MessageWithReading):
    """A message with its reply, and what whoever decides needs."""

    reply: MessageWithReading | None = None
    version: str
    raw: str | None
    author: str | None
    on_behalf_of: str | None
    note: str | None
    resolution: Resolution | None
    conversation: list[ListedInConversation]
    suggestions: list[Suggestion]


class Person(AnswerModel):
    """An observer, with all phones."""

    number: str
    name: str
    phones: list[str]
    language: str
    station: str
    region: str


class Conversation(AnswerModel):
    """What was exchanged with a person, the newest first.

    `observer` null where nobody knows who it is.
    """

    election: str
    as_of: str
    observer: Person | None
    messages: list[ListedInConversation]
    next: str | None


class FieldsBody(RequestModel):
    """A report's fields as somebody types them.

    Blank answers are left out. Of an incident `answers` has `category`.
    """

    form: str = Field(max_length=20)
    station: str | None = Field(default=None, max_length=40)
    round: str | None = Field(default=None, max_length=40)
    answers: dict[str, str] = Field(default_factory=dict, max_length=100)
    comment: str = Field(default="", max_length=300)
