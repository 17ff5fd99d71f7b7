"""The messages desk: SMS that wait, and what people did about them.

What waits stands in the index `attention`, under its election, region and desk. A decision takes an SMS from there, or
moves it to another desk; its undo is a decision too, and puts it back.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.observation.sms.states import MessageState
from chalicelib.store.changes import giving
from chalicelib.store.messages import NO_REGION, Message, attention_of
from chalicelib.store.queues import pending_in
from chalicelib.store.tables import store_faults
from chalicelib.store.writes import Write

Desk = Literal["messages", "headquarters", "call"]
"""Where an SMS waits: with all operators, with headquarters, or for somebody to call its sender."""
DESKS: Final[tuple[Desk, ...]] = ("messages", "headquarters", "call")
How = Literal[
    "entered",
    "dismissed",
    "answered",
    "assigned",
    "incident",
    "call",
    "spam",
    "passed",
    "retried",
    "chosen",
    "superseded",
    "withdrawn",
    "undone",
]
MOST_EARLIER = 20
"""Earlier decisions about an SMS that are kept with it; the audit trail has them all."""


@dataclass(frozen=True, slots=True)
class WaitingSms:
    """An SMS that waits for a person: since when, and where.

    It is as the index has it.
    """

    key: str
    since: dt.datetime
    state: str
    reason: str | None
    sender: str | None
    observer: str | None
    region: str | None
    desk: Desk


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody did about an SMS.

    `by`: the message that it made, or that made it.
    """

    how: How
    who: str
    at: dt.datetime
    note: str | None = None
    by: str | None = None

    def document(self) -> dict[str, Any]:
        """Return the decision as it is stored.

        What is empty is left out.
        """
        document = {
            "how": self.how,
            "who": self.who,
            "at": self.at.isoformat(timespec="seconds"),
            "note": self.note,
            "by": self.by,
        }
        return {name: value for name, value in document.items() if value is not None}


def tag_of(row: Message) -> str:
    """Return the version of what is known of a message.

    As its ETag says it.
    """
    return f"{row.state}.{row.revision or 0}"


def at_desk(election_id: str, region: str | None, desk: Desk) -> str:
    """Return the attention index's partition of an election, region and desk."""
    waits = attention_of(election_id, region)
    return waits if desk == "messages" else f"{waits}#{desk}"


def waiting_at(election_id: str, region: str | None, desk: Desk, limit: int) -> list[WaitingSms]:
    """Return what waits in a region, of no region for None.

    The oldest comes first.

    Raises StoreUnavailable.
    """
    with store_faults():
        rows = list(islice(Message.attention_index.query(at_desk(election_id, region, desk)), limit))
    return [
        WaitingSms(
            row.key,
            row.stored_at,
            row.state,
            row.reason,
            row.sender,
            row.observer,
            None if region in (None, NO_REGION) else region,
            desk,
        )
        for row in rows
    ]


def deciding(row: Message, decision: Decision, attention: str | None = None, **attributes: Any) -> Write:
    """Return the write of a decision about a message.

    Guarded by what was read.

    `attention`: where it waits from now on; None: nowhere. `known`: further attributes to be set.
    """
    waits = [Message.attention.set(attention)] if attention else [Message.attention.remove()]
    held = [Message.pending.remove(), Message.due_at.remove()] if _is_held(row) else []
    return _update(row, decision, [*waits, *held, *giving(Message, attributes)])


def reopening(row: Message, decision: Decision) -> Write:
    """Return the write that lets a message wait again.

    It waits where it did before its last decision.
    """
    was = (row.resolution or {}).get("was", {})
    waits = [Message.attention.set(was["attention"])] if was.get("attention") else [Message.attention.remove()]
    if was.get("held"):
        waits += [Message.pending.set(pending_in("held", row.key)), Message.due_at.set(decision.at)]
    return _update(row, decision, waits)


def reading_by(
    row: Message, decision: Decision, observer: str | None, due_at: dt.datetime, incidents: Iterable[str] = ()
) -> Write:
    """Return the write by which a message is read anew, as another's.

    `observer`: on whose behalf it is; None: as its phone says. `incidents`: those that its reading has opened so far.
    """
    behalf = Message.on_behalf_of.set(observer) if observer is not None else Message.on_behalf_of.remove()
    again = row.reading_again(due_at)
    return _update(row, decision, [*again.actions, behalf], incidents)


def retrying(row: Message, decision: Decision) -> Write:
    """Return the write that requeues a message as if never tried."""
    queue, state = row.begins_in
    place = pending_in(queue, row.key)
    waits = giving(Message, {"state": state, "attempts": 0, "pending": place, "due_at": decision.at})
    return _update(row, decision, [*waits, Message.reason.remove()])


def resolution_after(row: Message, decision: Decision) -> dict[str, Any]:
    """Return what is kept of decisions about a message.

    The newest stands above the earlier ones.

    `was`: where it waited before. `entries`: how often it was entered. `incidents`: those that an earlier reading
    opened.
    """
    before: Mapping[str, Any] = row.resolution or {}
    kept = {name: before[name] for name in ("entries", "incidents") if name in before}
    earlier = [{name: before[name] for name in _SAID if name in before}] if before else []
    earlier = [*earlier, *before.get("earlier", ())][:MOST_EARLIER]
    if decision.how in ("entered", "incident", "chosen"):
        kept["entries"] = int(before.get("entries", 0)) + 1
    was: dict[str, Any] = {"attention": row.attention} if row.attention else {}
    if _is_held(row):
        was["held"] = True
    return decision.document() | kept | ({"was": was} if was else {}) | ({"earlier": earlier} if earlier else {})


_SAID: Final = ("how", "who", "at", "note", "by", "of")


def _update(row: Message, decision: Decision, actions: Iterable[Action], incidents: Iterable[str] = ()) -> Write:
    resolution = resolution_after(row, decision)
    opened = sorted({*resolution.get("incidents", ()), *incidents})
    if opened:
        resolution["incidents"] = opened
    if decision.how == "undone":
        resolution["of"] = (row.resolution or {}).get("how")
    counted = [Message.resolution.set(resolution), Message.revision.set((row.revision or 0) + 1)]
    return Write.update("message", row.key, row, [*counted, *actions], unchanged(row))


def unchanged(row: Message) -> Condition:
    """Return the condition that nothing has changed a message since.

    Neither a reading nor a decision, since it was read.
    """
    unread: Condition = (Message.state == row.state) & _same(Message.processed_at, row.processed_at)
    undecided: Condition = unread & _same(Message.revision, row.revision)
    return undecided


def _same(attribute: Any, value: Any) -> Condition:
    same: Condition = attribute.does_not_exist() if value is None else attribute == value
    return same


def _is_held(row: Message) -> bool:
    return (row.pending or "").startswith("held#") and row.state != MessageState.RECEIVED
