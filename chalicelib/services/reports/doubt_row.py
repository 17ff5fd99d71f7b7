"""The row that lists a report among those in doubt."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from chalicelib.observation.elections.schedule import Place, hours_of
from chalicelib.observation.reports.doubts import doubts_of, newest_at
from chalicelib.observation.reports.report import Report
from chalicelib.store.doubts import DoubtRow, doubt_row
from chalicelib.store.elections import LoadedElection

KEPT_AFTER: Final = dt.timedelta(days=30)
"""How long after an election's hours the list of doubts goes by itself."""


def doubted(loaded: LoadedElection, reports: Mapping[Place, Report], place: Place, now: dt.datetime) -> DoubtRow:
    """Return a report's row, without doubts where there are none.

    `reports`: the station's. `now` is the real instant.
    """
    election, report = loaded.election, reports[place]
    doubts = [doubt.document() for doubt in doubts_of(election, reports, place)]
    since = newest_at(report) if report.observers else loaded.clock.at(now)
    hours = hours_of(election)
    ends = loaded.clock.real(hours[1]) if hours else now
    expires = int((max(ends, now) + KEPT_AFTER).timestamp())
    scope = election.id, election.region_of(report.station)
    return doubt_row(scope, (report.station, *place), doubts, since, expires)
