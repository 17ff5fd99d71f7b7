"""The next task of all queues.

Incidents, SMS, calls, doubts, each leased to one person.
"""

from http import HTTPStatus
from typing import Any

from pydantic import Field

from chalicelib.entrypoints.api.access import require_region
from chalicelib.entrypoints.api.call_answers import Lease
from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, RequestModel, Several
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import Problem, now
from chalicelib.services.access.permissions import Permission
from chalicelib.services.tasks import next_task
from chalicelib.services.tasks.queues import KINDS, Kind
from chalicelib.store.messages import NO_REGION


class TasksQuery(RequestModel):
    """Which queues, in which regions; all where nothing is body."""

    kind: Several = ()
    region: Several = ()


class TasksBody(RequestModel):
    """Which queues, in which regions; all where nothing is body."""

    kinds: tuple[Kind, ...] = Field(default=(), max_length=len(KINDS))
    regions: tuple[str, ...] = Field(default=(), max_length=100)


class TaskBody(RequestModel):
    """A task that one has, as it was handed out."""

    kind: Kind
    key: str = Field(min_length=1, max_length=1_000)
    region: str = Field(min_length=1, max_length=200)


class Task(AnswerModel):
    """A task: an incident's number, a message's key, a station, or STATION#FORM#ROUND."""

    kind: str
    key: str
    region: str
    since: str | None = None
    lease: Lease | None = None


class Tasks(AnswerModel):
    """How much waits in each queue, and what comes next."""

    election: str
    as_of: str
    queues: dict[str, dict[str, int]]
    next: Task | None


@operation(
    summary="Show how many tasks wait in each queue, and which is next.",
    may=Permission.WORK_CALLS,
    path=ElectionPath,
    query=TasksQuery,
    answer=Tasks,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def peek(request: Request[ElectionPath, TasksQuery, None]) -> dict[str, Any]:
    """Show the queues; nothing is leased."""
    unknown = [kind for kind in request.query.kind if kind not in KINDS]
    if unknown:
        raise Problem(HTTPStatus.BAD_REQUEST, f"There is no queue {unknown[0]}; it is one of {', '.join(KINDS)}.")
    _require_regions(request, request.query.region)
    kinds = [kind for kind in KINDS if kind in request.query.kind]
    return next_task.peek(request.loaded, request.operator, kinds, request.query.region, now())


@operation(
    summary="Take the next task that nobody has, for ten minutes.",
    may=Permission.WORK_CALLS,
    path=ElectionPath,
    body=TasksBody,
    answer=Task,
    once=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def take(request: Request[ElectionPath, None, TasksBody]) -> dict[str, Any]:
    """Lease the next task."""
    _require_regions(request, request.body.regions)
    return next_task.take_next(request.loaded, request.action, request.body.kinds, request.body.regions)


@operation(
    summary="Take one named task for ten minutes, or lengthen one's own lease of it.",
    may=Permission.WORK_CALLS,
    path=ElectionPath,
    body=TaskBody,
    answer=Task,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def lease(request: Request[ElectionPath, None, TaskBody]) -> dict[str, Any]:
    """Lease a task."""
    return next_task.lease(request.loaded, request.action, *_named(request))


@operation(
    summary="Take one named task from whoever has it.",
    may=Permission.WORK_CALLS,
    path=ElectionPath,
    body=TaskBody,
    answer=Task,
    once=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def take_over(request: Request[ElectionPath, None, TaskBody]) -> dict[str, Any]:
    """Take a task over."""
    return next_task.take_over(request.loaded, request.action, *_named(request))


@operation(
    summary="Lengthen one's own lease of a task that is no call.",
    may=Permission.WORK_CALLS,
    path=ElectionPath,
    body=TaskBody,
    answer=Task,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def renew(request: Request[ElectionPath, None, TaskBody]) -> dict[str, Any]:
    """Renew a task's lease."""
    return next_task.renew(request.loaded, request.action, *_named(request))


@operation(
    summary="End one's own lease of a task that is no call.",
    may=Permission.WORK_CALLS,
    path=ElectionPath,
    body=TaskBody,
    answer=Task,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def release(request: Request[ElectionPath, None, TaskBody]) -> dict[str, Any]:
    """Release a task."""
    return next_task.release(request.loaded, request.action, *_named(request))


def _named(request: Request[Any, Any, TaskBody]) -> tuple[Kind, str, str]:
    body = request.body
    _require_regions(request, () if body.region == NO_REGION else (body.region,))
    return body.kind, body.key, body.region


def _require_regions(request: Request[Any, Any, Any], regions: tuple[str, ...]) -> None:
    for region in regions:
        require_region(request.operator, request.loaded, region)
