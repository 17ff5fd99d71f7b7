"""The summary as of now."""

import datetime as dt
from collections.abc import Collection

from chalicelib.observation.summaries.summary import Summary, summarise
from chalicelib.store.elections import LoadedElection
from chalicelib.store.tallies import read_cells


def current_summary(loaded: LoadedElection, now: dt.datetime, regions: Collection[str] | None = None) -> Summary:
    """Return the summary as of a real instant.

    It is the nation's or that of some regions. Reads tallies alone, one query per shard.
    """
    region = next(iter(regions)) if regions is not None and len(regions) == 1 else None
    cells = read_cells(loaded.election, region)
    return summarise(loaded.election, cells, loaded.clock.at(now), regions)
