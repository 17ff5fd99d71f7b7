"""Decide about an SMS.

Dismiss, answer, ask to call, pass on, have it tried again.
"""

from collections.abc import Sequence
from typing import Any

from chalicelib.observation.sms.codes import CODE_REASONS
from chalicelib.observation.sms.phones import international, is_machine
from chalicelib.observation.sms.segments import count_segments
from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.services import outbox
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.desk.message import OTHERS_AT_WORK, decision, message_at, read_now, sees
from chalicelib.services.desk.queue import same_text
from chalicelib.services.desk.refusals import NotDone
from chalicelib.services.desk.release_phone import releasing_phone
from chalicelib.services.review.entry import operator_digest
from chalicelib.store import keys, routes
from chalicelib.store.desk import Desk, How, at_desk, deciding, retrying, waiting_at
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_queries import get_many
from chalicelib.store.messages import Message
from chalicelib.store.outcome import queued

MOST_AT_ONCE = 40
"""SMS that one decision ends at once: DynamoDB takes 100 rows in a transaction."""
MOST_COMPARED = 400
LONGEST_ANSWER = 600


def dismiss(loaded: LoadedElection, action: Action, key: str, seen: str, *, identical: bool = False) -> dict[str, Any]:
    """Take an SMS from the desk: it says nothing that counts.

    `identical`: with it those that were not understood and say the same, MOST_AT_ONCE at most; the answer tells how
    many are left. Raises VersionPassed, NoSuchMessage, NotDone, KeyReused, StoreUnavailable.
    """

    def attempt() -> Change:
        row = message_at(action.operator, key, seen)
        others, left = _identical(loaded, action, row) if identical else ([], 0)
        rows = [row, *others]
        writes = tuple(deciding(message, decision(action, "dismissed")) for message in rows)
        document = {"dismissed": [message.key for message in rows], "left": left}
        what = "message dismissed" if len(rows) == 1 else f"{len(rows)} identical messages dismissed"
        return Change(document, writes, what, f"message {key}", after=document["dismissed"])

    return perform(action, attempt, also=OTHERS_AT_WORK)


def answer(loaded: LoadedElection, action: Action, key: str, seen: str, text: str) -> dict[str, Any]:
    """Answer an SMS by one of ours, in the operator's words.

    Raises what `dismiss` raises.
    """
    key_of_answer = keys.answered(operator_digest(f"{loaded.election.id} {action.who}"), action.key)

    def attempt() -> Change:
        row = message_at(action.operator, key, seen)
        phone = international(row.sender or "", loaded.election.default_region)
        if not row.sender or is_machine(phone) or routes.is_own_number(phone):
            raise NotDone("nobody reads SMS at its sender's number")
        route = routes.route_to(row.recipient or "")
        sender = route.number if route is not None else routes.number_of(loaded.election.id)
        origin = outbox.Origin(loaded.election.id, row.key, action.now)
        sms = outbox.sms_row(key_of_answer, phone, text, origin, sender=sender)
        sms.region, sms.observer, sms.author = row.region, row.observer, action.who
        segments = count_segments(text)
        document = {"answer": sms.key, "message": key, "segments": segments.count, "encoding": segments.encoding}
        writes = (queued(sms), deciding(row, decision(action, "answered", by=sms.key)))
        return Change(document, writes, "message answered", f"message {key}", after=text)

    return perform(action, attempt, also=OTHERS_AT_WORK)


def move(loaded: LoadedElection, action: Action, key: str, seen: str, desk: Desk) -> dict[str, Any]:
    """Let an SMS wait for headquarters, or for a call.

    Raises what `dismiss` raises.
    """
    how: How = "call" if desk == "call" else "passed"

    def attempt() -> Change:
        row = message_at(action.operator, key, seen)
        if how == "call" and not row.sender:
            raise NotDone("it has no sender who could be called")
        waits = at_desk(loaded.election.id, row.region, desk)
        write = deciding(row, decision(action, how), waits)
        document = {"message": key, "desk": desk}
        return Change(document, (write,), f"message {_PAST[how]}", f"message {key}", before=row.attention, after=waits)

    return perform(action, attempt, also=OTHERS_AT_WORK)


_PAST = {"call": "left for a call", "passed": "passed to headquarters"}


def retry(loaded: LoadedElection, action: Action, key: str, seen: str) -> dict[str, Any]:
    """Have a message that no try has processed tried again.

    One that waits for want of a right code is read again too, and its phone released. Raises what `dismiss` raises.
    """
    read: list[str] = [key]

    def attempt() -> Change:
        row = message_at(action.operator, key, seen)
        if row.reason in CODE_REASONS:
            change, read[:] = releasing_phone(loaded, action, row)
            return change
        if row.reason != Reason.NOT_PROCESSED:
            raise NotDone("it is not held for want of being processed")
        write = retrying(row, decision(action, "retried"))
        return Change({"message": key}, (write,), "message tried again", f"message {key}", before=row.last_error)

    tried = perform(action, attempt, also=OTHERS_AT_WORK)
    read_now(read, action.now)
    return tried


def _identical(loaded: LoadedElection, action: Action, row: Message) -> tuple[Sequence[Message], int]:
    """Return other SMS that say the same and were not understood.

    The number is how many more there are.
    """
    if row.state != MessageState.UNRECOGNISED:
        return [], 0
    regions = [region for region in loaded.election.regions if action.operator.sees(region)]
    waiting = [
        listed for region in regions for listed in waiting_at(loaded.election.id, region, "messages", MOST_COMPARED)
    ]
    keys_of = [listed.key for listed in waiting if listed.state == MessageState.UNRECOGNISED and listed.key != row.key]
    same = [
        other
        for other in get_many(keys_of[:MOST_COMPARED])
        if other.attention is not None and same_text(other) == same_text(row)
        if sees(action.operator, other) and action.operator.acts_for(other.reporter)
    ]
    same.sort(key=lambda other: (other.stored_at, other.key))
    return same[: MOST_AT_ONCE - 1], len(same[MOST_AT_ONCE - 1 :])
