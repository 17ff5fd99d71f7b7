"""What a station has reported, as far as somebody sees it."""

from dataclasses import replace

from chalicelib.observation.elections.election import Election
from chalicelib.services.access.operators import Operator
from chalicelib.store.reports import StoredReport, reports_of


def reports_at(election: Election, operator: Operator, station: str) -> list[StoredReport]:
    """Return a station's reports as far as an operator sees them.

    With the answers of the observers whose reports are shown to them.

    Raises StoreUnavailable.
    """
    stored = reports_of(election, station)
    if operator.sight is None:
        return stored
    shown = (replace(row, report=row.report.only(operator.sees_reports_of)) for row in stored)
    return [row for row in shown if row.report.given]
