"""Unsolicited SMS, reminders and bulk: each queued once, unless opted out.

An opt-out counts that is stored by the time of queueing.
"""

from chalicelib.observation.elections.election import Election
from chalicelib.store.messages import Message
from chalicelib.store.opt_outs import unless_opted_out
from chalicelib.store.outcome import AlreadyThere, OptOutChanged, queued, write
from chalicelib.store.reports import StoredReport, unchanged
from chalicelib.store.writes import Write


class OptedOut(Exception):
    """The phone wants no unsolicited SMS; nothing was queued."""


def queue_unsolicited(message: Message, *conditions: Write) -> bool:
    """Queue an SMS once, in one transaction with its conditions.

    False if it was queued before. Raises OptedOut, Contended, StoreUnavailable, and what the conditions' failure
    raises.
    """
    if message.election is None or message.recipient is None:
        raise ValueError(f"{message.key} goes to no phone of an election")
    try:
        write([*conditions, unless_opted_out(message.election, message.recipient), queued(message)])
    except OptOutChanged as wish:
        raise OptedOut from wish
    except AlreadyThere:
        return False
    return True


def queue_while_unchanged(election: Election, stored: StoredReport, reminder: Message) -> bool:
    """Queue a reminder once, while its report is as it was read.

    The report is the one that the reminder asks for. False if it was queued before. Raises ReportChanged, OptedOut,
    Contended, StoreUnavailable.
    """
    return queue_unsolicited(reminder, unchanged(election, stored))
