"""The summary, of the nation and its regions."""

from http import HTTPStatus
from typing import Any

from pydantic import ConfigDict, Field

from chalicelib.entrypoints.api.access import require_region
from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import now
from chalicelib.observation.summaries.summary import without_answers
from chalicelib.services.access.permissions import Permission
from chalicelib.services.quick_count.visibility import withheld_sums
from chalicelib.services.summaries.current import current_summary


class RegionQuery(RequestModel):
    """A region alone."""

    region: str | None = Field(default=None, max_length=200)


class Summary(AnswerModel):
    """What has come in, of the nation and its regions."""

    model_config = ConfigDict(extra="allow", frozen=True)


@operation(
    summary="Show what has come in, of the nation and its regions.",
    may=Permission.READ_BOARD,
    path=ElectionPath,
    query=RegionQuery,
    answer=Summary,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def summary(request: Request[ElectionPath, RegionQuery, None]) -> dict[str, Any]:
    """Show the nation's and every region's summary, or one region's."""
    region, operator, loaded = request.query.region, request.operator, request.loaded
    if region is not None:
        require_region(operator, loaded, region)
    regions = (region,) if region is not None else None if operator.sees_all() else operator.regions
    current = current_summary(loaded, now(), regions)
    return without_answers(current, withheld_sums(loaded, operator)).document()
