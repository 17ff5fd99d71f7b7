"""What a webhook brings: SMS, receipts, and what cannot be read."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from chalicelib.observation.sms.phones import OptOutState

ReceiptState = Literal["on_its_way", "delivered", "failed"]


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


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an SMS that we sent.

    The SMS is named by the id that the provider gave it or that we gave the provider.
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
