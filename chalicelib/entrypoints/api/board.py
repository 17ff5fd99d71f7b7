"""The board: coverage, queues and traffic in one answer."""

from typing import Any

from pydantic import ConfigDict, Field

from chalicelib.entrypoints.api.access import require_region
from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import now
from chalicelib.services.access.permissions import Permission
from chalicelib.services.board.board import show_board


class BoardQuery(RequestModel):
    """The nation's board, or a region's."""

    region: str | None = Field(default=None, max_length=200)


class ElectionClock(AnswerModel):
    """The election's clock: `start` at the real instant `origin`.

    `factor` of its seconds pass per real one.
    """

    start: str
    origin: str
    factor: float


class BoardColumn(AnswerModel):
    """A form and round, in the day's order."""

    form: str
    round: str | None
    title: dict[str, str]
    begins: str | None
    due: str | None
    missing_from: str | None
    state: str = Field(description="ahead, open, grace, over")


class BoardCell(AnswerModel):
    """What has come of `of` reports.

    Complete + partial + conflict + missing + expected are all of them.
    """

    of: int
    received: int
    complete: int
    partial: int
    conflict: int
    late: int
    missing: int
    expected: int
    failed: int


class BoardRow(AnswerModel):
    """A region, or the nation (None), with a cell per column."""

    region: str | None
    stations: int
    observers: int
    incidents: dict[str, int] = Field(description="by severity, `open` and `unacknowledged`")
    cells: list[BoardCell]


class Arrivals(AnswerModel):
    """How a round's reports came.

    Minutes since it began, and how many had come by then.
    """

    form: str
    round: str
    points: list[tuple[int, int]]


class Queue(AnswerModel):
    """How many wait for a person, and since when the oldest.

    It is a real instant.
    """

    count: int
    oldest: str | None
    is_cut: bool


class Board(AnswerModel):
    """The board of the nation or of some regions.

    A viewer's has no queues and no traffic.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    election: str
    as_of: str
    clock: ElectionClock
    columns: list[BoardColumn]
    rows: list[BoardRow]
    queues: dict[str, Queue] | None = None
    traffic: dict[str, float | None] | None = None
    providers: dict[str, Any] | None = None
    arrivals: list[Arrivals]
    kept_at: str | None


@operation(
    summary="Show coverage by region, form and round, with queues and traffic.",
    may=Permission.READ_BOARD,
    path=ElectionPath,
    query=BoardQuery,
    answer=Board,
    conditional=True,
)
def board(request: Request[ElectionPath, BoardQuery, None]) -> dict[str, Any]:
    """Show the board that the operator sees."""
    region = request.query.region
    if region is not None:
        require_region(request.operator, request.loaded, region)
    return show_board(request.loaded, request.operator, region, now())
