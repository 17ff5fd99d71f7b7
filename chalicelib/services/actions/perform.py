"""Do what a person asks for once, with its audit line."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from chalicelib.services.access.operators import Operator
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.versions import LONGEST_NOTE
from chalicelib.store.actions import action_key, done, done_before
from chalicelib.store.operators import recorded
from chalicelib.store.outcome import (
    AlreadyThere,
    BudgetChanged,
    IncidentChanged,
    OptOutChanged,
    ReportChanged,
    write,
)
from chalicelib.store.writes import Write


class KeyReused(Exception):
    """An Idempotency-Key came again, with another request than its first."""


@dataclass(frozen=True, slots=True)
class Action:
    """Who does something, when and why, under which key.

    `key`: the caller's Idempotency-Key, made when the form is opened. `digest`: of the request, so that the same key
    with another request is refused.
    """

    operator: Operator
    now: dt.datetime
    key: str
    digest: str
    note: str = ""

    @classmethod
    def at_the_command_line(cls, operator: Operator, now: dt.datetime, note: str = "") -> "Action":
        """Return an action of whoever runs ./baykoo: each run is another."""
        return cls(operator, now, str(uuid4()), "", note)

    @property
    def election(self) -> str:
        """The election that it is about."""
        return self.operator.election

    @property
    def who(self) -> str:
        """Who does it, as the audit trail says."""
        return self.operator.signature

    @property
    def why(self) -> str | None:
        """The note, as far as it is kept; None without one."""
        return self.note.strip()[:LONGEST_NOTE] or None


@dataclass(frozen=True, slots=True)
class Change:
    """What an action writes, in one transaction, and what it answers.

    `what` and `subject` stand in the audit trail ("message dismissed", "message KEY"), with what was `before` and
    `after` it.
    """

    document: dict[str, Any]
    writes: tuple[Write, ...]
    what: str
    subject: str
    before: Any = None
    after: Any = None


def perform(action: Action, attempt: Callable[[], Change], also: tuple[type[Exception], ...] = ()) -> dict[str, Any]:
    """Do an action once and return its first answer ever after.

    `attempt` reads afresh what it changes and says what to write; it is called again where others were at work on the
    same rows (`also`: what else means that). Its writes, the audit line and the key are one transaction. Raises
    KeyReused, StoreUnavailable (doing it again with the same key finds out), and what `attempt` raises.
    """

    def once() -> dict[str, Any]:
        answered = _answered_before(action)
        if answered is not None:
            return answered
        change = attempt()
        both = (change.before, change.after)
        audited = recorded(
            action.election, action.now, action.who, change.what, change.subject, action.why, change=both
        )
        key = done(action.election, action.who, action.key, action.digest, change.document, action.now)
        try:
            write([*change.writes, audited, key])
        except AlreadyThere as exist:
            if action_key(action.election, action.who, action.key) not in exist.keys:
                raise
            answered = _answered_before(action)
            if answered is None:
                raise
            return answered
        return change.document

    contended: tuple[type[Exception], ...] = (ReportChanged, IncidentChanged, BudgetChanged, OptOutChanged, *also)
    return until_uncontended(once, also=contended, what=f"what {action.who} does")


def _answered_before(action: Action) -> dict[str, Any] | None:
    row = done_before(action.election, action.who, action.key)
    if row is None:
        return None
    if row.digest != action.digest:
        raise KeyReused("this Idempotency-Key was used for another request: give each form a key of its own")
    answer: dict[str, Any] = row.answer
    return answer
