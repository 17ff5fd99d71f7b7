"""The live quick count, kept each minute with how it came about."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.services.quick_count.estimate import LiveEstimate, Reports, count_now
from chalicelib.store.board import keep, read_kept
from chalicelib.store.elections import LoadedElection

FRESH: Final = dt.timedelta(minutes=3)
"""How old the kept count may be before a request computes it itself: the schedule has missed it then."""
MOST_POINTS: Final = 200
"""Points of the convergence; of more the one is left out whose neighbours are nearest."""
KEPT_FOR: Final = dt.timedelta(days=60)


def keep_count(loaded: LoadedElection, now: dt.datetime, reports: Reports | None = None) -> dict[str, Any]:
    """Compute the live count, keep it, and return it.

    Raises QuickCountError, StoreUnavailable.
    """
    counted = count_now(loaded, now, reports)
    kept = read_kept(loaded.election.id, "count")
    before: Sequence[dict[str, Any]] = kept.document["convergence"] if kept else ()
    document = counted.document() | {"convergence": with_point(before, point(counted))}
    keep(loaded.election.id, "count", document, now, int((now + KEPT_FOR).timestamp()))
    return document


def counted_now(loaded: LoadedElection, now: dt.datetime) -> dict[str, Any]:
    """Compute and keep the live count for a decision; return it.

    How it moved is not in it.

    Raises QuickCountError, StoreUnavailable.
    """
    return {name: value for name, value in keep_count(loaded, now).items() if name != "convergence"}


def live_count(loaded: LoadedElection, now: dt.datetime) -> dict[str, Any]:
    """Return the count as kept lately, or computed.

    Its `as_of` tells of when it is. Raises QuickCountError, StoreUnavailable.
    """
    kept = read_kept(loaded.election.id, "count")
    if kept is not None and now - kept.at <= FRESH:
        document: dict[str, Any] = kept.document
        return document
    return keep_count(loaded, now)


def point(counted: LiveEstimate) -> dict[str, Any]:
    """Return a point of the convergence: stations, estimates and margins."""
    estimates = counted.quick_count.estimates
    return {
        "as_of": counted.as_of.isoformat(timespec="seconds"),
        "stations": counted.quick_count.stations,
        "estimates": {name: [estimate.estimate, estimate.margin] for name, estimate in estimates.items()},
    }


def with_point(series: Sequence[Mapping[str, Any]], added: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a series with one more point, if anything changed since.

    Of more than MOST_POINTS the one is left out whose neighbours are nearest, but never the first and the last.
    """
    last = series[-1] if series else None
    if last is not None and all(last[name] == added[name] for name in ("stations", "estimates")):
        return list(series)
    longer = [*series, added]
    if len(longer) > MOST_POINTS:
        del longer[min(range(1, len(longer) - 1), key=lambda place: _gap_without(longer, place))]
    return longer


def _gap_without(series: Sequence[Mapping[str, Any]], place: int) -> int:
    """Return how many stations lie between a point's neighbours."""
    gap: int = series[place + 1]["stations"] - series[place - 1]["stations"]
    return gap
