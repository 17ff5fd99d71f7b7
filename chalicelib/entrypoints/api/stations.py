"""The stations of a region."""

from typing import Any
from urllib.parse import unquote

from chalicelib.entrypoints.api.access import authorized, require_region
from chalicelib.entrypoints.api.problem import answering, now
from chalicelib.services.quick_count.release import withheld_answers
from chalicelib.services.views.stations import stations_of_region


@answering
def stations(request: Any, election_id: str, region: str) -> dict[str, Any]:
    """List a page of a region's stations with their forms' state.

    `?after=` continues.
    """
    operator, loaded = authorized(request, election_id)
    name = unquote(region)
    require_region(operator, loaded, name)
    withheld = withheld_answers(loaded, operator)
    return stations_of_region(loaded, name, now(), (request.query_params or {}).get("after"), withheld=withheld)
