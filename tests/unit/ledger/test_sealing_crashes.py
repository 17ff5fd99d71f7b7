"""Sealing is cut at each call to the store, before and after it: one root over every row, once it is sealed.

On the store in memory, so that every call can be cut in seconds; `make test-long` does the same on the emulator.
"""

import datetime as dt
from collections import Counter

import pytest
from botocore.exceptions import ReadTimeoutError
from fake_dynamodb import FakeDynamoDB
from one_station import one_station

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.ledger import seal as sealing
from chalicelib.services.ledger.seal import seal
from chalicelib.services.ledger.verify import verify
from chalicelib.store import elections, ledger
from chalicelib.store.messages import Message
from chalicelib.store.reports import ReportRow
from chalicelib.store.tables import StoreUnavailable

NOW = dt.datetime(2017, 10, 15, 4, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
ELECTION = "crashed"


class Killed(BaseException):
    """The process ends here, as by SIGKILL: nothing catches it."""


class Store(FakeDynamoDB):
    """Counts its calls, and cuts one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.cut: tuple[int, str, BaseException] | None = None
        self.before = lambda operation, parameters: self._pass("before", operation)
        self.after = lambda operation, parameters: self._pass("after", operation)

    def listen(self, cut: tuple[int, str, BaseException] | None = None) -> None:
        """Count from here on, and cut the call at a place."""
        self.calls.clear()
        self.cut = cut

    def _pass(self, when: str, operation: str) -> None:
        if when == "before":
            self.calls.append(operation)
        if self.cut is not None and self.cut[:2] == (len(self.calls) - 1, when):
            raise self.cut[2]


class Day:
    """An election on a store of its own, whose hours bring rows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = Store()
        self.store.install(monkeypatch)
        elections.forget(ELECTION)
        elections.save(one_station(ELECTION), REAL_TIME)
        self.loaded = elections.existing(ELECTION)
        self.now = NOW
        self.keys: set[str] = set()

    def bring(self) -> None:
        """SMS and a report of one more hour: several parts of each."""
        for _ in range(5):
            place = len(self.keys)
            row = Message(
                f"generic#{place}", direction="in", state="accepted", stored_at=self.now, text_as_sent="OP A1"
            )
            row.election = ELECTION
            row.save()
            ReportRow(f"{ELECTION}#{place}", "OP#-", version=1, region="Osh", answers={}, counted={}).save()
            self.keys |= {f"generic#{place}", f"{place}#OP#-@1"}
        self.now += MINUTE

    def seal(self) -> None:
        self.store.listen()
        assert seal(self.loaded, self.now) is not None
        self.now += MINUTE

    def kept(self) -> Counter[str]:
        seals = ledger.seals_of(ELECTION)
        return Counter(key for seal in seals for part in ledger.parts_of(ELECTION, seal.number) for key in part.keys)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_ENTRIES", 2)


def calls_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What an undisturbed run calls for an hour that is not the first."""
    day = Day(monkeypatch)
    day.bring()
    day.seal()
    day.bring()
    day.seal()
    return list(day.store.calls)


def test_a_cut_at_any_call_leaves_one_root_over_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = calls_of_an_hour(monkeypatch)
    assert calls.count("PutItem") >= 8, "the opening, parts, the seal"
    for place, call in enumerate(calls):
        for when in ("before", "after"):
            for fault in (Killed(), ReadTimeoutError(endpoint_url="http://aws.test")):
                day = Day(monkeypatch)
                day.bring()
                day.seal()
                day.bring()
                day.store.listen((place, when, fault))
                with pytest.raises((Killed, StoreUnavailable)):
                    seal(day.loaded, day.now)
                day.store.listen()
                before = ledger.seals_of(ELECTION)
                day.bring()
                day.seal()
                day.seal()
                what = f"{type(fault).__name__} {when} call {place}, {call}"
                assert ledger.seals_of(ELECTION)[: len(before)] == before, what
                assert day.kept() == Counter(day.keys), what
                verified = verify(ELECTION)
                assert (verified.differences, verified.unsealed) == ((), 0), what
