"""What an SMS provider is to the rest of Baykoo.

How its webhook comes in, is answered, and how it sends. Each provider is one file with one class and one entry in
`table`; nothing else knows a provider's name. Nothing here reads a clock, a network or a store: the arrival time and
the one possible fetch are handed in.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from chalicelib.observation.sms.phones import OptOutState

Secrets = Mapping[str, Any]
"""A provider's settings, secret ones included: one JSON object. During a rotation a secret is [current, previous]."""

Fetch = Callable[[str], bytes]
"""Reads an HTTPS URL without following redirects; OSError if it cannot."""


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One request as the provider sent it.

    And `at`, the moment (aware) when it arrived. `url` is public and whole, query included. Names of `headers` are made
    lower-case.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    at: dt.datetime
    source_ip: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", {name.lower(): value for name, value in self.headers.items()})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a long SMS.

    All its parts share sender, recipient and `reference`; `number` counts from 1.
    """

    reference: str
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class InboundSms:
    """One SMS that somebody sent, or one part of it.

    A part's text may begin or end with half a surrogate pair. `id` is the provider's, or made from the SMS itself where
    the provider has none. `sender` and `recipient` are E.164 where the provider's number is international, else as it
    wrote them. `sent_at` is the provider's time, aware. `wish`: that the sender wants no more SMS, or wants them again,
    where the provider says so; it has obeyed already.
    """

    id: str
    sender: str
    recipient: str
    text: str
    sent_at: dt.datetime | None = None
    part: Part | None = None
    wish: OptOutState | None = None


ReceiptState = Literal["on_its_way", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an SMS that we sent.

    By the id that the provider gave it or that we gave the provider.
    """

    id: str
    state: ReceiptState
    detail: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one authentic request brings.

    `confirm_url`: to be read before the request is answered (503 if it cannot be), to accept a subscription.
    `nonce`: where the signature does not cover the message, what it does cover; another message that comes with
    the same is forged. `unread`: why parts of it cannot be read; then the whole of it is kept for a person to look at.
    """

    messages: tuple[InboundSms, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    confirm_url: str | None = None
    nonce: str | None = None
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the webhook answers."""

    status: int
    content_type: str | None = None
    body: str = ""


class WebhookRefused(Exception):
    """A request that is not taken.

    `status` and `detail` for the provider, `code` a stable word, `field` the one at fault. `hint` is for those who may
    read the settings: it can show them, so it never stands in an answer.
    """

    status: ClassVar[int]

    def __init__(self, code: str, detail: str, field: str | None = None, hint: str | None = None) -> None:
        super().__init__(f"{code}: {detail}" + (f": {hint}" if hint else ""))
        self.code, self.detail, self.field = code, detail, field


class Unsigned(WebhookRefused):
    """The request carries no proof of its sender."""

    status = 401


class NotAuthentic(WebhookRefused):
    """The request carries a proof that is wrong."""

    status = 403


class Stale(WebhookRefused):
    """The request is authentic but was signed too long ago.

    Or ahead of our time.
    """

    status = 403


class Malformed(WebhookRefused):
    """The request cannot be read."""

    status = 400


class TooLarge(WebhookRefused):
    """The request's body is over the limit."""

    status = 413


class NotConfigured(WebhookRefused):
    """No such provider, or none that this stack takes messages from."""

    status = 404


class Undecidable(WebhookRefused):
    """Nobody can say now whether the request is authentic.

    For a reason of our own: it must come again.
    """

    status = 503


class CannotSend(Exception):
    """The provider has no API to send by, or lacks settings.

    Its settings for sending are incomplete; says which.
    """


