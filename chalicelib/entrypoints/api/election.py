"""The election itself, as every screen needs it first."""

from typing import Any

from pydantic import ConfigDict

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.services.access.permissions import Permission
from chalicelib.services.views.election import describe_election


class ElectionDocument(AnswerModel):
    """An election: its clock, forms, rounds, questions and regions."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str
    version: int
    timezone: str
    is_rehearsal: bool
    is_retired: bool


@operation(
    summary="Show the election's clock, forms, rounds, questions and regions.",
    may=Permission.READ_WALL,
    path=ElectionPath,
    answer=ElectionDocument,
    conditional=True,
)
def election(request: Request[ElectionPath, None, None]) -> dict[str, Any]:
    """Show what is the same for all who see the election.

    Nobody is named in it.
    """
    return describe_election(request.loaded)
