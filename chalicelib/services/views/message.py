"""One message as operators see it, from SMS to outcome and sends."""

import re
from collections.abc import Collection
from typing import Any

from chalicelib.observation.sms.states import MessageState
from chalicelib.services.access.operators import Operator
from chalicelib.store import keys, message_queries
from chalicelib.store.messages import Message

HIDDEN_DIGITS = 4
LOST = "failed"
"""A carrier's word that an SMS did not arrive."""
_NUMBER = re.compile(r"\+?\d[\d ()-]{5,}\d")


def described_with_reply(operator: Operator, message: Message, withheld: Collection[str] = ()) -> dict[str, Any]:
    """Describe a message that the operator sees, with the reply to it.

    Raises StoreUnavailable.
    """
    operator = operator.toward(message.reporter)
    is_withheld = bool(withheld) and may_tell(message, withheld)
    described = _describe(operator, message, is_withheld=is_withheld)
    if message.direction == "in":
        reply = message_queries.get(keys.reply(message.key))
        described["reply"] = _describe(operator, reply, is_withheld=is_withheld) if reply else None
    return described


def may_tell(message: Message, forms: Collection[str]) -> bool:
    """Tell whether a message may tell answers to some forms.

    All may but an SMS that was read as others alone.
    """
    reports = (message.reading or {}).get("reports") or [] if message.direction == "in" else []
    return not reports or any(report["form"] in forms for report in reports)


def _describe(operator: Operator, message: Message, *, is_withheld: bool) -> dict[str, Any]:
    moments = ("provider_at", "received_at", "counted_at", "stored_at", "processed_at", "sent_at")
    is_shown = not is_withheld and _may_read(operator, message)
    plain = ("key", "direction", "channel", "state", "reason", "provider", "election", "region", "observer", "flag")
    return {
        **{name: getattr(message, name) for name in plain},
        "from": phone_for(operator, message.sender),
        "to": phone_for(operator, message.recipient),
        "is_withheld": is_withheld,
        "subject": message.subject if is_shown else None,
        "text": message.text if is_shown else None,
        **{name: moment.isoformat() if (moment := getattr(message, name)) else None for name in moments},
        "reading": message.reading if is_shown else None,
        "attempts": message.attempts,
        "last_error": _masked(operator, message.last_error),
        "about": message.about,
        "parts": message.parts,
        **_sending(operator, message),
    }


def _sending(operator: Operator, message: Message) -> dict[str, Any]:
    """Describe by whom a message was sent, its cost and its fate."""
    if message.direction != "out":
        return {}
    return {
        "carrier": message.carrier,
        "reference": message.reference,
        "asked": message.asked or [],
        "lost": message.lost or [],
        "doubts": message.doubts or 0,
        "receipt": message.receipt,
        "receipt_at": message.receipt_at.isoformat() if message.receipt_at else None,
        "receipt_detail": _masked(operator, message.receipt_detail),
        "segments": message.segments,
        "cost": message.cost,
        "currency": message.currency,
    }


def _may_read(operator: Operator, message: Message) -> bool:
    """Tell whether an operator reads a row's words.

    Of what goes out, lists and answers name people and their phones.
    """
    return operator.sees_phones() or message.direction != "out"


def failure_of(operator: Operator, message: Message) -> str | None:
    """Return why one of ours did not arrive, in its carrier's words.

    It is None of what came, arrived, or may yet.
    """
    if message.direction != "out" or (message.receipt != LOST and message.state != MessageState.FAILED):
        return None
    return _masked(operator, (message.receipt_detail if message.receipt == LOST else None) or message.last_error)


def _masked(operator: Operator, written: str | None) -> str | None:
    """Mask numbers in what a carrier said, but for their last digits.

    Who has to call people reads it unmasked.
    """
    if written is None or operator.sees_phones():
        return written
    return _NUMBER.sub(lambda number: "…" + number[0][-HIDDEN_DIGITS:], written)


def phone_for(operator: Operator, number: str | None) -> str | None:
    """Return a number, or its last digits for who need not call."""
    if number is None or operator.sees_phones() or "@" in number:
        return number
    return "…" + number[-HIDDEN_DIGITS:]
