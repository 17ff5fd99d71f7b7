"""Sealing is cut at each of its calls to AWS, and done again: every row is in one hour, under one root."""

import datetime as dt
from collections import Counter

import pytest
from aws_faults import Fault, Killed, Wire, failed, killed, silent, unreachable
from pipeline import Load, Pipeline

from chalicelib.services.ledger import seal as sealing
from chalicelib.services.ledger.seal import seal
from chalicelib.services.ledger.verify import verify
from chalicelib.store import ledger
from chalicelib.store.tables import StoreUnavailable

MINUTE = dt.timedelta(minutes=1)
FAULTS: list[tuple[str, Fault]] = [
    ("before", killed),
    ("after", killed),
    ("before", failed),
    ("before", unreachable),
    ("after", silent),
]


def an_hour_of_rows(pipeline: Pipeline, hour: int) -> None:
    """SMS that make several parts of messages, and a new version of a report."""
    pipeline.say(pipeline.phone(0), f"OP A1 C{hour % 30}")
    for _ in range(2):
        pipeline.send(pipeline.phone(1), "TU A100")
    pipeline.now += MINUTE


def seal_whole(pipeline: Pipeline) -> None:
    loaded = pipeline.current
    assert seal(loaded, pipeline.now) is not None


def calls_of_an_hour(pipeline: Pipeline, wire: Wire) -> list[str]:
    """What an undisturbed run calls for an hour that is not the first."""
    an_hour_of_rows(pipeline, 0)
    seal_whole(pipeline)
    an_hour_of_rows(pipeline, 1)
    loaded = pipeline.current
    wire.listen()
    assert seal(loaded, pipeline.now) is not None
    return list(wire.calls)


@pytest.mark.long
def test_a_crash_at_any_call_leaves_one_root_over_every_row(
    load: Load, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST_ENTRIES", 2)
    calls = calls_of_an_hour(load(size=2), wire)
    assert calls.count("PutItem") >= 5, "the opening, parts, the seal"
    for place, call in enumerate(calls):
        pipeline = load(size=2)
        an_hour_of_rows(pipeline, 0)
        seal_whole(pipeline)
        for hour, (when, fault) in enumerate(FAULTS, 1):
            an_hour_of_rows(pipeline, hour)
            loaded = pipeline.current
            wire.listen()
            wire.cuts[place, when] = fault
            with pytest.raises((Killed, RuntimeError, StoreUnavailable)):
                seal(loaded, pipeline.now)
            wire.mend()
            before = ledger.seals_of(pipeline.election.id)
            pipeline.now += MINUTE
            seal_whole(pipeline)
            after = ledger.seals_of(pipeline.election.id)
            assert after[: len(before)] == before, f"{fault.__name__} {when} call {place}, {call}"
        every_row_is_in_one_hour(pipeline, call)


def every_row_is_in_one_hour(pipeline: Pipeline, call: str) -> None:
    pipeline.now += MINUTE
    seal_whole(pipeline)
    election_id = pipeline.election.id
    kept = Counter(
        key
        for seal in ledger.seals_of(election_id)
        for part in ledger.parts_of(election_id, seal.number)
        for key in part.keys
    )
    assert {row.key for row in pipeline.rows()} <= kept.keys(), call
    assert set(kept.values()) == {1}, call
    assert verify(election_id).differences == (), call
