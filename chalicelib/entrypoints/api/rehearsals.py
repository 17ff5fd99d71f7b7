"""Rehearsals: what they showed, and simulated observers to call."""

from http import HTTPStatus
from typing import Any

from pydantic import Field

from chalicelib.entrypoints.api.calls import StationPath
from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import now
from chalicelib.observation.calls.outcomes import Outcome
from chalicelib.services.access.permissions import Permission
from chalicelib.services.calls.lease import row_of
from chalicelib.services.rehearsals.ring import ring as ring_simulated
from chalicelib.services.rehearsals.training import show_training


class TrainedQuestion(AnswerModel):
    """A question's answers: typed, asked again, misread."""

    form: str
    code: str
    label: str
    typed: int
    asked_again: int
    misread: int
    examples: list[str]


class TrainedObserver(AnswerModel):
    """An observer whose SMS were not all accepted whole."""

    observer: str
    station: str | None
    messages: int
    not_accepted: int


class OperatorFigures(AnswerModel):
    """How simulated operators worked off a queue; times in seconds."""

    kind: str
    tasks: int
    waited_p50: float | None
    waited_p95: float | None
    requests_p50: float | None


class CallCentre(AnswerModel):
    """What simulated operators did, and what they left."""

    operators: int
    queues: list[OperatorFigures]
    outcomes: dict[str, int]
    called_by_two: int
    left: dict[str, int]
    differences: int


class Training(AnswerModel):
    """A rehearsal's figures: SMS, questions, observers."""

    rehearsal: str
    source: str
    began_at: str
    ended_at: str
    seed: int
    noise: float
    sent: int
    acknowledged: int
    accounted: int
    outcomes: dict[str, int]
    reports: int
    reports_on_time: int
    reports_elsewhere: int
    questions: list[TrainedQuestion]
    bands: dict[str, int]
    observers: list[TrainedObserver]
    observers_cut: int
    never_heard: list[str]
    call_centre: CallCentre | None


class Trainings(AnswerModel):
    """The last rehearsals of an election, the newest first."""

    election: str
    as_of: str
    rehearsals: list[Training]


class RingBody(RequestModel):
    """Whose phone rings."""

    phone: str = Field(min_length=1, max_length=50)


class SpokenReport(AnswerModel):
    """A report as the simulated observer says it, by code."""

    form: str
    round: str
    answers: dict[str, str]


class RingResult(AnswerModel):
    """What became of ringing a simulated observer."""

    station: str
    observer: str
    outcome: Outcome
    reports: list[SpokenReport]


@operation(
    summary="Show what the last rehearsals of an election showed, the newest first.",
    may=Permission.WORK_CALLS,
    path=ElectionPath,
    answer=Trainings,
    conditional=True,
)
def training(request: Request[ElectionPath, None, None]) -> dict[str, Any]:
    """Show who and what needs another hour of training."""
    return show_training(request.loaded, now())


@operation(
    summary="Ring a simulated observer of a rehearsal, who answers as a person would.",
    may=Permission.WORK_CALLS,
    path=StationPath,
    body=RingBody,
    answer=RingResult,
    problems=(HTTPStatus.NOT_FOUND,),
)
def ring(request: Request[StationPath, None, RingBody]) -> dict[str, Any]:
    """Ring a phone of a station in a rehearsal; nothing is changed."""
    row_of(request.loaded, request.operator, request.path.station)
    return ring_simulated(request.loaded, request.operator, request.path.station, request.body.phone)
