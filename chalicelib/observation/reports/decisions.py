"""What people decided about a report, beside its observers' messages.

Decisions are kept with the report, so that what it counts stays a function of its row. A choice and an explanation
hold for the answers that they were made on: where an answer changes, it is asked anew, and no old decision hides what
came since.
"""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, TypeVar

from chalicelib.observation.reading.model import Value
from chalicelib.observation.reports.answer_json import value_json

Name = TypeVar("Name")
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Attribution:
    """By whom a decision was made, when and why."""

    who: str
    at: dt.datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose answer to a question counts; `observer` None: nobody's.

    `basis`: the answers between which it was made, as `basis_of` writes them.
    """

    observer: str | None
    basis: str
    made: Attribution


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a check fails, though its answers are as reported.

    `basis`: the answers that it was given for. `counts`: whether the quick count takes the station all the same.
    """

    basis: str
    counts: bool
    made: Attribution


@dataclass(frozen=True, slots=True)
class Confirmation:
    """An answer that its observer confirmed; `value` as in JSON."""

    value: Any
    made: Attribution


FIELDS: Final = ("withdrawn", "left_out", "chosen", "explained", "confirmed")
"""What is decided about a report, each by what names it."""
Was = Mapping[str, Mapping[Any, Any]]
"""What a decision replaced: by field and what names it, the decision before it; None: there was none."""


@dataclass(frozen=True, slots=True)
class LastDecision:
    """What was decided last, what it replaced, and the version it made.

    `entry`: the message that was entered by it, if it was a correction.
    """

    version: int
    what: str
    made: Attribution
    was: Was = field(default_factory=dict)
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions about a report.

    `withdrawn`: by message's key, what an undone entry said. `left_out`: by observer, whose answers do not count.
    `chosen`: by question. `explained`: by check's rule. `confirmed`: by observer and question.
    """

    withdrawn: Mapping[str, Attribution] = field(default_factory=dict)
    left_out: Mapping[str, Attribution] = field(default_factory=dict)
    chosen: Mapping[str, Choice] = field(default_factory=dict)
    explained: Mapping[str, Explanation] = field(default_factory=dict)
    confirmed: Mapping[tuple[str, str], Confirmation] = field(default_factory=dict)
    last: LastDecision | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def decided(self, before: "Decisions", version: int, what: str, made: Attribution) -> "Decisions":
        """Return the decisions with a note of the last one.

        `before`: those that it replaces.
        """
        return replace(self, last=LastDecision(version, what, made, self._replaced(before)))

    def entered(self, message: str, before: "Decisions", version: int, what: str, made: Attribution) -> "Decisions":
        """Return the decisions with a note that an entry was made.

        Its undo withdraws it.
        """
        return replace(self, last=LastDecision(version, what, made, self._replaced(before), message))

    def undone(self, made: Attribution) -> "Decisions":
        """Return the decisions as they were before the last.

        Raises LookupError where there is none.

        An entry that was the last is withdrawn by whom it is undone.
        """
        if self.last is None:
            raise LookupError("nothing was decided about this report")
        restored: dict[str, Any] = {}
        for name, before in self.last.was.items():
            kept = {**getattr(self, name), **before}
            restored[name] = {place: decision for place, decision in kept.items() if decision is not None}
        decisions = replace(self, **restored)
        return decisions if self.last.entry is None else decisions.withdrawing(self.last.entry, made)

    def _replaced(self, before: "Decisions") -> Was:
        was: dict[str, dict[Any, Any]] = {}
        for name in FIELDS:
            old, new = getattr(before, name), getattr(self, name)
            changed = {place: old.get(place) for place in (*old, *new) if old.get(place) != new.get(place)}
            if changed:
                was[name] = changed
        return was

    def of(self, observers: Collection[str]) -> "Decisions":
        """Return the decisions about some observers' answers by themselves."""
        left_out = {number: made for number, made in self.left_out.items() if number in observers}
        confirmed = {place: confirmation for place, confirmation in self.confirmed.items() if place[0] in observers}
        return Decisions(withdrawn=self.withdrawn, left_out=left_out, confirmed=confirmed)

    def withdrawing(self, message: str, made: Attribution) -> "Decisions":
        """Return the decisions with a message's answers withdrawn."""
        return replace(self, withdrawn={**self.withdrawn, message: made})

    def restoring(self, message: str) -> "Decisions":
        """Return the decisions with a message's answers back."""
        return replace(self, withdrawn=without(self.withdrawn, [message]))

    def leaving_out(self, observer: str, made: Attribution) -> "Decisions":
        """Return the decisions with an observer's answers left out."""
        return replace(self, left_out={**self.left_out, observer: made})

    def taking_in(self, observer: str) -> "Decisions":
        """Return the decisions with an observer's answers counted again."""
        return replace(self, left_out=without(self.left_out, [observer]))

    def choosing(self, choices: Mapping[str, Choice]) -> "Decisions":
        """Return the decisions with some questions' choices, by code."""
        return replace(self, chosen={**self.chosen, **choices})

    def unchoosing(self, codes: Iterable[str]) -> "Decisions":
        """Return the decisions without some questions' choices."""
        return replace(self, chosen=without(self.chosen, codes))

    def explaining(self, rule: str, explanation: Explanation) -> "Decisions":
        """Return the decisions with a failed check explained."""
        return replace(self, explained={**self.explained, rule: explanation})

    def unexplaining(self, rule: str) -> "Decisions":
        """Return the decisions without a check's explanation."""
        return replace(self, explained=without(self.explained, [rule]))

    def confirming(self, observer: str, code: str, confirmation: Confirmation) -> "Decisions":
        """Return the decisions with an observer's answer confirmed."""
        return replace(self, confirmed={**self.confirmed, (observer, code): confirmation})

    def unconfirming(self, observer: str, code: str) -> "Decisions":
        """Return the decisions without an answer's confirmation."""
        return replace(
            self,
            confirmed={
                place: confirmation for place, confirmation in self.confirmed.items() if place != (observer, code)
            },
        )


def without(kept: Mapping[Name, Kept], names: Iterable[Name]) -> dict[Name, Kept]:
    """Return a mapping without some names."""
    gone = set(names)
    return {name: decision for name, decision in kept.items() if name not in gone}


def basis_of(values: Mapping[str, Value]) -> str:
    """Write down the answers that a decision is made on.

    By whatever names them, in their names' order: the same answers give the same text.
    """
    return " ".join(f"{name}={json.dumps(value_json(values[name]), ensure_ascii=False)}" for name in sorted(values))
