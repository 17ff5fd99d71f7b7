"""The store's functions that chase and summarize use, in memory, with a clock that only the test moves."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from chalicelib.observation.elections.clock import Clock
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.report import Report, Source
from chalicelib.observation.reports.tally import add, contribution
from chalicelib.services.clients import retry
from chalicelib.services.outreach import gaps, reminders
from chalicelib.services.summaries import final_report, hourly, open_issues
from chalicelib.store import elections, message_queries, progress, routes, summaries, tables
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message
from chalicelib.store.outcome import ReportChanged
from chalicelib.store.reports import StoredReport


class Died(BaseException):
    """The run ends here."""


class InMemory:
    """`queued`: rows by key, with the election's time; `before_queueing` runs once, before a reminder is queued."""

    def __init__(self, election: Election, clock: Clock) -> None:
        self.election, self.clock = election, clock
        self.now = clock.origin
        self.reports: dict[tuple[str, str, str], tuple[int, Report]] = {}
        self.queued: dict[str, tuple[Message, dt.datetime]] = {}
        self.done: dict[str, tuple[int, dict[str, Any]]] = {}
        self.snapshots: dict[str, dict[str, Any]] = {}
        self.incidents: list[Incident] = []
        self.writes_left: int | None = None
        self.before_queueing: Callable[[], None] | None = None

    @property
    def loaded(self) -> LoadedElection:
        return LoadedElection(self.election, self.clock, 1)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in (reminders, gaps, open_issues, final_report):
            monkeypatch.setattr(module, "get_reports", self.get_reports)
        for module in (reminders, hourly, final_report):
            monkeypatch.setattr(module, "read_cells", lambda election, region=None: self.cells())
        monkeypatch.setattr(reminders, "queue_while_unchanged", self.queue_while_unchanged)
        for module in (open_issues, gaps, final_report):
            monkeypatch.setattr(module, "incidents_of", lambda election_id: self.incidents)
        monkeypatch.setattr(retry.time, "sleep", lambda seconds: None)
        monkeypatch.setattr(routes, "numbers_of", lambda election_id: ["+996312000000"])
        monkeypatch.setattr(elections, "list_elections", lambda: [self.election.id])
        monkeypatch.setattr(elections, "current", lambda election_id: self.loaded)
        monkeypatch.setattr(tables, "put_new", self.put_new)
        monkeypatch.setattr(message_queries, "unfinished", lambda queue, due_before, limit: [])
        monkeypatch.setattr(
            message_queries, "get_many", lambda keys: [self.queued[k][0] for k in keys if k in self.queued]
        )
        monkeypatch.setattr(progress, "read", lambda election_id, task: self.done.get(task, (0, None)))
        monkeypatch.setattr(progress, "advance", self.advance)
        monkeypatch.setattr(summaries, "day_of", lambda election_id, day: list(self.snapshots.values()))
        monkeypatch.setattr(summaries, "get", lambda election_id, hour: self.snapshots.get(hour))
        monkeypatch.setattr(
            summaries, "keep_first", lambda election_id, hour, document, at: self.snapshots.setdefault(hour, document)
        )

    def report(self, station: str, observer: str, form: str, round_name: str, number: int) -> None:
        """An observer's whole report comes in now."""
        key = (station, form, round_name)
        version, report = self.reports.get(key, (0, Report(*key)))
        source = Source(self.clock.at(self.now), f"generic#{number:06}")
        self.reports[key] = (version + 1, report.merge(observer, {"A": number}, source))

    def cells(self) -> dict[tuple[str, str, str], Any]:
        parts: dict[tuple[str, str, str], list[Any]] = {}
        for (station, form, name), (_, report) in self.reports.items():
            region = self.election.region_of(station)
            parts.setdefault((region, form, name), []).append(contribution(self.election, report))
        return {cell: add(counters) for cell, counters in parts.items()}

    def get_reports(self, election: Election, keys: Iterable[tuple[str, str, str]]) -> dict[Any, StoredReport]:
        found = {key: self.reports.get(key, (0, Report(*key))) for key in keys}
        return {
            key: StoredReport(report, election.station_by_number[key[0]].region, version)
            for key, (version, report) in found.items()
        }

    def queue_while_unchanged(self, election: Election, stored: StoredReport, row: Message) -> bool:
        happening, self.before_queueing = self.before_queueing, None
        if happening is not None:
            happening()
        report = stored.report
        if self.reports.get((report.station, report.form, report.round), (0, None))[0] != stored.version:
            raise ReportChanged
        return self.put_new(row)

    def put_new(self, row: Message) -> bool:
        if self.writes_left is not None:
            if self.writes_left == 0:
                raise Died
            self.writes_left -= 1
        if row.key in self.queued:
            return False
        self.queued[row.key] = (row, self.clock.at(self.now))
        return True

    def advance(self, election_id: str, task: str, version: int, document: dict[str, Any], now: dt.datetime) -> bool:
        if self.done.get(task, (0, None))[0] != version:
            return False
        self.done[task] = (version + 1, document)
        return True
