"""Recognise copies of one SMS under several ids; count one.

However late they come. Copies have the same sender, recipient, text and the provider's own time. Where the provider
tells none, a copy is what comes within two minutes of the sender's last SMS and says the same; so a correction that is
taken back still counts. Not by the provider's name: a gateway may call under two of them. But by the recipient, for
whoever texts the same to two numbers has sent two SMS.

The first to be processed leaves a row in its own transaction, so whichever two workers have copies, one counts and the
other is shown as its duplicate. The row stays as long as its message: some 150 bytes and two write units per SMS, or
one row per sender where the provider tells no time.
"""

import datetime as dt
import hashlib
import json

from chalicelib.observation.sms.phones import international
from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.store import message_queries
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_rows import dedup_row, get_dedup_row, latest_row
from chalicelib.store.messages import Message
from chalicelib.store.outcome import Outcome
from chalicelib.store.writes import Write

TIMELESS_WITHIN = dt.timedelta(minutes=2)
"""How far apart copies arrive whose provider tells no time of its own."""


def dedup_guard(message: Message, region: str | None) -> Write:
    """Make the row that only one of an SMS's copies can write.

    Numbers count as what they mean in the election's `region`, for one gateway may write the same one in two ways.
    """
    numbers = [international(number or "", region) for number in (message.sender, message.recipient)]
    if message.provider_at is not None:
        same = [*numbers, message.text_as_sent, message.provider_at.isoformat()]
        return dedup_row(_digest(same), message.key, message.stored_at)
    return latest_row(
        _digest(numbers), message.key, message.stored_at, _digest([message.text_as_sent]), TIMELESS_WITHIN
    )


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def duplicate_of(loaded: LoadedElection, message: Message, guard: Write, now: dt.datetime) -> Outcome | None:
    """Return the outcome of a copy: it changes no number.

    The copy is of an SMS of which another has left its row. None where it is no copy: then the provider tells no time,
    and it was said again. Raises StoreUnavailable.
    """
    first = get_dedup_row(guard.key)
    if first is None or first.about == message.key:
        return None
    if message.provider_at is None and abs(message.stored_at - first.stored_at) > TIMELESS_WITHIN:
        return None
    twin = message_queries.get(first.about)
    changes = Message.finishing(
        MessageState.DUPLICATE,
        now,
        reason=Reason.SAME_SMS,
        about=first.about,
        election=loaded.election.id,
        region=twin.region if twin is not None else None,
    )
    return Outcome(message, changes, loaded.election)
