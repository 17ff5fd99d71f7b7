"""What operators do at the desk, for tests: each with a key of its own unless one is given."""

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any

from pipeline import Pipeline, stored

from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.desk import assignment, decisions, entries, reread, undo
from chalicelib.services.desk.assignment import Owner
from chalicelib.services.desk.entries import Entry, IncidentDraft
from chalicelib.services.feed import tell_feed, told_of_incoming, told_of_outgoing
from chalicelib.services.processing.process import process
from chalicelib.store.desk import DESKS, tag_of, waiting_at
from chalicelib.store.message_queries import get_many
from chalicelib.store.messages import Message
from chalicelib.store.operators import AuditRow

_serial = itertools.count()


@dataclass
class AtDesk:
    """An operator of a test's election, and what they do about its SMS at the version that they see."""

    pipeline: Pipeline
    name: str = "Aida"
    regions: tuple[str, ...] = ()
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def operator(self) -> Operator:
        return Operator(self.name, "operator", self.pipeline.election.id, self.regions)

    def action(self, under: str | None = None, note: str = "") -> Action:
        return Action(self.operator, self.pipeline.now, under or f"key-{next(_serial)}", "digest", note)

    def tag(self, key: str) -> str:
        return self.seen.get(key) or tag_of(stored(key))

    def enter(self, says: Any, about: str | None = None, observer: str | None = None, **how: Any) -> dict[str, Any]:
        seen = self.tag(about) if about else None
        return entries.enter(self.pipeline.current, self.action(**how), Entry(says, observer, about), seen)

    def incident(self, key: str, category: int, **how: Any) -> dict[str, Any]:
        return self.enter(IncidentDraft(category), about=key, **how)

    def dismiss(self, key: str, *, identical: bool = False, **how: Any) -> dict[str, Any]:
        return decisions.dismiss(self.pipeline.current, self.action(**how), key, self.tag(key), identical=identical)

    def answer(self, key: str, text: str, **how: Any) -> dict[str, Any]:
        return decisions.answer(self.pipeline.current, self.action(**how), key, self.tag(key), text)

    def move(self, key: str, desk: Any, **how: Any) -> dict[str, Any]:
        return decisions.move(self.pipeline.current, self.action(**how), key, self.tag(key), desk)

    def assign(self, key: str, observer: str, **how: Any) -> dict[str, Any]:
        return self.own(key, Owner("observer", observer), **how)

    def own(self, key: str, owner: Owner, **how: Any) -> dict[str, Any]:
        return assignment.assign(self.pipeline.current, self.action(**how), key, self.tag(key), owner)

    def assign_this(self, key: str, observer: str, **how: Any) -> dict[str, Any]:
        return assignment.assign_this(self.pipeline.current, self.action(**how), key, self.tag(key), observer)

    def unassign(self, key: str, **how: Any) -> dict[str, Any]:
        return assignment.unassign(self.pipeline.current, self.action(**how), key, self.tag(key))

    def retry(self, key: str, **how: Any) -> dict[str, Any]:
        return decisions.retry(self.pipeline.current, self.action(**how), key, self.tag(key))

    def undo(self, key: str, **how: Any) -> dict[str, Any]:
        return undo.undo(self.pipeline.current, self.action(**how), key, self.tag(key))

    def waiting(self) -> list[str]:
        """Keys of what waits at any desk, as of now."""
        election = self.pipeline.election
        found = [
            row.key
            for region in (None, *election.regions)
            for desk in DESKS
            for row in waiting_at(election.id, region, desk, 100)
        ]
        return sorted(row.key for row in get_many(found) if row.attention is not None)


def settle(pipeline: Pipeline) -> None:
    """Let the schedule and the sweep do what a crash has left."""
    for _ in range(2):
        reread.reread_all(pipeline.election.id, pipeline.now)
        for row in pipeline.rows():
            if row.direction == "in" and row.state == "received":
                process(row, pipeline.now)


def audit_lines(pipeline: Pipeline) -> list[str]:
    """What the audit trail says of the election, in its order."""
    return [f"{row.who}: {row.action}" for row in AuditRow.query(pipeline.election.id)]


def say(pipeline: Pipeline, phone: str, text: str) -> Message:
    """Have an SMS processed and told to the feed, as the function process does."""
    message = pipeline.send(phone, text)
    lines: list[Any] = []
    process(message, pipeline.now, lambda row: lines.append(told_of_incoming(row.message, row.election.id, row.texts)))
    lines += [told_of_outgoing(row) for row in pipeline.outgoing() if row.about == message.key]
    tell_feed(lines, pipeline.now)
    pipeline.now += dt.timedelta(minutes=7)
    return stored(message.key)
