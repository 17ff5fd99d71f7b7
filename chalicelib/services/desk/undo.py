"""Undo what somebody did about an SMS.

It is a decision of its own: it withdraws what was entered, and lets wait what waited.
"""

from typing import Any, Final

from chalicelib.observation.reports.decisions import Attribution
from chalicelib.observation.sms.states import MessageState
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.desk.assignment import unassign
from chalicelib.services.desk.message import OTHERS_AT_WORK, decision, message_at, read_now
from chalicelib.services.desk.refusals import NotDone
from chalicelib.services.incidents.withdrawn_entries import ending_incidents
from chalicelib.services.reports.retract import withdrawing
from chalicelib.store.desk import How, deciding, reopening
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_queries import get, get_many
from chalicelib.store.messages import Message

ENTERING: Final[tuple[How, ...]] = ("entered", "chosen", "incident")


def undo(loaded: LoadedElection, action: Action, key: str, seen: str) -> dict[str, Any]:
    """Take back the last decision about a message, by another one.

    It waits again as it did.

    What was entered is withdrawn, and counts no more; an SMS that went out has gone. Raises what `dismiss` raises.
    """
    for before in get_many([key]):
        if (before.resolution or {}).get("how") in ("assigned", "spam"):
            return unassign(loaded, action, key, seen)
        entered = before.key if before.is_entry else _entry_of(before)
        read_now(filter(None, [entered]), action.now)  # what never counted could not be withdrawn

    def attempt() -> Change:
        row = message_at(action.operator, key, seen, to_undo=True)
        if row.is_entry:
            return _withdrawn(loaded, action, row, _sms_of(row))
        how = (row.resolution or {}).get("how")
        if how is None or how in ("undone", "retried", "assigned", "spam"):
            raise NotDone("there is nothing to undo")
        if how in ENTERING:
            entry = get(str((row.resolution or {}).get("by")))
            if entry is None:
                raise NotDone("its entry is gone")
            return _withdrawn(loaded, action, entry, row)
        write = reopening(row, decision(action, "undone"))
        return Change({"message": key, "undone": how}, (write,), f"undone: {how}", f"message {key}", before=how)

    return perform(action, attempt, also=OTHERS_AT_WORK)


def _withdrawn(loaded: LoadedElection, action: Action, entry: Message, sms: Message | None) -> Change:
    if (entry.resolution or {}).get("how") == "withdrawn":
        raise NotDone("the entry is withdrawn already")
    if entry.state == MessageState.RECEIVED:
        raise NotDone("the entry has not been read yet: try again in a minute")
    made = Attribution(action.who, action.now, action.why or "")
    writes = withdrawing(loaded.election, entry, made)
    ending, ended = ending_incidents(loaded, action, entry)
    writes += ending
    writes.append(deciding(entry, decision(action, "withdrawn")))
    if sms is not None:
        writes.append(reopening(sms, decision(action, "undone", by=entry.key)))
    document = {
        "message": sms.key if sms else entry.key,
        "undone": "entered",
        "withdrawn": entry.key,
        "incidents": ended,
    }
    return Change(document, tuple(writes), "entry withdrawn", f"message {entry.key}", before=entry.text)


def _entry_of(row: Message) -> str | None:
    resolution = row.resolution or {}
    return resolution.get("by") if resolution.get("how") in ENTERING else None


def _sms_of(entry: Message) -> Message | None:
    """Return the SMS that an entry was made of.

    It is None where the entry is not the SMS's last decision any more.
    """
    sms = get(entry.about) if entry.about else None
    return sms if sms is not None and _entry_of(sms) == entry.key else None
