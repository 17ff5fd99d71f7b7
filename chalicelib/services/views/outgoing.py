"""The outbox: what waits to be sent, what was given up.

What did not arrive; and sending it again.
"""

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, Literal

from chalicelib.observation.sms.states import MessageState
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.views.message import phone_for
from chalicelib.store.elections import LoadedElection
from chalicelib.store.feed import BUCKET, begin_of, lines_of
from chalicelib.store.message_queries import get, get_many, longest_due
from chalicelib.store.messages import OUTGOING, Message
from chalicelib.store.outcome import AlreadyProcessed

Tab = Literal["waiting", "given_up", "undelivered"]
MOST_WAITING: Final = 400
"""Rows that wait to be sent and are looked at, of all elections of the stack; the longest due come first."""
MOST_LOOKED_AT: Final = 400
"""Messages of ours that one page looks at for those that failed; `next` continues."""
MOST_BUCKETS: Final = 144
"""Times of ten minutes that one page looks at: a day."""
_FAR: Final = dt.timedelta(days=1)


class NotSentAgain(ValueError):
    """A message that is not sent again.

    It is not ours, or has not failed.
    """


class OutgoingUnknown(LookupError):
    """There is no such message, or not in the operator's regions."""


def list_outgoing(
    loaded: LoadedElection, operator: Operator, tab: Tab, before: dt.datetime | None, now: dt.datetime
) -> dict[str, Any]:
    """Return what waits, was given up or did not arrive, newest first.

    `before`: the real instant where the page before ended. Raises StoreUnavailable.
    """
    if tab == "waiting":
        rows, following, is_cut = _waiting(loaded.election.id, now)
    else:
        rows, following, is_cut = _failed(loaded.election.id, tab, before or now)
    seen = [row for row in rows if operator.sees_message(row.region, row.reporter)]
    return {
        "election": loaded.election.id,
        "as_of": now.isoformat(timespec="seconds"),
        "tab": tab,
        "messages": [describe(operator, row) for row in seen],
        "is_cut": is_cut,
        "next": following.isoformat(timespec="seconds") if following else None,
    }


def describe(operator: Operator, row: Message) -> dict[str, Any]:
    """Return a message of ours as the outbox shows it.

    No words, for they may name people.
    """
    return {
        "key": row.key if operator.sees_phones() else None,
        "channel": row.channel,
        "state": row.state,
        "to": phone_for(operator, row.recipient) if row.channel == "sms" or operator.sees_phones() else None,
        "region": row.region,
        "stored_at": row.stored_at.isoformat(timespec="seconds"),
        "due_at": row.due_at.isoformat(timespec="seconds") if row.due_at else None,
        "sent_at": row.sent_at.isoformat(timespec="seconds") if row.sent_at else None,
        "attempts": row.attempts,
        "carrier": row.carrier,
        "receipt": row.receipt,
        "receipt_at": row.receipt_at.isoformat(timespec="seconds") if row.receipt_at else None,
        "is_alert": row.is_alert,
    }


def send_again(loaded: LoadedElection, action: Action, key: str) -> dict[str, Any]:
    """Put a message that failed back in its queue, as if untried.

    Sweep sends it within the minute. Raises OutgoingUnknown, NotSentAgain, and what `perform` raises.
    """

    def attempt() -> Change:
        row = get(key)
        if row is None or row.election != loaded.election.id:
            raise OutgoingUnknown("there is no such message in this election")
        if not action.operator.sees_message(row.region, row.reporter):
            raise OutgoingUnknown("there is no such message in your regions")
        action.operator.require_own(row.reporter)
        if row.direction != "out" or not _has_failed(row):
            raise NotSentAgain("only a message of ours that was given up or did not arrive is sent again")
        before = {"state": row.state, "receipt": row.receipt, "attempts": row.attempts}
        document = {"key": key, "state": MessageState.QUEUED.value}
        write = row.queueing_again(action.now)
        return Change(document, (write,), "message sent again", f"message {key}", before, document)

    return perform(action, attempt, also=(AlreadyProcessed,))


def _waiting(election_id: str, now: dt.datetime) -> tuple[list[Message], None, bool]:
    keys, is_cut = longest_due(OUTGOING, now + _FAR, MOST_WAITING)
    rows = [row for row in get_many(keys) if row.election == election_id] if keys else []
    return sorted(rows, key=lambda row: row.due_at or row.stored_at), None, is_cut


def _failed(election_id: str, tab: Tab, until: dt.datetime) -> tuple[list[Message], dt.datetime | None, bool]:
    belongs_in_tab = _was_given_up if tab == "given_up" else _did_not_arrive
    rows: list[Message] = []
    looked_at, bucket = 0, begin_of(until)
    for _ in range(MOST_BUCKETS):
        keys = list(islice(_ours(election_id, bucket), MOST_LOOKED_AT))
        rows += [row for row in get_many(keys) if row.election == election_id and belongs_in_tab(row)] if keys else []
        looked_at += len(keys)
        bucket -= BUCKET
        if looked_at >= MOST_LOOKED_AT:
            break
    rows.sort(key=lambda row: row.stored_at, reverse=True)
    return rows, bucket, False


def _ours(election_id: str, bucket: dt.datetime) -> Iterator[str]:
    return (line.key for line in lines_of(election_id, bucket) if line.direction == "out")


def _has_failed(row: Message) -> bool:
    return _was_given_up(row) or _did_not_arrive(row)


def _was_given_up(row: Message) -> bool:
    return row.state == MessageState.FAILED


def _did_not_arrive(row: Message) -> bool:
    return row.state != MessageState.QUEUED and row.receipt == "failed"
