"""What operators do on the call desk, for tests."""

import datetime as dt
from typing import Any

from pipeline import Pipeline

from chalicelib.observation.calls.outcomes import Outcome
from chalicelib.observation.reports.entry_fields import EntryFields
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.calls import lease, listing
from chalicelib.services.calls.answers import PhoneAnswers, entry_of
from chalicelib.services.calls.outcome import CallReport, log_call
from chalicelib.services.upkeep.upkeep import keep_up
from chalicelib.store.calls import CallRow, call_of
from chalicelib.store.operators import AuditRow

MINUTE = dt.timedelta(minutes=1)


class Room:
    """A call centre on a pipeline's election, whose call list is kept."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.loaded = pipeline.current
        self.keys = iter(range(10**6))
        self.keep()

    def keep(self) -> None:
        assert keep_up(self.loaded, self.pipeline.now).is_whole

    def operator(self, name: str = "Aida", *regions: str) -> Operator:
        return Operator(name, "operator", self.pipeline.election.id, regions)

    def action(self, name: str = "Aida", *regions: str, key: str | None = None) -> Action:
        key = key or f"k{next(self.keys)}"
        return Action(self.operator(name, *regions), self.pipeline.now, key, "d")

    def next(self, name: str = "Aida") -> str:
        return str(lease.lease_next(self.loaded, self.action(name))["station"])

    def row(self, station: str) -> CallRow:
        region = self.pipeline.election.region_of(station)
        return call_of(self.pipeline.election.id, region, station)

    def log(self, station: str, outcome: Outcome, name: str = "Aida", **details: Any) -> dict[str, Any]:
        return log_call(self.loaded, self.action(name), station, CallReport(outcome, **details))

    def listed(self) -> list[str]:
        calls = listing.list_calls(self.loaded, self.operator(), (), self.pipeline.now)["calls"]
        return [call["station"] for call in calls if call["snoozed_until"] is None]

    def audited(self, what: str) -> list[AuditRow]:
        rows = AuditRow.query(self.pipeline.election.id, consistent_read=True)
        return [row for row in rows if row.action.startswith(what)]


def taken(room: Room, station: str, action: Action, **answers: str) -> dict[str, Any]:
    observer = room.pipeline.election.observers_by_station[station][0].number
    entry = entry_of(
        room.loaded, action, station, PhoneAnswers(observer, (EntryFields("OP", answers=answers),)), "by phone"
    )
    return log_call(room.loaded, action, station, CallReport("answered"), entry)
