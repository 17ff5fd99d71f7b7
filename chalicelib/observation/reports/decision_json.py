"""Decisions about a report as JSON, and back.

What is empty is left out. Who decided, when and why stands once for all that was decided with it.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.observation.reports.decisions import (
    FIELDS,
    Attribution,
    Choice,
    Confirmation,
    Decisions,
    Explanation,
    LastDecision,
)


def decisions_json(decisions: Decisions) -> dict[str, Any] | None:
    """Write decisions as JSON; None where there are none."""
    if not decisions:
        return None
    writer = _Writer()
    document = {name: writer.decided(getattr(decisions, name)) for name in FIELDS}
    last = decisions.last
    written_last = None
    if last is not None:
        was = {name: writer.decided(before) for name, before in last.was.items()}
        written_last = [last.version, last.what, writer.by(last.made), was, last.entry]
    kept = {name: written for name, written in {**document, "last": written_last}.items() if written}
    return kept | {"by": [[made.who, made.at.isoformat(), made.note] for made in writer.made]}


def decisions_from_json(written: Mapping[str, Any] | None) -> Decisions:
    """Read decisions from their JSON.

    What this version does not know is passed over.
    """
    if not written:
        return Decisions()
    made = [Attribution(who, dt.datetime.fromisoformat(at), note) for who, at, note in written["by"]]
    last = written.get("last")
    return Decisions(
        **{name: _decided(name, written.get(name, ()), made) for name in FIELDS},
        last=LastDecision(
            last[0],
            last[1],
            made[last[2]],
            {name: _decided(name, before, made) for name, before in last[3].items() if name in FIELDS},
            last[4],
        )
        if last
        else None,
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    made: list[Attribution] = field(default_factory=list)

    def by(self, made: Attribution) -> int:
        """Return the place at which it stands who decided."""
        if made not in self.made:
            self.made.append(made)
        return self.made.index(made)

    def decided(self, decisions: Mapping[Any, Any]) -> list[Any]:
        """Write decisions as pairs of what names them and what they are."""
        return [[name, None if decision is None else self._cell(decision)] for name, decision in decisions.items()]

    def _cell(self, decision: Attribution | Choice | Explanation | Confirmation) -> Any:
        match decision:
            case Attribution():
                return self.by(decision)
            case Choice():
                return [decision.observer, decision.basis, self.by(decision.made)]
            case Explanation():
                return [decision.basis, decision.counts, self.by(decision.made)]
            case Confirmation():
                return [decision.value, self.by(decision.made)]


_READ: Mapping[str, Callable[[Any, Sequence[Attribution]], Any]] = {
    "withdrawn": lambda cell, made: made[cell],
    "left_out": lambda cell, made: made[cell],
    "chosen": lambda cell, made: Choice(cell[0], cell[1], made[cell[2]]),
    "explained": lambda cell, made: Explanation(cell[0], cell[1], made[cell[2]]),
    "confirmed": lambda cell, made: Confirmation(cell[0], made[cell[1]]),
}


def _decided(field_name: str, written: Sequence[Any], made: Sequence[Attribution]) -> dict[Any, Any]:
    return {
        tuple(name) if isinstance(name, list) else name: None if cell is None else _READ[field_name](cell, made)
        for name, cell in written
    }
