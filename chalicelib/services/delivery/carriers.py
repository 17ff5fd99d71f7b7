"""The carriers of SMS, asked alike.

AWS SNS, and the send APIs of providers.
"""

import datetime as dt
import os
from dataclasses import dataclass
from typing import Protocol

from chalicelib.providers.contract import OutboundSms, Secrets
from chalicelib.providers.send_api import one_of_ours
from chalicelib.services.clients.provider_api import PreparedSend, ask, prepare
from chalicelib.services.clients.provider_settings import NotConfigured, SecretsUnavailable, provider_secrets
from chalicelib.services.delivery import aws
from chalicelib.services.delivery.faults import InDoubt, NotSent, SendRefused
from chalicelib.store.message_rows import put_pointer
from chalicelib.store.messages import Message
from chalicelib.store.tables import StoreUnavailable

SNS = "sns"


class Carrier(Protocol):
    """A carrier of SMS, ready to be asked for one message."""

    @property
    def settings(self) -> Secrets:
        """The carrier's settings in this stack."""

    def send(self, message: Message) -> str | None:
        """Hand the SMS over; the carrier's reference. Raises SendRefused, NotSent, InDoubt, AnswerLost."""

    def finds_receipts(self, message: Message, reference: str | None, /) -> bool:
        """Tell whether a receipt finds its SMS, and is waited for."""


@dataclass(frozen=True, slots=True)
class _Sns:
    settings: Secrets
    sender: str | None

    def send(self, message: Message) -> str:
        return aws.send_sms(message, self.sender)

    def finds_receipts(self, _message: Message, _reference: str | None, /) -> bool:
        """SNS gives no receipts."""
        return False


@dataclass(frozen=True, slots=True)
class _SendApi:
    name: str
    prepared: PreparedSend

    @property
    def settings(self) -> Secrets:
        return self.prepared.carrier.secrets

    def send(self, message: Message) -> str | None:
        reference = self.prepared.request.reference
        if reference is not None:  # before it is sent: should the answer be lost, the receipt ends the doubt
            self.finds_receipts(message, reference)
        outcome = ask(self.prepared)
        reason, wait = f"{self.name}: {outcome.reason}", outcome.retry_after or 0
        match outcome.verdict:
            case "refused":
                raise SendRefused(reason, opted_out=outcome.opted_out)
            case "not_sent":
                raise NotSent(reason, wait)
            case "in_doubt":
                # With another provider behind it, a repetition might be that one's, and would be a second SMS.
                is_repeated = self.prepared.carrier.repeatable and len(sms_providers()) == 1
                raise NotSent(reason, wait) if is_repeated else InDoubt(reason, wait=wait)
            case "sent":
                return reference or outcome.reference

    def finds_receipts(self, message: Message, reference: str | None, /) -> bool:
        """Store which SMS the reference means.

        If that fails, no receipt is waited for.
        """
        if reference is None:
            return False
        if reference == message.key:
            return True
        try:
            put_pointer(self.name, reference, message.key, dt.datetime.now(dt.UTC))
        except StoreUnavailable:
            return False
        return True


def sms_providers() -> tuple[str, ...]:
    """Return who carries outgoing SMS in this stack, in order.

    `sns` or providers' names.
    """
    named = (name.strip() for name in os.environ.get("BAYKOO_SMS_PROVIDER", SNS).split(","))
    return tuple(dict.fromkeys(name for name in named if name)) or (SNS,)


def carrier_named(name: str, message: Message) -> Carrier:
    """Return a carrier, ready to be asked for a message.

    Raises CannotSend for whatever it lacks.
    """
    if name == SNS:
        settings = _sns_settings()
        return _Sns(settings, one_of_ours(settings, message.sender))
    first = name == sms_providers()[0]  # the number that the observer wrote to is the first carrier's
    sms = OutboundSms(
        message.key,
        message.recipient or "",
        message.text or "",
        dt.datetime.now(dt.UTC),
        message.sender if first else None,
    )
    return _SendApi(name, prepare(name, sms))


def _sns_settings() -> Secrets:
    """Return the settings of SNS, which needs none."""
    try:
        return provider_secrets(SNS)
    except (NotConfigured, SecretsUnavailable):
        return {}
