"""The wall: what guests of the room see."""

from typing import Any

from pydantic import ConfigDict

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import now
from chalicelib.services.access.permissions import Permission
from chalicelib.services.summaries.wall import show_wall


class Wall(AnswerModel):
    """Counts and shares, without a station, a person or a text."""

    model_config = ConfigDict(extra="allow", frozen=True)

    election: str
    as_of: str
    stations: int
    ledger: dict[str, str] | None


@operation(
    summary="Show the wall: coverage, findings, verified incidents, and what was released.",
    may=Permission.READ_WALL,
    path=ElectionPath,
    answer=Wall,
    conditional=True,
)
def wall(request: Request[ElectionPath, None, None]) -> dict[str, Any]:
    """Show what guests may see."""
    return show_wall(request.loaded, now())
