"""One SMS that a gateway hands in under two ids: recognised by sender, recipient, text and the provider's own time.

Not by the provider's name: a gateway may call under two of them. But by the recipient, for whoever texts the same to
two numbers in one second, perhaps of two elections, has sent two SMS.

The first to be processed leaves a row in its own transaction, which may exist only once; so whichever two workers have
them, one counts and the other is shown as its duplicate.
"""

import datetime as dt
import hashlib
import json

from chalicelib.observation.reports.tally import DUPLICATE
from chalicelib.observation.sms.phones import international
from chalicelib.store import messages
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message
from chalicelib.store.outcome import Outcome, queued
from chalicelib.store.writes import Write

TWINS_WITHIN = dt.timedelta(minutes=2)
KEPT = dt.timedelta(days=30)
"""How long the row stays by which twins are known: longer than any SMS waits to be processed."""
SAME_SMS = "same_sms"


def dedup_guard(message: Message, region: str | None) -> Write | None:
    """The row that only one of an SMS's twins can write; None where the provider tells no time to know twins by.

    Numbers count as what they mean in the election's `region`, for one gateway may write the same one in two ways.
    """
    if message.provider_at is None:
        return None
    numbers = [international(number or "", region) for number in (message.sender, message.recipient)]
    same = [*numbers, message.text, message.provider_at.isoformat()]
    digest = hashlib.sha256(json.dumps(same).encode()).hexdigest()[:32]
    guard = Message(
        f"twin#{digest}",
        direction="twin",
        state="guard",
        stored_at=message.stored_at,
        about=message.key,
        expires=message.stored_at + KEPT,
    )
    return queued(guard)


def duplicate_of(loaded: LoadedElection, message: Message, guard: Write, now: dt.datetime) -> Outcome | None:
    """The outcome of an SMS whose twin has left its row: it changes no number.

    None where the other came more than two minutes apart: then it was said again. Raises StoreUnavailable.
    """
    first = next(iter(messages.get_many([guard.key])), None)
    if first is None or abs(message.stored_at - first.stored_at) > TWINS_WITHIN:
        return None
    twin = next(iter(messages.get_many([first.about or ""])), None)
    changes = [
        Message.state.set(DUPLICATE),
        Message.reason.set(SAME_SMS),
        Message.about.set(first.about),
        Message.processed_at.set(now),
        Message.election.set(loaded.election.id),
        Message.pending.remove(),
        Message.due_at.remove(),
    ]
    if twin is not None and twin.region is not None:
        changes.append(Message.region.set(twin.region))
    return Outcome(message, tuple(changes), loaded.election)
