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

from chalicelib.providers.inbound import Delivery
from chalicelib.providers.listed_sms import CannotList, ListPage

Secrets = Mapping[str, Any]
"""A provider's settings, secret ones included: one JSON object. During a rotation a secret is [current, previous]."""

Fetch = Callable[[str], bytes]
"""Reads an HTTPS URL without following redirects; OSError if it cannot."""


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One request as the provider sent it, and when it arrived.

    `at` is aware. `url` is public and whole, query included. Names of `headers` are made lower-case.
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
class Answer:
    """What the webhook answers."""

    status: int
    content_type: str | None = None
    body: str = ""


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


class CannotCheck(Exception):
    """No self-test can be signed as the provider would.

    Says why.
    """


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
        """Return what a signature covers beside a verified request's message.

        See `Delivery.nonce`.
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

        The page is of what came between two moments; raises CannotList, CannotSend. `page` is a `next_page` or `resume`
        of before. A list without times tells all that came after `page`.
        """
        raise CannotList("this provider has no list of the SMS that came in")

    def read_list(self, status: int, headers: Mapping[str, str], body: bytes) -> ListPage:
        """Read a page of the list; raises ListFailed."""
        raise NotImplementedError(status, headers, body)

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:  # noqa: ARG002
        """Make a proven request to the webhook that counts nothing.

        It goes to the webhook at `url`, proven as the provider proves its own. Raises CannotCheck, and WebhookRefused
        where the settings say too little.
        """
        raise CannotCheck(f"only the provider itself can sign a call of {url}")

    def account_request(self) -> OutboundRequest:
        """Make a harmless request that needs the credentials for sending.

        Raises CannotSend.
        """
        raise CannotSend("this provider has no account to ask for")
