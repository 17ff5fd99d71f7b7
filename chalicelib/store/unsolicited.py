"""SMS that nobody has asked for, reminders and bulk: queued once, unless the phone has opted out by then."""

from chalicelib.observation.elections.election import Election
from chalicelib.store.messages import Message
from chalicelib.store.opt_outs import unless_opted_out
from chalicelib.store.outcome import AlreadyThere, OptOutChanged, queued, write
from chalicelib.store.reports import StoredReport, unchanged
from chalicelib.store.writes import Write


class OptedOut(Exception):
    """The phone wants no SMS that it has not asked for; nothing was queued."""


def queue_unsolicited(message: Message, *conditions: Write) -> bool:
    """Queue an SMS once, in one transaction with its conditions. False if it was queued before.

    Raises OptedOut, Contended, StoreUnavailable, and what the conditions' failure raises.
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
    """Queue a reminder once, while the report that it asks for is as it was read. False if it was queued before.

    Raises ReportChanged, OptedOut, Contended, StoreUnavailable.
    """
    return queue_unsolicited(reminder, unchanged(election, stored))
