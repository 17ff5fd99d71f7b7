"""The shift lead's figures: calls, whom they reached, and leases held."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.observation.calls.outcomes import OUTCOMES
from chalicelib.observation.elections.clock import local_time
from chalicelib.services.access.operators import Operator
from chalicelib.services.calls.lease import held_by
from chalicelib.services.calls.listing import calls_in_order, own_calls, regions_asked
from chalicelib.services.upkeep.queues import due_since
from chalicelib.store.contacts import FiguresRow, figures_of
from chalicelib.store.elections import LoadedElection


def call_figures(loaded: LoadedElection, operator: Operator, now: dt.datetime) -> dict[str, Any]:
    """Return calls by operator and hour, leases held, the oldest due call.

    Raises StoreUnavailable.
    """
    election, at = loaded.election, loaded.clock.at(now)
    calls = own_calls(operator, calls_in_order(loaded, regions_asked(election, operator), now))
    due = [due_since(election, call.need, at) for call in calls if not call.is_snoozed]
    rows = list(figures_of(election.id))
    return {
        "election": election.id,
        "as_of": local_time(at, election.zone),
        "total": _sum(rows),
        "operators": {who: _sum(row for row in rows if row.operator == who) for who in sorted(_names(rows))},
        "hours": [
            {"hour": row.hour, "operator": row.operator} | _shown(row.counters)
            for row in sorted(rows, key=lambda row: (row.hour, row.operator))
        ],
        "due": len(due),
        "oldest_due": local_time(min(due, default=None), election.zone),
        "leases": [
            {"station": station, "holder": holder, "until": until.isoformat(timespec="seconds")}
            for station, holder, until in held_by(calls, now)
        ],
    }


def _names(rows: Iterable[FiguresRow]) -> set[str]:
    return {row.operator for row in rows}


def _sum(rows: Iterable[FiguresRow]) -> dict[str, Any]:
    total: dict[str, int] = {}
    for row in rows:
        for name, amount in row.counters.items():
            total[name] = total.get(name, 0) + amount
    return _shown(total)


def _shown(counters: Mapping[str, int]) -> dict[str, Any]:
    attempts, reached = counters.get("attempts", 0), counters.get("reached", 0)
    return {
        "attempts": attempts,
        "reached": reached,
        "reached_percent": round(100 * reached / attempts) if attempts else None,
        "outcomes": {outcome: counters.get(outcome, 0) for outcome in OUTCOMES if counters.get(outcome)},
    }
