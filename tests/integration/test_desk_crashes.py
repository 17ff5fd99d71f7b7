"""What an operator does is cut at each of its calls to AWS, and done again under its key: it is done once."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest
from aws_faults import Killed, Wire, killed
from desk_actions import AtDesk, audit_lines, settle, without_incident_numbers
from pipeline import Load, Pipeline

from chalicelib.services.desk.assigning import Owner
from chalicelib.store import elections, routes
from chalicelib.store.tables import StoreUnavailable

OPENING = "OP 1001 A1 B0730 C12 D1 E1668"


def stranger(pipeline: Pipeline) -> str:
    return f"+99670{int(pipeline.election.id[1:]):04}999"


@dataclass(frozen=True)
class Case:
    """What was done before, and what is done under faults; both get the key of the SMS that waits."""

    act: Callable[[AtDesk, str], object]
    before: Callable[[AtDesk, str], object] = lambda desk, key: None
    text: str = "hm"
    is_stranger: bool = False
    lines: int = 1


def first(desk: AtDesk) -> str:
    return desk.pipeline.observers()[0].number


CASES = {
    "enter": Case(lambda desk, key: desk.enter("OP 1001 A1 C12\nIN 3 beaten", about=key, under="tested")),
    "enter by phone": Case(lambda desk, key: desk.enter(OPENING, observer=first(desk), under="tested")),
    "undo an entry": Case(
        lambda desk, key: desk.undo(key, under="tested"),
        before=lambda desk, key: desk.enter(OPENING, about=key, under="before"),
        lines=2,
    ),
    "dismiss all identical": Case(lambda desk, key: desk.dismiss(key, identical=True, under="tested")),
    "answer": Case(lambda desk, key: desk.answer(key, "Yes.", under="tested")),
    "pass on": Case(lambda desk, key: desk.move(key, "headquarters", under="tested")),
    "undo a dismissal": Case(
        lambda desk, key: desk.undo(key, under="tested"),
        before=lambda desk, key: desk.dismiss(key, under="before"),
        lines=2,
    ),
    "assign": Case(lambda desk, key: desk.assign(key, first(desk), under="tested"), text=OPENING, is_stranger=True),
    "assign this": Case(
        lambda desk, key: desk.assign_this(key, first(desk), under="tested"), text=OPENING, is_stranger=True
    ),
    "nobody's": Case(lambda desk, key: desk.own(key, Owner("nobody"), under="tested"), is_stranger=True),
    "unassign": Case(
        lambda desk, key: desk.unassign(key, under="tested"),
        before=lambda desk, key: desk.assign(key, first(desk), under="before"),
        text=OPENING,
        is_stranger=True,
        lines=2,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_crash_at_any_call_changes_nothing_in_the_end(case: Case, load: Load, wire: Wire) -> None:
    undisturbed, calls = _run(case, load(size=2), wire, None)
    assert calls.count("TransactWriteItems") >= 1
    for place in range(len(calls)):
        for when in ("before", "after"):
            disturbed, _ = _run(case, load(size=2), wire, (place, when))
            assert disturbed == undisturbed, f"killed {when} call {place}, {calls[place]}"


def _run(case: Case, pipeline: Pipeline, wire: Wire, cut: tuple[int, str] | None) -> tuple[str, list[str]]:
    wire.listen()
    sender = stranger(pipeline) if case.is_stranger else pipeline.phone()
    message = pipeline.say(sender, case.text, message_id="tested")
    pipeline.say(pipeline.phone(), "hm", message_id="other")
    desk = AtDesk(pipeline)
    case.before(desk, message.key)
    desk.seen[message.key] = desk.tag(message.key)
    _forget()
    wire.listen()
    if cut is not None:
        wire.cuts[cut] = killed
    with suppress(Killed, StoreUnavailable):
        case.act(desk, message.key)
    calls = list(wire.calls)
    wire.mend()
    _forget()
    case.act(desk, message.key)  # whoever got no answer asks again, under the same key
    settle(pipeline)
    assert pipeline.differences() == ()
    assert len(audit_lines(pipeline)) == case.lines
    return _neutral(pipeline.end_state()), calls


def _neutral(state: str) -> str:
    """Digests of an election's own names are none of another's."""
    state = without_incident_numbers(state)
    return "\n".join(sorted(re.sub(r"#[0-9a-fE]{14,24}", "#DIGEST", state).splitlines()))


def _forget() -> None:
    """A process that was killed remembers nothing."""
    elections._recent.clear()
    routes._recent.clear()
