"""Try an SMS to many out, before it goes.

To how many it would go in which words, and to oneself as its receivers would get it.
"""

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from chalicelib.observation.elections.election import Observer
from chalicelib.observation.reports.reminders import is_night
from chalicelib.observation.sms.segments import count_segments
from chalicelib.services import outbox
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.outreach.broadcast import Batch, prepare
from chalicelib.services.outreach.refusals import SendRefused
from chalicelib.services.outreach.sends import SendRequest, within
from chalicelib.store import keys
from chalicelib.store.accounts import get_account
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message
from chalicelib.store.outcome import queued
from chalicelib.store.routes import number_of

SHOWN: Final = 4
EXAMPLES: Final = 3


def try_out(
    loaded: LoadedElection, operator: Operator, sending: SendRequest, price: Decimal | None, now: dt.datetime
) -> dict[str, Any]:
    """Tell to how many it would go, and what it would cost.

    Nothing is written.

    Raises BatchRefused, NotInRegion, StoreUnavailable.
    """
    batch = prepare(loaded, sending.name, sending.text, within(operator, sending.choice))
    cost = None if price is None else str(price * batch.segments)
    return {
        "election": loaded.election.id,
        "recipients": len(batch.remaining),
        "sent_before": len(batch.sent_before),
        "opted_out": batch.unwilling,
        "segments_each": batch.each.count,
        "segments_least": batch.shortest,
        "encoding": batch.each.encoding,
        "segments": batch.segments,
        "cost": cost,
        "is_night": is_night(loaded.election, loaded.clock.at(now)),
        "examples": [
            {
                "observer": recipient.number,
                "name": recipient.name,
                "station": recipient.station,
                "language": recipient.language,
                "text": batch.texts[recipient.number],
                "segments": batch.length_of(recipient).count,
                "encoding": batch.length_of(recipient).encoding,
            }
            for recipient in _examples(batch)
        ],
    }


def try_on_oneself(loaded: LoadedElection, action: Action, sending: SendRequest) -> dict[str, Any]:
    """Send the text to the operator's own address, once in each language.

    It is as one who is chosen would get it: by SMS, or by email where the account has no phone. Raises BatchRefused,
    SendRefused, NotInRegion, KeyReused, StoreUnavailable.
    """

    def attempt() -> Change:
        address = _own_address(action)
        batch = prepare(loaded, sending.name, sending.text, within(action.operator, sending.choice))
        by_language = {recipient.language: batch.texts[recipient.number] for recipient in reversed(_examples(batch))}
        if not by_language:
            raise SendRefused("nobody is chosen who may get it")
        texts = list(dict.fromkeys(by_language.values()))
        rows = [_row(loaded, action, address, text, place) for place, text in enumerate(texts)]
        document = {
            "to": f"…{address[-SHOWN:]}" if address.startswith("+") else address,
            "texts": [{"text": text, "segments": count_segments(text).count} for text in texts],
        }
        return Change(document, tuple(map(queued, rows)), "send tried on oneself", f"send {sending.name}")

    return perform(action, attempt)


def _examples(batch: Batch) -> list[Observer]:
    """Return some recipients, of each language one first."""
    by_language: dict[str, Observer] = {}
    for recipient in batch.remaining:
        by_language.setdefault(recipient.language, recipient)
    first = list(by_language.values())
    others = [recipient for recipient in batch.remaining[: 2 * EXAMPLES] if recipient not in first]
    return [*first, *others][: max(EXAMPLES, len(first))]


def _own_address(action: Action) -> str:
    account = get_account(action.election, action.operator.account) if action.operator.account else None
    address = account.address if account is not None else ""
    if "@" not in address and not address.startswith("+"):
        raise SendRefused("a program has no phone of its own: sign in to try it on yourself")
    return address


def _row(loaded: LoadedElection, action: Action, address: str, text: str, place: int) -> Message:
    election = loaded.election
    key = keys.bulk_test(election.id, action.who, action.key, place)
    origin = outbox.Origin(election.id, "bulk#test", action.now)
    if "@" in address:
        row = outbox.email_row(
            key, address, outbox.Email(election.text(election.name, election.languages[0]), text), origin
        )
    else:
        row = outbox.sms_row(key, address, text, origin, sender=number_of(election.id))
    row.author = action.who
    return row
