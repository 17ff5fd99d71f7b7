"""Keep each minute what operators ask for every few seconds.

The stations to be called, the doubts, the queues and the live quick count, from one reading of an election's reports.
"""

import datetime as dt

from chalicelib.observation.calls.priority import Need
from chalicelib.observation.elections.schedule import hours_of
from chalicelib.services.isolation import NO_DEADLINE, LoopResult, RunPart, for_each, in_turn, run_parts
from chalicelib.services.quick_count.live_count import keep_count
from chalicelib.services.upkeep.calls import keep_calls, needs_of
from chalicelib.services.upkeep.doubts import keep_doubts
from chalicelib.services.upkeep.open_incidents import reconcile_open
from chalicelib.services.upkeep.queues import keep_queues
from chalicelib.services.upkeep.roster import settle_roster
from chalicelib.services.upkeep.snapshot import read_all
from chalicelib.store import elections
from chalicelib.store.elections import LoadedElection

LOOKS_AHEAD = dt.timedelta(days=1)
GOES_ON = dt.timedelta(days=1)
"""How long before and after an election's hours it is kept up."""
WORKED_OFF_WITHIN = dt.timedelta(hours=1)
"""How long, of everybody's time, at least: after a day that ran fast people go on at their own pace."""


def keep_up_due(now: dt.datetime, until: float = NO_DEADLINE) -> int:
    """Keep up every election near or under way; return how many.

    Beginning none after `until` (time.monotonic). Raises StoreUnavailable.
    """

    def keep_one(election_id: str) -> bool:
        loaded = elections.current(election_id)
        if loaded is None or not _is_watched(loaded, now):
            return False
        keep_up(loaded, now)
        return True

    return sum(for_each("election to keep up", in_turn(elections.list_elections(), now), keep_one, until=until).results)


def keep_up(loaded: LoadedElection, now: dt.datetime) -> LoopResult[object]:
    """Keep up one election as of a real instant.

    Whatever part of it fails, the others are kept. Raises StoreUnavailable.
    """
    reading, at = read_all(loaded), loaded.clock.at(now)
    needs: dict[str, Need] = needs_of(loaded, reading, at)
    parts = [
        RunPart("calls", NO_DEADLINE, lambda _: keep_calls(loaded, needs, now)),
        RunPart("open incidents", NO_DEADLINE, lambda _: reconcile_open(loaded, reading)),
        RunPart("roster", NO_DEADLINE, lambda _: settle_roster(loaded, now)),
        RunPart("doubts", NO_DEADLINE, lambda _: keep_doubts(loaded, reading, now)),
        RunPart("queues", NO_DEADLINE, lambda _: keep_queues(loaded, reading, needs, now)),
    ]
    if loaded.election.quick_count is not None:
        parts.append(RunPart("live count", NO_DEADLINE, lambda _: keep_count(loaded, now, reading.reports)))
    return run_parts(f"upkeep of {loaded.election.id}", parts)


def _is_watched(loaded: LoadedElection, now: dt.datetime) -> bool:
    hours, clock = hours_of(loaded.election), loaded.clock
    if hours is None:
        return False
    ends = max(clock.real(hours[1] + GOES_ON), clock.real(hours[1]) + WORKED_OFF_WITHIN)
    return clock.real(hours[0] - LOOKS_AHEAD) <= now <= ends
