"""Hand one outgoing message to whoever carries it: SES for email; SNS or a provider's send API for SMS."""

import datetime as dt
import os
from dataclasses import dataclass

from chalicelib.providers.contract import CannotSend, OutboundSms, Secrets
from chalicelib.providers.sending import one_of_ours
from chalicelib.providers.terms import Cost, Terms
from chalicelib.services.clients.provider_api import AnswerLost, Prepared, ask, prepare, repeatable
from chalicelib.services.clients.provider_settings import NotConfigured, SecretsUnavailable, provider_secrets
from chalicelib.services.delivery import aws
from chalicelib.services.delivery.carrier_health import (
    acquire_slot,
    record_failure,
    record_success,
    require_closed_circuit,
)
from chalicelib.services.delivery.faults import CircuitOpen, InDoubt, NotAsked, NotSent, RateUsedUp, SendRefused
from chalicelib.store.message_rows import put_pointer
from chalicelib.store.messages import Message
from chalicelib.store.tables import StoreUnavailable

SNS = "sns"


@dataclass(frozen=True, slots=True)
class SendResult:
    """Who took a message: of an SMS the carrier, its reference there, what it costs, and how long to wait for a receipt
    before it is in doubt (None: its receipt is not waited for)."""

    carrier: str | None = None
    reference: str | None = None
    cost: Cost | None = None
    receipt_within: dt.timedelta | None = None


def send(message: Message, now: dt.datetime, *, urgent: bool) -> SendResult:
    """Send an email or SMS; returns once a carrier has accepted it.

    The next carrier is asked only where it is certain that the one before did not take the message. What is urgent
    waits for no rest of a carrier's where there is nobody else. Raises SendRefused where all refuse it or the recipient
    has opted out, NotSent, InDoubt.
    """
    if message.channel == "email":
        return _send_email(message)
    faults: list[NotSent | SendRefused] = []
    rested: list[str] = []
    for name in order(message):
        try:
            require_closed_circuit(name, now)
            return _send_by(name, message, now, urgent=urgent)
        except RateUsedUp:
            raise  # it has room soon, and the next may cost more
        except (NotSent, SendRefused) as fault:
            faults.append(_unless_opted_out(fault))
            rested += [name] if isinstance(fault, CircuitOpen) else []
    for name in rested if urgent else ():
        try:
            return _send_by(name, message, now, urgent=urgent)
        except (NotSent, SendRefused) as fault:
            faults.append(_unless_opted_out(fault))
    raise _combine_faults(faults)


def sms_providers() -> tuple[str, ...]:
    """Who carries outgoing SMS in this stack, in order: `sns` or providers' names."""
    named = (name.strip() for name in os.environ.get("BAYKOO_SMS_PROVIDER", SNS).split(","))
    return tuple(dict.fromkeys(name for name in named if name)) or (SNS,)


def order(message: Message) -> list[str]:
    """Whom to ask for an SMS, in order: nobody who lost it; who may have it already last, unless it takes it once."""
    asked, lost = message.asked or (), message.lost or ()
    return sorted(
        (name for name in sms_providers() if name not in lost),
        key=lambda name: name in asked and not repeatable(name),
    )


def sns_settings() -> Secrets:
    """The settings of SNS, which needs none."""
    try:
        return provider_secrets(SNS)
    except (NotConfigured, SecretsUnavailable):
        return {}


def _unless_opted_out(fault: NotSent | SendRefused) -> NotSent | SendRefused:
    """Nobody else is asked to text a person who has told one carrier to send no more: raises it then."""
    if isinstance(fault, SendRefused) and fault.opted_out:
        raise fault
    return fault


def _combine_faults(faults: list[NotSent | SendRefused]) -> NotSent | SendRefused:
    """What all carriers' faults come to: a refusal only where nobody may take the message another time."""
    said = "; ".join(map(str, faults))
    again = [fault for fault in faults if isinstance(fault, NotSent)]
    if not again:
        return SendRefused(said) if faults else NotSent("there is no carrier left that has not lost it")
    kind = NotAsked if all(isinstance(fault, NotAsked) for fault in faults) else NotSent
    return kind(said, min(fault.wait for fault in again))


def _send_email(message: Message) -> SendResult:
    try:
        aws.send_email(message)
    except AnswerLost as fault:
        raise InDoubt(str(fault)) from fault
    return SendResult()


def _send_by(name: str, message: Message, now: dt.datetime, *, urgent: bool) -> SendResult:
    """Send by one carrier, within its rate, and let all workers know how it stands."""
    try:
        prepared = None if name == SNS else prepare(name, _sms(name, message))
        settings = sns_settings() if prepared is None else prepared.carrier.secrets
        terms, sender = Terms.of_settings(settings), one_of_ours(settings, message.sender) if name == SNS else None
    except CannotSend as fault:
        raise NotSent(f"{name}: {fault}") from fault
    if terms.per_second is not None:
        acquire_slot(name, terms.per_second, urgent=urgent)
    try:
        if prepared is None:
            reference: str | None = aws.send_sms(message, sender)
        else:
            reference = _send_by_api(name, message, prepared)
    except NotSent as fault:
        record_failure(name, now, fault.wait)
        raise
    except InDoubt as fault:
        record_failure(name, now, fault.wait)
        raise InDoubt(str(fault), name) from fault
    except AnswerLost as fault:
        record_failure(name, now, 0)
        raise InDoubt(str(fault), name) from fault
    record_success(name)
    found = reference is not None and name != SNS and _store_pointer(name, reference, message)
    waits = found and terms.receipt_minutes is not None
    within = dt.timedelta(minutes=terms.receipt_minutes or 0) if waits else None
    return SendResult(name, reference, terms.cost(message.text or ""), within)


def _sms(name: str, message: Message) -> OutboundSms:
    """The SMS as a carrier is asked to send it. The number that the observer wrote to is the first carrier's."""
    first = name == sms_providers()[0]
    return OutboundSms(
        message.key,
        message.recipient or "",
        message.text or "",
        dt.datetime.now(dt.UTC),
        message.sender if first else None,
    )


def _send_by_api(name: str, message: Message, prepared: Prepared) -> str | None:
    """Send by a provider's API; the reference that its receipts come under."""
    known = prepared.request.reference
    if known is not None:
        _store_pointer(name, known, message)  # before it is sent: should the answer be lost, the receipt ends the doubt
    outcome = ask(prepared)
    said, wait = f"{name}: {outcome.reason}", outcome.retry_after or 0
    match outcome.verdict:
        case "refused":
            raise SendRefused(said, opted_out=outcome.opted_out)
        case "not_sent":
            raise NotSent(said, wait)
        case "in_doubt":
            # With another provider behind it, a repetition might be that one's, and would be a second SMS.
            is_repeated = prepared.carrier.repeatable and len(sms_providers()) == 1
            raise NotSent(said, wait) if is_repeated else InDoubt(said, wait=wait)
        case "sent":
            return known or outcome.reference


def _store_pointer(name: str, reference: str, message: Message) -> bool:
    """See to it that a receipt finds its SMS; False if that could not be stored: then none is waited for."""
    if reference == message.key:
        return True
    try:
        put_pointer(name, reference, message.key, dt.datetime.now(dt.UTC))
    except StoreUnavailable:
        return False
    return True
