"""Process is cut at each of its calls to AWS, and done again: it comes to what an undisturbed run comes to."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from aws_faults import Fault, Killed, Wire, failed, killed, silent, unreachable
from pipeline import Load, Pipeline

from chalicelib.services.processing.process import process
from chalicelib.store import elections
from chalicelib.store.message_queries import get
from chalicelib.store.messages import Message
from chalicelib.store.tables import StoreUnavailable

OPENING = "OP 1001 A1 B0730 C12 D1 E1668"


@dataclass(frozen=True)
class Case:
    """What was processed before, and the SMS that is processed under faults."""

    text: str
    before: tuple[str, ...] = ()
    phone: str | None = None
    state: str = "accepted"
    rows: int = 2

    def prepare(self, pipeline: Pipeline) -> Message:
        for text in self.before:
            pipeline.say(pipeline.phone(), text)
        message = pipeline.send(self.phone or pipeline.phone(), self.text, message_id="tested")
        elections._recent.clear()  # a process that was killed remembers nothing
        return message


CASES = {
    "accepted": Case(OPENING),
    "partly accepted": Case("OP 1001 A1 B0730 C99 D1", state="partly_accepted"),
    "incident": Case("IN 3 they beat us", rows=5),
    "critical answer": Case("OP 1001 A1 B0730 C12 D2 E1668", rows=4),
    "critical answer again": Case("OP 1001 D2 again", before=("OP 1001 D2",), rows=6),
    "unknown sender": Case(OPENING, phone="+996777000111", state="quarantined"),
    "unrecognised": Case("?!", state="unrecognised"),
    "correction": Case("OP 1001 C13 E1700", before=(OPENING,), rows=4),
}
FAULTS: list[tuple[str, Fault]] = [
    ("before", killed),
    ("after", killed),
    ("before", failed),
    ("before", unreachable),
    ("after", silent),
]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_crash_at_any_call_changes_nothing_in_the_end(case: Case, load: Load, wire: Wire) -> None:
    quiet = load(size=2)
    undisturbed, calls = _run(case, quiet, wire, lambda: None)
    assert quiet.differences() == ()
    assert case.state in undisturbed
    assert undisturbed.count("message {") == case.rows
    assert len(calls) >= 2, "the election, the reports, the transaction"
    for place in range(len(calls)):
        for when, fault in FAULTS:
            disturbed, _ = _run(
                case, load(size=2), wire, lambda at=(place, when), what=fault: wire.cuts.update({at: what})
            )
            assert disturbed == undisturbed, f"{fault.__name__} {when} call {place}, {calls[place]}"


def _run(case: Case, pipeline: Pipeline, wire: Wire, disturb: Callable[[], None]) -> tuple[str, list[str]]:
    wire.listen()
    message = case.prepare(pipeline)
    wire.listen()
    disturb()
    try:
        process(message, pipeline.now)
    except (Killed, RuntimeError, StoreUnavailable):
        pass
    else:
        assert not wire.cuts or wire.calls.count("TransactWriteItems") >= 1
    calls = list(wire.calls)
    wire.mend()
    again = get(message.key)
    assert again is not None
    process(again, pipeline.now)
    process(message, pipeline.now)
    return pipeline.end_state(), calls
