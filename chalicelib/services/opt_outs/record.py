"""Opting out and in, by the phone's SMS or its carrier.

Wishes are ordered by when they were said, so it does not matter which is processed first: the newest stands.
"""

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.reading.reading import read
from chalicelib.observation.replies.replies import opting_reply
from chalicelib.observation.reports.tally import OPTED
from chalicelib.observation.sms.opt_out_words import wish_in
from chalicelib.observation.sms.phones import OptOutState, is_machine
from chalicelib.observation.sms.states import MessageState
from chalicelib.services import outbox
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.replies.strangers import reply_budget
from chalicelib.store import keys
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message
from chalicelib.store.operators import recorded
from chalicelib.store.opt_outs import OptOutRow, put_opt_out, wish_of
from chalicelib.store.outcome import AlreadyProcessed, OptOutChanged, Outcome, write
from chalicelib.store.routes import is_own_number
from chalicelib.store.writes import Write

CARRIER = "the carrier"
UNKNOWN_SENDER = "an unknown sender"


ANSWERS_PER_HOUR = 4
"""How often a phone's STOP and START are answered: one that alternates them must not spend the SMS of others."""


@dataclass(frozen=True, slots=True)
class OptOutChange:
    """A wish that an SMS says, and the rows it changes.

    It is None where a newer wish stands. `is_all`: the SMS says nothing else. `is_answered`: it is news, and the
    provider has not answered it already.
    """

    wish: OptOutState
    is_all: bool
    is_answered: bool
    writes: tuple[Write, ...]


def opt_out_of(loaded: LoadedElection, message: Message, phone: str, now: dt.datetime) -> OptOutChange | None:
    """Return the wish that an SMS, or its provider, tells; or None.

    A report, or what is held as its cancellation, stays one: in it only the provider can find a wish beside. Raises
    StoreUnavailable.
    """
    election, text = loaded.election, message.text or ""
    found_by_provider = message.provider_wish
    wish = found_by_provider or wish_in(text)
    if wish is None or message.part is not None or is_machine(phone) or is_own_number(phone):
        return None
    reading = read(text, election)
    is_all = not reading.reports and reading.held is None
    if not is_all and found_by_provider is None:
        return None
    wish_row = OptOutRow(
        election.id,
        phone,
        wish=wish,
        at=message.received_at or message.stored_at,
        message=message.key,
        source="provider" if found_by_provider else "sms",
    )
    before = wish_of(election.id, phone)
    answered = _recent(before.answered if before is not None else (), now)
    is_answered = _is_news(wish_row, before) and found_by_provider is None and len(answered) < ANSWERS_PER_HOUR
    counted: tuple[Write, ...] | None = ()
    if is_answered and _holder(election, phone) is None:
        counted = reply_budget(election.id, loaded.clock.at(now))
        is_answered = counted is not None
    wish_row.answered = [*answered, *([now.isoformat()] if is_answered else [])]
    return OptOutChange(
        wish, is_all, is_answered, (*_writes(wish_row, before, _name(_holder(election, phone)), now), *(counted or ()))
    )


def outcome_of_opt_out(
    loaded: LoadedElection, message: Message, phone: str, change: OptOutChange, now: dt.datetime
) -> Outcome:
    """Return the outcome of an SMS that says a wish alone."""
    election = loaded.election
    holder = _holder(election, phone)
    observer = holder if isinstance(holder, Observer) else None
    changes = Message.finishing(
        OPTED[change.wish],
        now,
        election=election.id,
        counted_at=loaded.clock.at(message.received_at or message.stored_at),
        observer=observer.number if observer else None,
        region=election.region_of(observer.station) if observer else None,
    )
    text = opting_reply(election, holder.language if holder else election.languages[0], change.wish)
    origin = outbox.Origin(election.id, message.key, now)
    reply = outbox.sms_row(keys.reply(message.key), phone, text, origin, sender=message.recipient)
    return Outcome(message, changes, election, outgoing=(reply,) if change.is_answered else (), writes=change.writes)


def finish_refused(message: Message, error: str, at: dt.datetime) -> None:
    """End an outgoing SMS whose recipient has opted out at its carrier.

    The wish is known from here on. `at`: before it was handed over. Nothing changes where somebody else has ended it.
    Raises StoreUnavailable.
    """
    election, phone = str(message.election), str(message.recipient)
    wish_row = OptOutRow(election, phone, wish="out", at=at, message=message.key, source="provider")
    ending = message.ending(MessageState.OPTED_OUT, last_error=error[:500])
    with suppress(AlreadyProcessed):
        until_uncontended(
            lambda: write([ending, *_writes(wish_row, wish_of(election, phone), CARRIER, at)]),
            also=(OptOutChanged,),
            what=message.key,
        )


def _recent(answered: Iterable[str], now: dt.datetime) -> list[str]:
    """Those of some instants that are less than an hour ago."""
    return [at for at in answered if now - dt.datetime.fromisoformat(at) < dt.timedelta(hours=1)]


def _is_news(wish_row: OptOutRow, before: OptOutRow | None) -> bool:
    return before is None or (before.order < wish_row.order and before.wish != wish_row.wish)


def _writes(wish_row: OptOutRow, before: OptOutRow | None, who: str, now: dt.datetime) -> tuple[Write, ...]:
    """Replace the wish before by the newer one.

    The audit trail has a line where it is another.
    """
    if before is not None and before.order >= wish_row.order:
        return ()
    line = recorded(wish_row.election, now, who, f"opted {wish_row.wish}", wish_row.message)
    return (put_opt_out(before, wish_row), line) if _is_news(wish_row, before) else (put_opt_out(before, wish_row),)


def _holder(election: Election, phone: str) -> Observer | Coordinator | None:
    observers = election.observers_by_phone.get(phone)
    coordinators = election.coordinators_by_phone.get(phone)
    return observers[0] if observers else coordinators[0] if coordinators else None


def _name(holder: Observer | Coordinator | None) -> str:
    if holder is None:
        return UNKNOWN_SENDER
    return f"observer {holder.number}" if isinstance(holder, Observer) else holder.name
