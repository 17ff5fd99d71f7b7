"""Tasks that wait in each queue, the most urgent first."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from chalicelib.observation.elections.values import SEVERITIES
from chalicelib.observation.reports.doubts import is_count
from chalicelib.services.access.operators import Operator
from chalicelib.services.calls.listing import calls_in_order, own_calls
from chalicelib.services.upkeep.queues import due_since
from chalicelib.services.views.doubts import sees_doubts_at
from chalicelib.store.calls import CallRow
from chalicelib.store.desk import waiting_at
from chalicelib.store.doubts import doubts_of_region
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import incidents_by_id
from chalicelib.store.leases import task_name
from chalicelib.store.messages import NO_REGION
from chalicelib.store.open_incidents import OpenIncident, open_incidents_of

Kind = Literal["incident", "message", "call", "doubt"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""In the order in which they are handed out."""
MOST_LOOKED_AT: Final = 50
"""Tasks of a region and queue that are looked at for the next."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that a person has to do.

    `key` is an incident's number, a message's key, a station, a report's place.

    `since`: the real instant from which it waits. `row`: of a call, which is leased in its own row.
    """

    kind: Kind
    key: str
    region: str
    since: dt.datetime
    order: tuple[Any, ...]
    row: CallRow | None = None

    @property
    def name(self) -> str:
        """The task as its lease names it."""
        return task_name(self.kind, self.key)


@dataclass(frozen=True, slots=True)
class TaskScope:
    """Where somebody looks for tasks: some regions, or everywhere.

    Everywhere includes what belongs to no region.
    """

    loaded: LoadedElection
    regions: Sequence[str]
    is_everywhere: bool
    now: dt.datetime
    operator: Operator

    @classmethod
    def by(cls, loaded: LoadedElection, operator: Operator, regions: Sequence[str], now: dt.datetime) -> "TaskScope":
        """Return where an operator looks who asks for some regions."""
        everywhere = operator.sees_all() and set(regions) == set(loaded.election.regions)
        return cls(loaded, regions, everywhere, now, operator)


def tasks_of(kind: Kind, scope: TaskScope) -> list[Task]:
    """Return what waits in a queue, the most urgent first; raises StoreUnavailable."""
    return sorted(_FINDERS[kind](scope), key=lambda task: task.order)


def _incidents(scope: TaskScope) -> Iterator[Task]:
    loaded = scope.loaded
    for incident in _own_incidents(scope, open_incidents_of(loaded.election.id)):
        if incident.is_new and incident.region in scope.regions:
            order = (-SEVERITIES.index(incident.severity), incident.at, incident.number)
            yield Task("incident", str(incident.number), incident.region, loaded.clock.real(incident.at), order)


def _own_incidents(scope: TaskScope, listed: list[OpenIncident]) -> list[OpenIncident]:
    """Return the open incidents of an operator's organisation's observers."""
    if scope.operator.sight is None or not listed:
        return listed
    rows = incidents_by_id(scope.loaded.election.id, [row.incident for row in listed])
    own_ids = {row.id for row in rows if scope.operator.acts_for(row.observer)}
    return [row for row in listed if row.incident in own_ids]


def _messages(scope: TaskScope) -> Iterator[Task]:
    for region in (*scope.regions, *([None] if scope.is_everywhere else [])):
        waiting = waiting_at(scope.loaded.election.id, region, "messages", MOST_LOOKED_AT)
        for message in (row for row in waiting if scope.operator.acts_for(row.observer)):
            yield Task("message", message.key, message.region or NO_REGION, message.since, (message.since, message.key))


def _calls(scope: TaskScope) -> Iterator[Task]:
    loaded, at = scope.loaded, scope.loaded.clock.at(scope.now)
    for call in own_calls(scope.operator, calls_in_order(loaded, scope.regions, scope.now, consistent=True)):
        if not call.is_snoozed:
            since = loaded.clock.real(due_since(loaded.election, call.need, at))
            yield Task("call", call.row.station, call.region, since, call.order, call.row)


def _doubts(scope: TaskScope) -> Iterator[Task]:
    election = scope.loaded.election
    for region in scope.regions:
        for row in doubts_of_region(election.id, region):
            station, form, name = row.place
            if not sees_doubts_at(scope.operator, station):
                continue
            votes = max((int(doubt.get("votes", 0)) for doubt in row.doubts), default=0)
            of_count = form in election.form_by_code and is_count(election.form_by_code[form])
            since = scope.loaded.clock.real(row.since)
            yield Task("doubt", f"{station}#{form}#{name}", region, since, (not of_count, -votes, since, station))


_FINDERS: Final[Mapping[Kind, Callable[[TaskScope], Iterator[Task]]]] = {
    "incident": _incidents,
    "message": _messages,
    "call": _calls,
    "doubt": _doubts,
}
