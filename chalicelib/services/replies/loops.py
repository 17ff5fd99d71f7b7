"""Recognise a machine that answers our SMS, fast or slowly.

It is left without the next reply, and the loop ends. A person is silenced by none of it who sends a report, or an
incident in other words, now and then.
"""

import datetime as dt
from itertools import takewhile
from typing import Final

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.reading import read
from chalicelib.observation.sms.codes import CODE_REASONS
from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.store import message_queries
from chalicelib.store.messages import Message

FAST_WITHIN: Final = dt.timedelta(minutes=10)
FAST: Final = 5
"""Unreadable SMS of a phone within FAST_WITHIN, after which the next is a loop's."""
SLOW_WITHIN: Final = dt.timedelta(hours=24)
IN_A_ROW: Final = 6
"""SMS of a phone in a row, all unreadable or all in the same words, after which the next is a loop's."""
LOOKED_AT: Final = 50
LETTERS_OF_A_SENTENCE: Final = 12
"""A text of as many letters is the same in other figures: a machine counts its answers, or dates them."""

UNREADABLE: Final = frozenset((MessageState.UNRECOGNISED, MessageState.HELD, MessageState.QUARANTINED))
_UNCLEAR: Final = frozenset((Reason.COMMAND_UNCLEAR, Reason.NO_NUMBER, Reason.DOUBTFUL, Reason.NO_DURATION))
_PASSED_OVER: Final = frozenset((MessageState.DUPLICATE, MessageState.JOINED, MessageState.SUPERSEDED))


def is_loop(election: Election, message: Message) -> bool:
    """Tell whether an unreadable SMS is one of too many.

    Within minutes, or in a row within a day. Raises StoreUnavailable.
    """
    others = _before(message)
    soon = [other for other in others if message.stored_at - other.stored_at <= FAST_WITHIN]
    if sum(_is_unreadable(election, other) for other in soon) >= FAST:
        return True
    row = others[:IN_A_ROW]
    return len(row) == IN_A_ROW and all(_is_unreadable(election, other) for other in row)


def is_echo(message: Message) -> bool:
    """Tell whether an SMS says once more what its sender always says.

    Raises StoreUnavailable.
    """
    words = _words(message)
    return sum(1 for _ in takewhile(lambda other: _words(other) == words, _before(message))) >= IN_A_ROW


def is_unclear(reason: str | None) -> bool:
    """Whether a command's answer asks for what is lacking.

    A machine may answer that for ever.
    """
    return reason in _UNCLEAR


def _before(message: Message) -> list[Message]:
    """Return a phone's SMS of the day before, newest first."""
    if message.conversation is None:
        return []
    at = message.stored_at
    recent = message_queries.conversation_between(message.conversation, at - SLOW_WITHIN, at, LOOKED_AT)
    rows = message_queries.get_many(key for key in recent if key != message.key)
    received = [row for row in rows if row.direction == "in" and row.part is None and not row.is_entry]
    received = [row for row in received if row.state not in _PASSED_OVER]
    return sorted(received, key=lambda row: (row.stored_at, row.key), reverse=True)


def _is_unreadable(election: Election, message: Message) -> bool:
    """Tell whether nobody could read an SMS.

    One that waits is read here. A report that lacks its code is one all the same.
    """
    if message.state == MessageState.RECEIVED or message.reason in CODE_REASONS:
        return not read(message.text or "", election).reports
    return message.state in UNREADABLE or is_unclear(message.reason)


def _words(message: Message) -> str:
    text = " ".join((message.text or "").split()).casefold()
    letters = "".join(filter(str.isalpha, text))
    return letters if len(letters) >= LETTERS_OF_A_SENTENCE else text
