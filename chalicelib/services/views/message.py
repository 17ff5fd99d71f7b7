"""One message as operators see it: from the SMS to its outcome and what was sent about it."""

from collections.abc import Collection
from typing import Any

from chalicelib.services.access.operators import Operator
from chalicelib.store import keys, messages
from chalicelib.store.messages import Message

HIDDEN_DIGITS = 4


def describe_message(operator: Operator, key: str, withheld: Collection[str] = ()) -> dict[str, Any] | None:
    """A message of the operator's election and regions, None if there is none. Raises StoreUnavailable.

    A message without a region (an unknown sender's) is shown only to those who see the whole nation. Its words are
    left out where they may tell answers to one of the `withheld` forms (`quick_count_release`).
    """
    message = messages.get(key)
    if message is None or message.election != operator.election or not _sees(operator, message):
        return None
    is_withheld = bool(withheld) and _may_tell(message, withheld)
    described = _describe(operator, message, is_withheld=is_withheld)
    if message.direction == "in":
        reply = messages.get(keys.reply(message.key))
        described["reply"] = _describe(operator, reply, is_withheld=is_withheld) if reply else None
    return described


def _may_tell(message: Message, forms: Collection[str]) -> bool:
    """Whether a message may tell answers to one of some forms: all may but an SMS that was read as others alone."""
    reports = (message.reading or {}).get("reports") or [] if message.direction == "in" else []
    return not reports or any(report["form"] in forms for report in reports)


def _sees(operator: Operator, message: Message) -> bool:
    return operator.sees_all() if message.region is None else operator.sees(message.region)


def _describe(operator: Operator, message: Message, *, is_withheld: bool) -> dict[str, Any]:
    moments = ("provider_at", "received_at", "counted_at", "stored_at", "processed_at", "sent_at")
    plain = ("key", "direction", "channel", "state", "reason", "provider", "election", "region", "observer", "flag")
    return {
        **{name: getattr(message, name) for name in plain},
        "from": _phone(operator, message.sender),
        "to": _phone(operator, message.recipient),
        "is_withheld": is_withheld,
        "subject": message.subject,
        "text": None if is_withheld else message.text,
        **{name: moment.isoformat() if (moment := getattr(message, name)) else None for name in moments},
        "reading": None if is_withheld else message.reading,
        "attempts": message.attempts,
        "last_error": message.last_error,
        "about": message.about,
        "parts": message.parts,
        **_sending(message),
    }


def _sending(message: Message) -> dict[str, Any]:
    """By whom an outgoing message was sent, what came of it, and what it cost."""
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
        "receipt_detail": message.receipt_detail,
        "segments": message.segments,
        "cost": message.cost,
        "currency": message.currency,
    }


def _phone(operator: Operator, number: str | None) -> str | None:
    """A number, or for those who need not call anybody only its last digits."""
    if number is None or operator.sees_phones() or "@" in number:
        return number
    return "…" + number[-HIDDEN_DIGITS:]
