"""The coverage board: one answer with everything that a room watches.

It reads tallies, the open incidents, the oldest SMS that wait, and what is kept each minute. So its cost grows with
forms and regions, and not with messages; and one container computes it every two seconds at most.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.tally import NATION_ONLY, Cell, Counters
from chalicelib.observation.summaries.coverage_board import columns, rows
from chalicelib.services.access.operators import Operator
from chalicelib.services.upkeep.queues import QueueLength, received
from chalicelib.store import providers
from chalicelib.store.board import KeptRow, read_kept
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_queries import waiting_in
from chalicelib.store.messages import NO_REGION, attention_of
from chalicelib.store.open_incidents import MOST_READ, OpenIncident, open_incidents_of
from chalicelib.store.tallies import read_cells
from chalicelib.store.ttl_cache import TtlCache

COMPUTED_EACH_SECONDS: Final = 2.0
MOST_ASKED: Final = 12
"""Partitions of waiting SMS that a board asks; with more regions it shows them as of the last minute."""
MOST_WAITING: Final = 25
"""SMS of one region that are counted at each request; more are counted once a minute."""

Scope = tuple[str, ...]
"""Regions of a board; empty for the nation."""

_recent: TtlCache[tuple[str, Scope], dict[str, Any]] = TtlCache(COMPUTED_EACH_SECONDS)


def show_board(loaded: LoadedElection, operator: Operator, region: str | None, now: dt.datetime) -> dict[str, Any]:
    """Return the board of the nation, a region, or the operator's regions.

    A viewer's has no queues and no traffic. `as_of` is the instant at which it was computed. Raises StoreUnavailable.
    """
    scope = (region,) if region is not None else tuple(sorted(operator.regions))
    document = _recent.get((loaded.election.id, scope), lambda: compute_board(loaded, scope, now))
    if operator.role != "viewer":
        return document
    return {name: value for name, value in document.items() if name not in ("queues", "traffic", "providers")}


def compute_board(loaded: LoadedElection, scope: Scope, now: dt.datetime) -> dict[str, Any]:
    """Return the board of regions or the nation.

    It is as of a real instant.

    Raises StoreUnavailable.
    """
    election, at = loaded.election, loaded.clock.at(now)
    cells = read_cells(election, scope[0] if len(scope) == 1 else None, consistent=False)
    kept = read_kept(election.id, "board")
    regions = scope or election.regions
    opened = [incident for incident in open_incidents_of(election.id) if incident.region in regions]
    failed = kept.document["failed"] if kept else {}
    shown = rows(election, cells, failed, at, regions, nation=not scope)
    for row in shown:
        row["incidents"] = row["incidents"] | _open(opened, row["region"])
    return {
        "election": election.id,
        "as_of": local_time(at, election.zone),
        "clock": {
            "start": loaded.clock.start.isoformat(),
            "origin": loaded.clock.origin.isoformat(),
            "factor": loaded.clock.factor,
        },
        "columns": columns(election, at),
        "rows": shown,
        "queues": _queues(loaded, scope, opened, kept),
        "traffic": _traffic(cells, regions, kept, now, nation=not scope),
        "providers": _providers(),
        "arrivals": kept.document.get("arrivals", []) if kept and not scope else [],
        "kept_at": kept.at.isoformat(timespec="seconds") if kept else None,
    }


def _open(opened: Sequence[OpenIncident], region: str | None) -> dict[str, int]:
    of_region = [incident for incident in opened if region in (None, incident.region)]
    return {"open": len(of_region), "unacknowledged": sum(incident.is_new for incident in of_region)}


def _queues(
    loaded: LoadedElection, scope: Scope, opened: Sequence[OpenIncident], kept: KeptRow | None
) -> dict[str, dict[str, Any]]:
    """Return each queue's length, and its oldest's real instant."""
    election = loaded.election
    new = QueueLength.of(loaded.clock.real(incident.at) for incident in opened if incident.is_new)
    return {
        "incidents": _shown(new, is_cut=len(opened) >= MOST_READ),
        "messages": _shown(_together(_messages(election, scope, kept))),
        **{name: _shown(_together(_kept_queue(kept, name, scope or election.regions))) for name in ("calls", "doubts")},
    }


def _messages(election: Election, scope: Scope, kept: KeptRow | None) -> list[QueueLength]:
    """Return what waits of each region.

    The nation's board has what is of no region too.

    As of now where that is asked with little, with the number of the last minute where there are many.
    """
    partitions = scope or (*election.regions, NO_REGION)
    counted = kept.document["messages"] if kept else {}
    if len(partitions) > MOST_ASKED:
        return _kept_queue(kept, "messages", partitions)
    waiting = []
    for region in partitions:
        now = QueueLength.of(waiting_in(attention_of(election.id, region), MOST_WAITING))
        before = QueueLength.from_document(counted[region]).count if region in counted else 0
        waiting.append(now if now.count < MOST_WAITING else QueueLength(max(now.count, before), now.oldest))
    return waiting


def _kept_queue(kept: KeptRow | None, name: str, regions: Sequence[str]) -> list[QueueLength]:
    counted: Mapping[str, Any] = kept.document[name] if kept else {}
    return [QueueLength.from_document(counted[region]) for region in regions if region in counted]


def _together(several: Sequence[QueueLength]) -> QueueLength:
    oldest = [queue.oldest for queue in several if queue.oldest is not None]
    return QueueLength(sum(queue.count for queue in several), min(oldest, default=None))


def _shown(waiting: QueueLength, *, is_cut: bool = False) -> dict[str, Any]:
    count, oldest = waiting.document()
    return {"count": count, "oldest": oldest, "is_cut": is_cut}


def _traffic(
    cells: Mapping[Cell, Counters], regions: Sequence[str], kept: KeptRow | None, now: dt.datetime, *, nation: bool
) -> dict[str, Any]:
    """Return how many SMS came, in all and per minute.

    Per minute since the sample of a minute ago.
    """
    names = (*regions, NATION_ONLY) if nation else regions
    total = _sum(received(cells), names)
    for written, counts in reversed(kept.document["samples"] if kept else []):
        minutes = (now - dt.datetime.fromisoformat(written)).total_seconds() / 60
        if minutes >= 1:
            return {"received": total, "per_minute": round((total - _sum(counts, names)) / minutes, 1)}
    return {"received": total, "per_minute": None}


def _sum(counts: Mapping[str, int], names: Sequence[str]) -> int:
    return sum(counts.get(name, 0) for name in names)


def _providers() -> dict[str, Any]:
    measured = providers.silence()
    described = measured[1].get("providers", []) if measured else []
    return {
        "silent": [
            {"name": provider["name"], "since": provider["silent_since"]}
            for provider in described
            if provider["silent"] and provider.get("last_heard")  # what was never heard is not in use
        ],
        "measured_at": measured[0].isoformat(timespec="seconds") if measured else None,
    }
