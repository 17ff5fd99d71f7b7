"""The summary, of the nation and its regions."""

from typing import Any

from chalicelib.entrypoints.api.access import authorized, require_region
from chalicelib.entrypoints.api.problem import answering, now
from chalicelib.observation.summaries.summary import without_answers
from chalicelib.services.quick_count.release import withheld_sums
from chalicelib.services.summaries.current import current_summary


@answering
def summary(request: Any, election_id: str) -> dict[str, Any]:
    """Show the nation's and every region's summary.

    Or of one region (`?region=`); the count's sums as they are released.
    """
    operator, loaded = authorized(request, election_id)
    region = (request.query_params or {}).get("region")
    if region is not None:
        require_region(operator, loaded, region)
    regions = (region,) if region is not None else None if operator.sees_all() else operator.regions
    found = current_summary(loaded, now(), regions)
    return without_answers(found, withheld_sums(loaded, operator)).document()
