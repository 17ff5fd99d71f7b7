"""The quick count's API.

Headquarters see it live and decide when others see a snapshot of it.
"""

from http import HTTPStatus
from typing import Any

from pydantic import ConfigDict, Field

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, NoteBody
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import Problem, VersionedDocument, now
from chalicelib.entrypoints.api.request import version_number
from chalicelib.services.access.permissions import Permission
from chalicelib.services.quick_count.release import confirm, release, withdraw
from chalicelib.services.quick_count.visibility import decides, show_quick_count


class CountStepPath(ElectionPath):
    """A step of the quick count."""

    step: str = Field(max_length=50, description="release, confirm, withdraw")


class CountDecision(AnswerModel):
    """The last step: whose, when (a real instant) and why."""

    step: str
    who: str
    note: str
    at: str


class CountFigures(AnswerModel):
    """A snapshot's estimates, and of when they are."""

    as_of: str
    quick_count: dict[str, Any]


class CountProposal(CountFigures):
    """A snapshot that waits for another of headquarters, until a real instant."""

    who: str
    note: str
    until: str
    is_mine: bool


class QuickCount(AnswerModel):
    """The quick count and turnout, live or as it was released.

    What was decided, what others see and what waits is told to headquarters alone.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    version: int
    released: bool
    two_persons: bool | None = None
    decision: CountDecision | None = None
    shown: CountFigures | None = None
    proposal: CountProposal | None = None


@operation(
    summary="Show the quick count: live to headquarters, as it was released to others.",
    may=Permission.READ_BOARD,
    path=ElectionPath,
    answer=QuickCount,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def quick_count(request: Request[ElectionPath, None, None]) -> VersionedDocument:
    """Show the quick count; the ETag is the version."""
    shown = show_quick_count(request.loaded, request.operator, now())
    if shown is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is nothing here for your token.")
    return _tagged(shown)


@operation(
    summary="Release the quick count, confirm another's proposal, or withdraw it.",
    may=Permission.RELEASE_COUNT,
    path=CountStepPath,
    body=NoteBody,
    answer=QuickCount,
    on_version=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def step(request: Request[CountStepPath, None, NoteBody]) -> VersionedDocument:
    """Release, confirm or withdraw the quick count, on the version named."""
    if not decides(request.operator):
        raise Problem(HTTPStatus.FORBIDDEN, "Only headquarters of the whole nation decide who sees the quick count.")
    steps = {"release": release, "confirm": confirm, "withdraw": withdraw}
    step = steps.get(request.path.step)
    if step is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no step {request.path.step}; it is one of {', '.join(steps)}.")
    return _tagged(step(request.loaded, request.operator, version_number(request.seen), request.body.note, now()))


def _tagged(document: dict[str, Any]) -> VersionedDocument:
    return VersionedDocument(document, str(document["version"]))