@dataclass(frozen=True, slots=True)
class OutboundSms:
    """An SMS to be sent at a moment (aware).

    `id` is ours: the key that makes a repetition harmless where a provider knows such keys.
    """

    id: str
    recipient: str
    text: str
    at: dt.datetime
    sender: str | None = None
    receipt_url: str | None = None


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """A request to a provider's send API.

    `reference`: the id under which receipts come, where it is known before the answer.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What the send API's answer says of the SMS.

    `sent`: taken, `reference` is the provider's id for it. `not_sent`: certainly not taken, may be tried again,
    not before `retry_after` seconds. `refused`: never will be; `opted_out`: because its recipient has told the
    provider to send no more. `in_doubt`: it may have been taken.
    """

    verdict: Literal["sent", "not_sent", "refused", "in_doubt"]
    reference: str | None = None
    reason: str = ""
    retry_after: int | None = None
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class ListedSms:
    """An SMS in the provider's own list of what came in.

    And `raw`, its entry there.
    """

    sms: InboundSms
    raw: str


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """An entry of the list that cannot be read, and why.

    As it came.
    """

    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the provider's list.

    `next_page`: what the following page is asked for with, None after the last. `resume`: where the next listing
    begins, for a list that goes by ids and not by time.
    """

    messages: tuple[ListedSms, ...]
    next_page: str | None = None
    resume: str | None = None
    unreadable: tuple[UnreadableEntry, ...] = ()


class CannotCheck(Exception):
    """No self-test can be signed as the provider would.

    Says why.
    """


class CannotList(Exception):
    """The provider has no list of what came in."""


class ListFailed(Exception):
    """The provider did not give its list.

    Not to be asked again before `retry_after` seconds. `is_refused`: what was asked for is at fault, such as a page
    that the provider no longer knows.
    """

    def __init__(self, reason: str, retry_after: int | None = None, *, is_refused: bool = False) -> None:
        super().__init__(reason)
        self.retry_after, self.is_refused = retry_after, is_refused


class Provider(ABC):
    """One SMS provider's protocol, with one stack's settings for it."""

    accepted: Answer = Answer(200)
    """What tells the provider that everything in a request was taken."""

    repeatable: ClassVar[bool] = False
    """Whether sending one `OutboundSms.id` twice sends one SMS."""

    is_listed_unasked: ClassVar[bool] = True
    """Whether its list is known to name an SMS as its webhook does, so that a schedule may compare them; where it is
    not, the setting `reconcile: true` says that somebody has tried it."""

    def __init__(self, secrets: Secrets, fetch: Fetch) -> None:
        self.secrets, self.fetch = secrets, fetch

    @property
    @abstractmethod
    def proven_by(self) -> tuple[str, ...]:
        """Names of the settings that a request is proven by.

        One of them must be set.
        """

    @abstractmethod
    def verify(self, request: WebhookRequest) -> None:
        """Raise WebhookRefused unless the request is proven.

        To come from the provider; reads no more than that.
        """

    def signed_alone(self, request: WebhookRequest) -> str | None:  # noqa: ARG002
        """Return what a signature covers that is not the message.

        Of a verified request: see `Delivery.nonce`.
        """
        return None

    @abstractmethod
    def parse(self, request: WebhookRequest) -> Delivery:
        """Read what a verified request brings; raises Malformed."""

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """Make the request that sends an SMS; raises CannotSend."""
        raise CannotSend(f"this provider cannot send {message.id}: it has no API to send by")

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """Return what the send API's answer means."""
        raise NotImplementedError(status, headers, body)

    def list_request(self, since: dt.datetime, until: dt.datetime, page: str | None) -> OutboundRequest:  # noqa: ARG002
        """Make the request for a page of what came in.

        Between two moments; raises CannotList, CannotSend. `page` is a `next_page` or `resume` of before. A list
        without times tells all that came after `page`.
        """
        raise CannotList("this provider has no list of the SMS that came in")

    def read_list(self, status: int, headers: Mapping[str, str], body: bytes) -> Listed:
        """Read a page of the list; raises ListFailed."""
        raise NotImplementedError(status, headers, body)

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:  # noqa: ARG002
        """Make a proven request to the webhook that counts nothing.

        To the webhook at `url`, proven as the provider proves its own. Raises CannotCheck, and WebhookRefused where the
        settings say too little.
        """
        raise CannotCheck(f"only the provider itself can sign a call of {url}")

    def account_request(self) -> OutboundRequest:
        """Make a request that needs the account's credentials.

        For sending; it changes nothing. Raises CannotSend.
        """
        raise CannotSend("this provider has no account to ask for")
