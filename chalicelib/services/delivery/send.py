"""Hand one outgoing message to whoever carries it.

SES for email; SNS or a provider's send API for SMS.
"""

import datetime as dt
from dataclasses import dataclass

from chalicelib.providers.contract import CannotSend
from chalicelib.providers.terms import Cost, Terms
from chalicelib.services.clients.provider_api import AnswerLost, repeatable
from chalicelib.services.delivery import aws
from chalicelib.services.delivery.carrier_health import (
    acquire_slot,
    record_failure,
    record_success,
    require_closed_circuit,
)
from chalicelib.services.delivery.carriers import carrier_named, sms_providers
from chalicelib.services.delivery.faults import CircuitOpen, InDoubt, NotAsked, NotSent, RateUsedUp, SendRefused
from chalicelib.store.messages import Message


@dataclass(frozen=True, slots=True)
class SendResult:
    """Who took a message.

    Of an SMS the carrier, its reference there, what it costs, and how long to wait for a receipt before it is in doubt
    (None: its receipt is not waited for).
    """

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


def order(message: Message) -> list[str]:
    """Return whom to ask for an SMS, in order.

    Nobody who lost it; who may have it already last, unless it takes it once.
    """
    carriers_asked, lost = message.asked or (), message.lost or ()
    return sorted(
        (name for name in sms_providers() if name not in lost),
        key=lambda name: name in carriers_asked and not repeatable(name),
    )


def _unless_opted_out(fault: NotSent | SendRefused) -> NotSent | SendRefused:
    """Raise a fault that says that the recipient opted out.

    Nobody else is asked to text a person who has told one carrier to send no more.
    """
    if isinstance(fault, SendRefused) and fault.opted_out:
        raise fault
    return fault


def _combine_faults(faults: list[NotSent | SendRefused]) -> NotSent | SendRefused:
    """Combine all carriers' faults into one.

    It is a refusal only where nobody may take the message another time.
    """
    reasons = "; ".join(map(str, faults))
    again = [fault for fault in faults if isinstance(fault, NotSent)]
    if not again:
        return SendRefused(reasons) if faults else NotSent("there is no carrier left that has not lost it")
    kind = NotAsked if all(isinstance(fault, NotAsked) for fault in faults) else NotSent
    return kind(reasons, min(fault.wait for fault in again))


def _send_email(message: Message) -> SendResult:
    try:
        aws.send_email(message)
    except AnswerLost as fault:
        raise InDoubt(str(fault)) from fault
    return SendResult()


def _send_by(name: str, message: Message, now: dt.datetime, *, urgent: bool) -> SendResult:
    """Send by one carrier, within its rate; share how it stands."""
    try:
        carrier = carrier_named(name, message)
        terms = Terms.of_settings(carrier.settings)
    except CannotSend as fault:
        raise NotSent(f"{name}: {fault}") from fault
    if terms.per_second is not None:
        acquire_slot(name, terms.per_second, urgent=urgent)
    try:
        reference = carrier.send(message)
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
    waits = carrier.finds_receipts(message, reference) and terms.receipt_minutes is not None
    within = dt.timedelta(minutes=terms.receipt_minutes or 0) if waits else None
    return SendResult(name, reference, terms.cost(message.text or ""), within)
