"""Hand out the next task of all queues.

Leased to one person for ten minutes.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.calls.lease import LEASED_FOR, among_first, taking
from chalicelib.services.calls.listing import regions_asked
from chalicelib.services.calls.refusals import LeaseLost, NothingToDo, TaskLeased
from chalicelib.services.tasks.queues import KINDS, Kind, Task, TaskScope, tasks_of
from chalicelib.store.calls import CallRow
from chalicelib.store.elections import LoadedElection
from chalicelib.store.leases import LeaseRow, leases_of, leasing, task_name
from chalicelib.store.outcome import WorkChanged


class Leases:
    """An election's leases, read by region.

    Those of a region are read when the first of its tasks is looked at.
    """

    def __init__(self, election_id: str) -> None:
        self._election_id = election_id
        self._by_region: dict[str, dict[str, LeaseRow]] = {}

    def of(self, task: Task) -> LeaseRow | None:
        """Return a task's lease; raises StoreUnavailable.

        A call is leased in its own row, and has none here.
        """
        if task.row is not None:
            return None
        if task.region not in self._by_region:
            self._by_region[task.region] = leases_of(self._election_id, task.region)
        return self._by_region[task.region].get(task.name)


def peek(
    loaded: LoadedElection, operator: Operator, kinds: Sequence[Kind], regions: Sequence[str], now: dt.datetime
) -> dict[str, Any]:
    """Return what waits, by queue, and the next task; lease nothing.

    Raises StoreUnavailable.
    """
    own_regions = regions_asked(loaded.election, operator, regions)
    leases = Leases(loaded.election.id)
    queues: dict[str, dict[str, int]] = {}
    following: Task | None = None
    for kind in _in_order(kinds):
        tasks = tasks_of(kind, TaskScope.by(loaded, operator, own_regions, now))
        mine, free = _divided(tasks, leases, operator.signature, now)
        queues[kind] = {"waiting": len(tasks), "free": len(free), "mine": len(mine)}
        following = following or next(iter([*mine, *free]), None)
    return {
        "election": loaded.election.id,
        "as_of": now.isoformat(timespec="seconds"),
        "queues": queues,
        "next": _describe(following) if following else None,
    }


def take_next(
    loaded: LoadedElection, action: Action, kinds: Sequence[Kind] = (), regions: Sequence[str] = ()
) -> dict[str, Any]:
    """Lease the next task that nobody has.

    Incidents first, then SMS, calls and doubts.

    In a queue, what one holds already comes first. A queue is read where those before it have no task to give. Raises
    NothingToDo, and what `perform` raises.
    """
    attempts = 0

    def attempt() -> Change:
        nonlocal attempts
        own_regions = regions_asked(loaded.election, action.operator, regions)
        scope = TaskScope.by(loaded, action.operator, own_regions, action.now)
        leases = Leases(loaded.election.id)
        for kind in _in_order(kinds):
            mine, free = _divided(tasks_of(kind, scope), leases, action.who, action.now)
            if mine or free:
                chosen = mine[0] if mine else free[among_first(action, attempts, len(free))]
                attempts += 1
                return _leasing_change(loaded, action, chosen, leases.of(chosen))
        raise NothingToDo("no task waits that nobody has")

    return perform(action, attempt, also=(WorkChanged,))


def lease(loaded: LoadedElection, action: Action, kind: Kind, key: str, region: str) -> dict[str, Any]:
    """Lease one named task, or lengthen one's own lease of it.

    Raises Leased where somebody else has it, NothingToDo where it does not wait, and what `perform` raises.
    """
    return _lease(loaded, action, (kind, key, region), "task leased")


def take_over(loaded: LoadedElection, action: Action, kind: Kind, key: str, region: str) -> dict[str, Any]:
    """Take one named task from whoever has it.

    Raises NothingToDo where it does not wait, and what `perform` raises.
    """
    return _lease(loaded, action, (kind, key, region), "task taken over")


def renew(loaded: LoadedElection, action: Action, kind: Kind, key: str, region: str) -> dict[str, Any]:
    """Lengthen one's own lease of a task that is no call.

    Raises LeaseLost, and what `perform` raises.
    """
    return _change(loaded, action, (kind, key, region), ends=False)


def release(loaded: LoadedElection, action: Action, kind: Kind, key: str, region: str) -> dict[str, Any]:
    """End one's own lease of a task that is no call.

    Raises LeaseLost, and what `perform` raises.
    """
    return _change(loaded, action, (kind, key, region), ends=True)


def _lease(loaded: LoadedElection, action: Action, named: tuple[Kind, str, str], what: str) -> dict[str, Any]:
    kind, key, region = named

    def attempt() -> Change:
        scope = TaskScope.by(loaded, action.operator, regions_asked(loaded.election, action.operator, ()), action.now)
        task = next((task for task in tasks_of(kind, scope) if (task.key, task.region) == (key, region)), None)
        if task is None:
            raise NothingToDo(f"{kind} {key} does not wait for anybody, or not in your regions")
        row = leases_of(loaded.election.id, region).get(task.name)
        holding = task.row or row
        is_anothers = holding is not None and holding.is_held(action.now) and holding.holder != action.who
        if holding is not None and is_anothers and what == "task leased":
            until = holding.until.isoformat(timespec="seconds") if holding.until else ""
            raise TaskLeased(f"{holding.holder} has {kind} {key} until {until}")
        return _leasing_change(loaded, action, task, row, what)

    return perform(action, attempt, also=(WorkChanged,))


def _change(loaded: LoadedElection, action: Action, task: tuple[Kind, str, str], *, ends: bool) -> dict[str, Any]:
    kind, key, region = task
    name = task_name(kind, key)

    def attempt() -> Change:
        row = leases_of(loaded.election.id, region).get(name)
        if row is None or not row.is_held(action.now) or row.holder != action.who:
            holder = row.holder if row is not None and row.is_held(action.now) else "nobody"
            raise LeaseLost(f"{holder} has {kind} {key} now")
        until = action.now + LEASED_FOR
        write = leasing((loaded.election.id, region), name, row, None if ends else action.who, until)
        document = _lease_document(kind, key, region, None if ends else action.who, until)
        what = "task released" if ends else "task lease renewed"
        return Change(document, (write,), what, f"{kind} {key}")

    return perform(action, attempt, also=(WorkChanged,))


def _in_order(kinds: Sequence[Kind]) -> list[Kind]:
    return [kind for kind in KINDS if not kinds or kind in kinds]


def _divided(tasks: Sequence[Task], leases: Leases, who: str, now: dt.datetime) -> tuple[list[Task], list[Task]]:
    """Return tasks that one has, and those that nobody has."""
    rows: list[tuple[Task, CallRow | LeaseRow | None]] = [(task, task.row or leases.of(task)) for task in tasks]
    mine = [task for task, row in rows if row is not None and row.is_held(now) and row.holder == who]
    return mine, [task for task, row in rows if row is None or not row.is_held(now)]


def _leasing_change(
    loaded: LoadedElection, action: Action, task: Task, row: LeaseRow | None, what: str = "task leased"
) -> Change:
    if task.row is not None:
        change = taking(action, task.row, task.region, what.replace("task", "call"))
        document = {"kind": "call", "key": task.key, "since": task.since.isoformat(timespec="seconds")}
        leased = {"region": task.region, "lease": change.document["lease"]}
        return Change(document | leased, change.writes, change.what, change.subject, change.before, change.after)
    until = action.now + LEASED_FOR
    write = leasing((loaded.election.id, task.region), task.name, row, action.who, until)
    document = _lease_document(task.kind, task.key, task.region, action.who, until)
    document["since"] = task.since.isoformat(timespec="seconds")
    before = {"holder": row.holder} if row is not None and row.holder else None
    return Change(document, (write,), what, f"{task.kind} {task.key}", before, {"holder": action.who})


def _lease_document(kind: Kind, key: str, region: str, holder: str | None, until: dt.datetime) -> dict[str, Any]:
    lease = {"holder": holder, "until": until.isoformat(timespec="seconds"), "is_mine": True} if holder else None
    return {"kind": kind, "key": key, "region": region, "lease": lease}


def _describe(task: Task) -> dict[str, Any]:
    return {
        "kind": task.kind,
        "key": task.key,
        "region": task.region,
        "since": task.since.isoformat(timespec="seconds"),
    }
