"""One SMS that a gateway hands in under two ids: recognised by sender, recipient, text and the provider's own time.

Not by the provider's name: a gateway may call under two of them. But by the recipient, for whoever texts the same to
two numbers in one second, perhaps of two elections, has sent two SMS.

The first to be processed leaves a row in its own transaction, which may exist only once; so whichever two workers have
them, one counts and the other is shown as its duplicate.
"""

import datetime as dt
import hashlib
import json

from chalicelib.observation.sms.phones import international
from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.store import messages
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_rows import dedup_row, get_dedup_row
from chalicelib.store.messages import Message, finishing
from chalicelib.store.outcome import Outcome
from chalicelib.store.writes import Write

TWINS_WITHIN = dt.timedelta(minutes=2)
KEPT = dt.timedelta(days=30)
"""How long the row stays by which twins are known: longer than any SMS waits to be processed."""


def dedup_guard(message: Message, region: str | None) -> Write | None:
    """The row that only one of an SMS's twins can write; None where the provider tells no time to know twins by.

    Numbers count as what they mean in the election's `region`, for one gateway may write the same one in two ways.
    """
    if message.provider_at is None:
        return None
    numbers = [international(number or "", region) for number in (message.sender, message.recipient)]
    same = [*numbers, message.text, message.provider_at.isoformat()]
    digest = hashlib.sha256(json.dumps(same).encode()).hexdigest()[:32]
    return dedup_row(digest, message.key, message.stored_at, KEPT)


def duplicate_of(loaded: LoadedElection, message: Message, guard: Write, now: dt.datetime) -> Outcome | None:
    """The outcome of an SMS whose twin has left its row: it changes no number.

    None where the other came more than two minutes apart: then it was said again. Raises StoreUnavailable.
    """
    first = get_dedup_row(guard.key)
    if first is None or abs(message.stored_at - first.stored_at) > TWINS_WITHIN:
        return None
    twin = messages.get(first.about)
    changes = finishing(
        MessageState.DUPLICATE,
        now,
        reason=Reason.SAME_SMS,
        about=first.about,
        election=loaded.election.id,
        region=twin.region if twin is not None else None,
    )
    return Outcome(message, changes, loaded.election)
