"""Parts of one SMS at several workers at once, and cut at any call to AWS: joined once, whoever is first or dies."""

import datetime as dt
import itertools
import math
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from aws_faults import Wire
from long_sms import LIMIT, LongSms, cut, finish, joined, pass_the_limit
from pipeline import Pipeline, stored

from chalicelib.services.clients import retry
from chalicelib.services.processing.process import process
from chalicelib.store.incidents import incidents_of
from chalicelib.store.messages import Message

pytestmark = pytest.mark.usefixtures("multipart_gateways")

TWO = ("OP A1 B0730 C1", "2 D1 E1668\nIN 3 they beat us")


@dataclass
class Turns:
    """Lets two workers make their calls to AWS in a given order, one call at a time; True is the first worker's turn.

    A worker that has finished gives its turns away.
    """

    order: Sequence[bool]
    at: int = 0
    finished: set[bool] = field(default_factory=set)
    changed: threading.Condition = field(default_factory=threading.Condition)
    mine: threading.local = field(default_factory=threading.local)

    def run(self, is_first: bool, message: Message) -> None:
        self.mine.is_first = is_first
        try:
            process(message, message.stored_at)
        finally:
            with self.changed:
                self.finished.add(is_first)
                self.changed.notify_all()

    def wait(self, operation: str, parameters: dict[str, Any]) -> None:
        with self.changed:
            is_mine = self.changed.wait_for(self._is_my_turn, timeout=30)
        assert is_mine, "the order of calls cannot be kept"

    def done(self, *call: object) -> None:
        with self.changed:
            self.at += 1
            self.changed.notify_all()

    def _is_my_turn(self) -> bool:
        while self.at < len(self.order) and self.order[self.at] in self.finished:
            self.at += 1
        return self.at >= len(self.order) or self.order[self.at] == self.mine.is_first


def together(pipeline: Pipeline, rows: Sequence[Message]) -> None:
    """Process messages at the same time, a worker for each."""
    with ThreadPoolExecutor(len(rows)) as workers:
        list(workers.map(lambda row: process(row, pipeline.now), rows))


@pytest.mark.parametrize("calls", [3, pytest.param(4, marks=pytest.mark.long)])
def test_two_workers_in_every_order_of_their_calls(
    pipeline: Pipeline, wire: Wire, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """`calls` of each worker are put in an order; what they do beyond runs as it comes."""
    monkeypatch.setattr(retry, "BACKOFF_SECONDS", 0)
    pipeline.say(pipeline.phone(1), "?!")  # the election is known to the process
    for place, first in enumerate(itertools.combinations(range(2 * calls), calls)):
        pipeline.now += dt.timedelta(minutes=10)  # a phone's incidents have a budget per hour
        long = LongSms(pipeline, TWO, str(place), name=f"{place:03}")
        rows = long.store_all((1, 2))
        turns = Turns([call in first for call in range(2 * calls)])
        wire.prepare, wire.watch = turns.wait, turns.done
        with ThreadPoolExecutor(2) as workers:
            done = [workers.submit(turns.run, is_first, row) for is_first, row in zip((True, False), rows, strict=True)]
        wire.prepare, wire.watch = lambda *call: None, lambda *call: None
        assert [message.result() for message in done] == [None, None]
        assert [row.state for row in long.parts()] == ["joined", "joined"], first
        assert len({row.about for row in long.parts()}) == 1, first
    finish(pipeline)
    assert {(row.text, row.state, row.flag) for row in joined(pipeline)} == {("".join(TWO), "accepted", None)}
    count = math.comb(2 * calls, calls)
    assert len(joined(pipeline)) == len(list(incidents_of(pipeline.election.id))) == place + 1 == count
    assert pipeline.differences() == ()


def test_ten_workers_join_ten_parts_once(pipeline: Pipeline) -> None:
    long = LongSms(pipeline, cut("CL A2010 B1 C1201 D11 E600 F400 G190 # calm", 11))
    rows = long.store_all(range(1, 12))
    together(pipeline, [row for row in rows for _ in range(2)])
    assert {row.state for row in long.parts()} == {"joined"}
    together(pipeline, joined(pipeline) * 4)
    [message] = joined(pipeline)
    assert (message.state, pipeline.summary()["nation"]["messages"]["received"]) == ("accepted", 1)
    assert pipeline.differences() == ()


def test_the_last_part_comes_when_the_waiting_ends(pipeline: Pipeline) -> None:
    longs = [LongSms(pipeline, TWO, str(place), name=f"{place:03}") for place in range(8)]
    for place, long in enumerate(longs):
        long.sent_at = pipeline.now + dt.timedelta(seconds=place)
        long.come(1)
    pipeline.now += LIMIT + dt.timedelta(seconds=1)
    for long in longs:
        together(pipeline, [stored(long.key(1)), long.store(2)])
    finish(pipeline)
    pass_the_limit(pipeline)
    states = [str(row.state) for row in joined(pipeline)]
    assert states.count("accepted") == pipeline.summary()["nation"]["messages"]["received"] == len(longs)
    assert set(states) <= {"accepted", "superseded"}
    assert sum(pipeline.summary()["nation"]["incidents"].values()) == len(longs)
    assert pipeline.differences() == ()
