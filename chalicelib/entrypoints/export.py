"""The function export: the API calls it for each export that is asked for."""

import datetime as dt
from typing import Any

from chalicelib.entrypoints.logged import logged
from chalicelib.services.exports.job import run


@logged
def export(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Make an export's files."""
    return {"done": run(event["election"], event["export"], lambda: dt.datetime.now(dt.UTC))}
