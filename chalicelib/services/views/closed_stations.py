"""What closed stations are shown as."""

import datetime as dt

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.elections.schedule import is_expected, is_missing_time
from chalicelib.observation.reports.report import Report


def closed_at(election: Election, station: str) -> str | None:
    """Return since when a station is closed, in local time.

    It is None where it is open.
    """
    at = election.closed.get(station)
    return local_time(at, election.zone)


def unsent_state(election: Election, form: Form, report: Report, at: dt.datetime) -> str:
    """Return the state of a report that has not come.

    Closed, missing or expected.
    """
    if not is_expected(election, form, report.round, report.station):
        return "closed"
    return "missing" if is_missing_time(election, form, report.round, at) else "expected"
