"""List what is held for a person, and try one again."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from chalicelib.observation.sms.phones import international
from chalicelib.observation.sms.states import Reason
from chalicelib.services.access.operators import Operator
from chalicelib.store import routes
from chalicelib.store.budgets import phones_held
from chalicelib.store.message_queries import longest_due, read_rows
from chalicelib.store.messages import Message
from chalicelib.store.queues import QueuedRow
from chalicelib.store.receipts import ReceiptRow

MOST_SHOWN = 200


class NotHeld(ValueError):
    """A row cannot be tried again.

    It is not held for want of being processed.
    """


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A row that waits for a person, since when and why.

    `error`: what went wrong. Of a row that this version cannot read, `since` is not known.
    """

    key: str
    since: dt.datetime | None
    state: str
    reason: str
    error: str | None


@dataclass(frozen=True, slots=True)
class HeldRows:
    """Rows that are held, the longest held first; `is_cut`: there are more."""

    rows: tuple[HeldRow, ...]
    is_cut: bool


def held_rows() -> HeldRows:
    """Return what is held in the whole stack; raises StoreUnavailable."""
    rows_held, unreadable, is_cut = _read()
    rows = [HeldRow(key, None, "", Reason.UNREADABLE_ROW, why) for key, why in sorted(unreadable.items())]
    return HeldRows((*rows, *map(_describe, rows_held)), is_cut)


def held_of(operator: Operator) -> dict[str, Any]:
    """Return what is held in an operator's election and regions.

    It is as the API shows it. Raises StoreUnavailable.
    """
    rows_held, _, is_cut = _read()
    numbers = frozenset(routes.numbers_of(operator.election))
    shown = [_describe(row) for row in rows_held if _concerns(operator, row, numbers)]
    rows = [
        {
            "key": message.key,
            "since": message.since.isoformat() if message.since else None,
            "state": message.state,
            "reason": message.reason,
        }
        for message in shown
    ]
    phones = phones_held(operator.election) if operator.sees_all() and operator.toward(None).sees_phones() else {}
    return {
        "election": operator.election,
        "held": rows,
        "is_cut": is_cut,
        "phones": [
            {"phone": phone, "counted": sorted(stations.counted), "held": sorted(stations.held)}
            for phone, stations in phones.items()
        ],
    }


def try_again(key: str, now: dt.datetime) -> None:
    """Put a row back in its queue that could not be processed.

    One that an older version could not read goes back too. Raises NotHeld, StoreUnavailable.
    """
    rows, unreadable = read_rows([key])
    if unreadable:
        raise NotHeld(f"{key} cannot be read: {unreadable[key]}")
    row = next(iter(rows), None)
    if row is None or row.reason not in (Reason.NOT_PROCESSED, Reason.UNREADABLE_ROW):
        raise NotHeld(f"{key} is not held for want of being processed: ./baykoo messages held lists what is")
    if not row.retry(now):
        raise NotHeld(f"somebody else has just changed {key}")


def _read() -> tuple[list[Message | ReceiptRow], dict[str, str], bool]:
    """Read what is held.

    Rows that cannot be read by key with their faults, and whether there is more.
    """
    keys, is_cut = longest_due(["held"], None, MOST_SHOWN)
    rows, unreadable = read_rows(keys)
    return sorted(rows, key=_since), unreadable, is_cut


def _since(row: QueuedRow) -> dt.datetime:
    return row.due_at or row.stored_at


def _describe(row: QueuedRow) -> HeldRow:
    return HeldRow(row.key, _since(row), row.state, row.reason or "", row.last_error)


def _concerns(operator: Operator, row: Message | ReceiptRow, numbers: Collection[str]) -> bool:
    """Tell whether a row is of an operator's election and regions.

    One that was never read is its number's; a receipt is nobody's.
    """
    if isinstance(row, ReceiptRow):
        return False
    if row.election is None:
        return operator.sees_message(None, None) and international(row.recipient or "") in numbers
    return row.election == operator.election and operator.sees_message(row.region, row.reporter)
