"""The stations of a region."""

from http import HTTPStatus
from typing import Any

from pydantic import Field

from chalicelib.entrypoints.api.access import require_region
from chalicelib.entrypoints.api.models import Answering, Asking, ElectionPath
from chalicelib.entrypoints.api.operation import Asked, operation
from chalicelib.entrypoints.api.problem import now
from chalicelib.services.access.permissions import Permission
from chalicelib.services.quick_count.release import withheld_answers
from chalicelib.services.views.stations import stations_of_region


class RegionPath(ElectionPath):
    """A region by its name."""

    region: str = Field(max_length=200)


class StationsQuery(Asking):
    """Where the page begins."""

    after: str | None = Field(default=None, max_length=100, description="`next` of the page before")


class Stations(Answering):
    """A page of stations with the state of each form and round."""

    election: str
    region: str
    as_of: str
    stations: list[dict[str, Any]]
    next: str | None


@operation(
    summary="List a region's stations with the state of each form and round.",
    may=Permission.READ_BOARD,
    path=RegionPath,
    query=StationsQuery,
    answer=Stations,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def stations(asked: Asked[RegionPath, StationsQuery, None]) -> dict[str, Any]:
    """List a page of a region's stations."""
    region = asked.path.region
    require_region(asked.operator, asked.loaded, region)
    withheld = withheld_answers(asked.loaded, asked.operator)
    return stations_of_region(asked.loaded, region, now(), asked.query.after, withheld=withheld)
