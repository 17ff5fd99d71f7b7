"""An incident's life: its states and steps, and who is told when.

new → acknowledged → verified | rejected → resolved; whoever verifies or rejects a new one has taken it thereby, and
what was decided can be reopened. All instants are on the election's clock.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.elections.values import Severity
from chalicelib.observation.reading.model import Value

State = Literal["new", "acknowledged", "verified", "rejected", "resolved"]
Step = Literal["acknowledge", "verify", "reject", "resolve", "reopen"]
STATES: Final[tuple[State, ...]] = get_args(State)
STEPS: Final[tuple[Step, ...]] = get_args(Step)

OPEN: Final = frozenset[State]({"new", "acknowledged", "verified"})
"""States in which somebody still has something to do."""

NEEDS_NOTE: Final = frozenset[Step]({"reject", "reopen"})
"""Steps that nobody takes without saying why."""

LEADS_TO: Final[Mapping[Step, State]] = {
    "acknowledge": "acknowledged",
    "verify": "verified",
    "reject": "rejected",
    "resolve": "resolved",
    "reopen": "acknowledged",
}
ALLOWED_IN: Final[Mapping[Step, frozenset[State]]] = {
    "acknowledge": frozenset({"new"}),
    "verify": frozenset({"new", "acknowledged"}),
    "reject": frozenset({"new", "acknowledged"}),
    "resolve": frozenset({"verified", "rejected"}),
    "reopen": frozenset({"verified", "rejected", "resolved"}),
}

SAME_WITHIN: Final = dt.timedelta(minutes=30)
"""Incidents of one kind at one station no further apart than this are offered as one."""

BURST: Final = 3
BURST_WITHIN: Final = dt.timedelta(minutes=5)
"""After so many incidents of a region within this time, further ones come together in a digest."""

TOLD_TOGETHER_AT_MOST: Final = 40
"""Coordinators who may be told of an incident at the same time: each gets two messages, and all of them are stored in
one transaction with the incident and the report (`store/outcome.py`)."""

Group = tuple[int, ...]
"""Coordinators who are told together, by their place in the election's roster."""


class StepRefused(ValueError):
    """A step cannot be taken from an incident's state."""

    def __init__(self, step: Step, state: State) -> None:
        allowed = ", ".join(state for state in STATES if state in ALLOWED_IN[step])
        super().__init__(f"an incident that is {state} cannot be changed by {step!r}: that needs one that is {allowed}")


def after(state: State, step: Step) -> State:
    """Return the state that a step leads to; raises StepRefused."""
    if state not in ALLOWED_IN[step]:
        raise StepRefused(step, state)
    return LEADS_TO[step]


def critical_answers(form: Form | None, answers: Mapping[str, Value]) -> tuple[str, ...]:
    """Return codes of the answers that open an incident by themselves."""
    return tuple(code for code, value in answers.items() if form is not None and form.by_code[code].is_critical(value))


def told_at_once(election: Election, region: str, severity: Severity) -> Group:
    """Return who is told when an incident is opened.

    It is the region's first level, and of a critical one headquarters too.
    """
    chain = _chain(election, region)
    if not chain:
        return ()
    return tuple(sorted({*chain[0], *(_headquarters(election) if severity == "critical" else ())}))


def escalation(election: Election, region: str) -> tuple[Group, ...]:
    """Who is told next and next, while nobody acknowledges; headquarters come last.

    If nobody is beyond those who were told at once, they are told a second time.
    """
    chain = _chain(election, region)
    return chain[1:] or chain


def escalates_after(election: Election, severity: Severity) -> dt.timedelta:
    """Return how long coordinators have before the next are told."""
    return election.escalation.acknowledge_within.of(severity)


def is_burst(severity: Severity, earlier: Iterable[dt.datetime], at: dt.datetime) -> bool:
    """Tell whether an incident waits for the digest.

    `earlier` are its region's other incidents that were not critical.
    """
    if severity == "critical":
        return False
    return sum(at - instant < BURST_WITHIN for instant in earlier) >= BURST


Kind = int | str | None
"""What an incident is of: a category, the question whose answer opened it, or None where nobody could read it."""


def may_be_same(kind: Kind, opened_at: dt.datetime, other_kind: Kind, other_at: dt.datetime) -> bool:
    """Tell whether two incidents at one station may be one.

    Those whose kind is not known are not compared.
    """
    return kind is not None and kind == other_kind and abs(opened_at - other_at) <= SAME_WITHIN


def _chain(election: Election, region: str) -> tuple[Group, ...]:
    levels: dict[int, list[int]] = {}
    for place, coordinator in enumerate(election.coordinators):
        if coordinator.covers(region):
            levels.setdefault(coordinator.told_in, []).append(place)
    return tuple(tuple(levels[level]) for level in sorted(levels))


def _headquarters(election: Election) -> Group:
    return tuple(place for place, coordinator in enumerate(election.coordinators) if coordinator.is_headquarters)
