"""The function job: what outlives a request, an export or an import.

The API calls it for each.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from chalicelib.entrypoints.request_log import logged
from chalicelib.services.exports.job import run as make_export
from chalicelib.services.imports.job import run as load_import
from chalicelib.store.jobs import Kind

Run = Callable[[str, str, Callable[[], dt.datetime]], bool]
_RUNS: Final[Mapping[Kind, Run]] = {"exports": make_export, "imports": load_import}


@logged
def job(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Do a job, unless another has it."""
    return {"done": _RUNS[event["kind"]](event["election"], event["job"], lambda: dt.datetime.now(dt.UTC))}
