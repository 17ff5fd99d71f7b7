"""Keep what waits for a person by region, and how reports came."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.calls.priority import Need, is_snoozed
from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.schedule import Place, round_due
from chalicelib.observation.reports.doubts import doubts_of, newest_at
from chalicelib.observation.reports.report import Report
from chalicelib.observation.reports.tally import Cell, Counters
from chalicelib.observation.summaries.arrivals import arrivals
from chalicelib.services.upkeep.snapshot import Snapshot
from chalicelib.store.board import keep, read_kept
from chalicelib.store.calls import calls_of
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_queries import waiting_in
from chalicelib.store.messages import NO_REGION, attention_of

MOST_COUNTED: Final = 1_000
"""SMS of one region that wait and are counted; of more it is told that there are so many at least."""
SAMPLES: Final = 10
"""Minutes of which it is kept how many SMS had come."""
KEPT_FOR: Final = dt.timedelta(days=60)


@dataclass(frozen=True, slots=True)
class QueueLength:
    """How many of a queue wait, since which real instant."""

    count: int = 0
    oldest: dt.datetime | None = None

    def document(self) -> list[Any]:
        """Return it as JSON's values."""
        return [self.count, self.oldest.isoformat(timespec="seconds") if self.oldest else None]

    @classmethod
    def from_document(cls, written: Sequence[Any]) -> "QueueLength":
        """Read what `document` wrote."""
        count, oldest = written
        return cls(count, dt.datetime.fromisoformat(oldest) if oldest else None)

    @classmethod
    def of(cls, since: Iterable[dt.datetime]) -> "QueueLength":
        """Count what waits since some instants."""
        instants = list(since)
        return cls(len(instants), min(instants, default=None))


def keep_queues(loaded: LoadedElection, reading: Snapshot, needs: Mapping[str, Need], now: dt.datetime) -> None:
    """Write what the board shows beside the tallies. Raises StoreUnavailable."""
    election = loaded.election
    kept = read_kept(election.id, "board")
    samples = list(kept.document["samples"]) if kept else []
    doubts, failed = doubts_in(loaded, reading)
    document = {
        "calls": {region: _calls(loaded, region, needs, now).document() for region in election.regions},
        "doubts": {region: QueueLength.of(doubts[region]).document() for region in election.regions},
        "messages": {
            region: QueueLength.of(waiting_in(attention_of(election.id, region), MOST_COUNTED)).document()
            for region in (*election.regions, NO_REGION)
        },
        "failed": failed,
        "arrivals": arrivals(election, [stored.report for stored in reading.reports.values()], loaded.clock.at(now)),
        "samples": [*samples, [now.isoformat(timespec="seconds"), received(reading.cells)]][-SAMPLES:],
    }
    keep(election.id, "board", document, now, int((now + KEPT_FOR).timestamp()))


def received(cells: Mapping[Cell, Counters]) -> dict[str, int]:
    """Return how many SMS had come, by region.

    Those of nobody stand under NATION_ONLY.
    """
    counts: dict[str, int] = {}
    for (region, _, _), counters in cells.items():
        counts[region] = counts.get(region, 0) + int(counters.get("message.received", 0))
    return counts


def doubts_in(
    loaded: LoadedElection, reading: Snapshot
) -> tuple[dict[str, list[dt.datetime]], dict[str, dict[str, int]]]:
    """Return since when reports are in doubt, and how many fail checks.

    Doubts are by region, failed checks by place.

    Instants are real ones.
    """
    election = loaded.election
    doubts: dict[str, list[dt.datetime]] = {region: [] for region in election.regions}
    failed: dict[str, dict[str, int]] = {}
    for station, places in _by_station(reading).items():
        region = election.region_of(station)
        for place in places:
            at_place = doubts_of(election, places, place)
            if any(doubt.kind == "failed_check" for doubt in at_place):
                of_region = failed.setdefault(region, {})
                of_region["#".join(place)] = of_region.get("#".join(place), 0) + 1
            if at_place:
                doubts[region].append(loaded.clock.real(newest_at(places[place])))
    return doubts, failed


def _by_station(reading: Snapshot) -> dict[str, dict[Place, Report]]:
    stations: dict[str, dict[Place, Report]] = {}
    for (station, form, name), stored in reading.reports.items():
        if stored.report.observers:
            stations.setdefault(station, {})[form, name] = stored.report
    return stations


def _calls(loaded: LoadedElection, region: str, needs: Mapping[str, Need], now: dt.datetime) -> QueueLength:
    """Count a region's calls that are due and not put off.

    They wait since the longest overdue report was due, or the incident opened.
    """
    election, at = loaded.election, loaded.clock.at(now)
    rows = {row.station: row for row in calls_of(election.id, region)}
    by_hand = {row.station: row.needed for row in rows.values() if row.by_hand}
    due = [
        loaded.clock.real(due_since(election, need, at))
        for number, need in {**by_hand, **needs}.items()
        if election.region_of(number) == region and not (number in rows and is_snoozed(rows[number].tried, at))
    ]
    return QueueLength.of(due)


def due_since(election: Election, need: Need, at: dt.datetime) -> dt.datetime:
    """Return since when a station is to be called, by election time."""
    dues = [round_due(election, election.form_by_code[form], name) for form, name in need.owed]
    return min([due for due in (*dues, need.incident_at) if due is not None], default=at)
