"""An election day on a DynamoDB in memory, with a clock that only the test moves."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from fake_dynamodb import FakeDynamoDB

from chalicelib.observation.elections.clock import Clock
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.report import Source
from chalicelib.observation.reports.tally import Cell, Counters, contribution, difference, shard_of
from chalicelib.services.clients import retry
from chalicelib.services.elections import loading
from chalicelib.store import elections
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message
from chalicelib.store.outcome import rewrite_report
from chalicelib.store.reports import StoredReport, get_reports
from chalicelib.store.tallies import read_cells

NUMBER = "+996312000000"
_serial = itertools.count()


class Died(BaseException):
    """The run ends here."""


class ElectionDay:
    """An election under an id of its own, in a database of its own.

    `queued`: outgoing rows by key, with the election's time; `before_queueing` runs once, before a reminder is queued;
    `writes_left`: how many writes it takes until the run dies, None for as many as it likes.
    """

    def __init__(self, election: Election, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.election = election.model_copy(update={"id": f"e{next(_serial)}"})
        self.clock, self.now = clock, clock.origin
        self.queued: dict[str, tuple[Message, dt.datetime]] = {}
        self.writes_left: int | None = None
        self.before_queueing: Callable[[], None] | None = None
        self.database = FakeDynamoDB()
        self.database.install(monkeypatch)
        monkeypatch.setattr(retry.time, "sleep", lambda seconds: None)
        loading.load(self.election, clock)
        loading.route(NUMBER, self.election.id)
        self.database.before, self.database.after = self._before, self._after

    @property
    def loaded(self) -> LoadedElection:
        return LoadedElection(self.election, self.clock, 1, self.election)

    def set_clock(self, clock: Clock) -> None:
        self.clock = clock
        elections.save(self.election, clock)

    def report(self, station: str, observer: str, form: str, round_name: str, number: int) -> None:
        """An observer's whole report comes in now."""
        key = (station, form, round_name)
        stored = get_reports(self.election, [key])[key]
        source = Source(self.clock.at(self.now), f"generic#{number:06}")
        report = stored.report.merge(observer, {"A": number}, source)
        counted = contribution(self.election, report)
        change = difference(counted, stored.counted)
        cell = (shard_of(self.election, station), (stored.region, form, round_name))
        changed = StoredReport(report, stored.region, stored.version, counted)
        rewrite_report(self.election, changed, {cell: change} if change else {})

    def cells(self) -> dict[Cell, Counters]:
        return read_cells(self.election)

    def _before(self, operation: str, parameters: dict[str, Any]) -> None:
        if operation in ("GetItem", "BatchGetItem", "Query"):
            return
        if self.before_queueing is not None and any(key.startswith("reminder#") for key in _put_keys(parameters)):
            happening, self.before_queueing = self.before_queueing, None
            happening()
        if self.writes_left is not None:
            if self.writes_left == 0:
                raise Died
            self.writes_left -= 1

    def _after(self, operation: str, parameters: dict[str, Any]) -> None:
        for key in _put_keys(parameters):
            row = self.database.tables["messages"].get((key,))
            if row is not None and row["direction"]["S"] == "out":
                self.queued[key] = (Message.from_raw_data(dict(row)), self.clock.at(self.now))


def _put_keys(parameters: dict[str, Any]) -> list[str]:
    """Keys of the messages that a call puts."""
    puts = [item["Put"] for item in parameters.get("TransactItems", ()) if "Put" in item]
    puts += [parameters] if "Item" in parameters else []
    return [put["Item"]["key"]["S"] for put in puts if "key" in put["Item"]]
