"""What is held for a person to look at."""

from typing import Any

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.services.access.permissions import Permission
from chalicelib.services.review.held_rows import held_of


class HeldRow(AnswerModel):
    """A row that waits, since when and why."""

    key: str
    since: str
    state: str
    reason: str


class HeldPhone(AnswerModel):
    """A phone with the stations it counts for, and those held."""

    phone: str
    counted: list[str]
    held: list[str]


class HeldStations(AnswerModel):
    """What is held; `is_cut`: there is more."""

    election: str
    held: list[HeldRow]
    is_cut: bool
    phones: list[HeldPhone]


@operation(
    summary="List what could not be processed or counted and waits for a person.",
    may=Permission.READ_MESSAGES,
    path=ElectionPath,
    answer=HeldStations,
    conditional=True,
)
def held(request: Request[ElectionPath, None, None]) -> dict[str, Any]:
    """List what is held in the operator's regions."""
    return held_of(request.operator)
