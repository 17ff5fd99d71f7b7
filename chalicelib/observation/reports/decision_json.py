"""Decisions about a report as JSON, and back.

What is empty is left out. Who decided, when and why stands once for all that was decided with it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.observation.reports.decisions import (
    Choice,
    Confirmation,
    Decisions,
    Explanation,
    LastDecision,
    Made,
)


def decisions_json(decisions: Decisions) -> dict[str, Any] | None:
    """Write decisions as JSON; None where there are none."""
    if not decisions:
        return None
    made: list[Made] = []

    def by(one: Made) -> int:
        if one not in made:
            made.append(one)
        return made.index(one)

    confirmed: dict[str, dict[str, Any]] = {}
    for (observer, code), one in decisions.confirmed.items():
        confirmed.setdefault(observer, {})[code] = [one.value, by(one.made)]
    last = decisions.last
    document = {
        "withdrawn": {key: by(one) for key, one in decisions.withdrawn.items()},
        "left_out": {observer: by(one) for observer, one in decisions.left_out.items()},
        "chosen": {code: [one.observer, one.basis, by(one.made)] for code, one in decisions.chosen.items()},
        "explained": {rule: [one.basis, one.counts, by(one.made)] for rule, one in decisions.explained.items()},
        "confirmed": confirmed,
        "last": [last.version, last.what, by(last.made)] if last else None,
    }
    kept = {name: written for name, written in document.items() if written}
    return kept | {"by": [[one.who, one.at.isoformat(), one.note] for one in made]}


def decisions_from_json(written: Mapping[str, Any] | None) -> Decisions:
    """Read decisions from their JSON.

    What this version does not know is passed over.
    """
    if not written:
        return Decisions()
    made = [Made(who, dt.datetime.fromisoformat(at), note) for who, at, note in written["by"]]
    last = written.get("last")
    return Decisions(
        withdrawn=_each(written, "withdrawn", lambda by: made[by]),
        left_out=_each(written, "left_out", lambda by: made[by]),
        chosen=_each(written, "chosen", lambda one: Choice(one[0], one[1], made[one[2]])),
        explained=_each(written, "explained", lambda one: Explanation(one[0], one[1], made[one[2]])),
        confirmed={
            (observer, code): Confirmation(value, made[by])
            for observer, answers in written.get("confirmed", {}).items()
            for code, (value, by) in answers.items()
        },
        last=LastDecision(last[0], last[1], made[last[2]]) if last else None,
    )


def _each(written: Mapping[str, Any], name: str, read: Callable[[Any], Any]) -> dict[str, Any]:
    return {key: read(one) for key, one in written.get(name, {}).items()}
