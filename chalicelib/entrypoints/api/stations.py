"""Stations: those of a region, and one whole."""

from http import HTTPStatus
from typing import Any, Literal

from pydantic import Field

from chalicelib.entrypoints.api.access import require_region
from chalicelib.entrypoints.api.models import MOST_PER_PAGE, AnswerModel, ElectionPath, RequestModel, Several
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import Problem, now
from chalicelib.entrypoints.api.search_headers import searched
from chalicelib.services.access.permissions import Permission
from chalicelib.services.views.reader import reader_of
from chalicelib.services.views.station import describe_station
from chalicelib.services.views.station_filter import STATES, StationFilter
from chalicelib.services.views.stations import find_stations


class RegionPath(ElectionPath):
    """A region by its name."""

    region: str = Field(max_length=200)


class StationPath(ElectionPath):
    """A station by its number."""

    station: str = Field(max_length=50)


class StationsQuery(RequestModel):
    """Which stations of a region, and where the page begins.

    `state`: any of these, in the form's round or in any. `lacking`: of which something is missing or partial. `text`:
    in the number, the name, or an observer's number; for those who see people in an observer's name too.
    """

    after: str | None = Field(default=None, max_length=100, description="`next` of the page before")
    limit: int = Field(default=MOST_PER_PAGE, ge=1, le=MOST_PER_PAGE)
    form: str | None = Field(default=None, max_length=50)
    round: str | None = Field(default=None, max_length=50)
    state: Several = Field(default=(), description=f"any of {', '.join(STATES)}")
    lacking: bool = False
    silent: bool = False
    closed: bool | None = None
    district: str | None = Field(default=None, max_length=200)
    organisation: str | None = Field(default=None, max_length=50, description="whose observers are there")
    text: str | None = searched()


class Stations(AnswerModel):
    """A page of stations with the state of each form and round."""

    election: str
    region: str
    as_of: str
    stations: list[dict[str, Any]]
    next: str | None


class AnswerSource(AnswerModel):
    """Where an answer comes from: `sms`, or `phone` and by whom.

    It also names the answer's message.
    """

    source: Literal["sms", "phone"] | None
    by: str | None
    at: str | None
    message: str | None


class Attribution(AnswerModel):
    """Who decided something, when and why."""

    who: str | None
    at: str
    note: str | None


class ConfirmedAnswer(Attribution):
    """An answer that was read back, and confirmed."""

    value: Any


class PastAnswer(AnswerSource):
    """An answer, and who withdrew it if somebody did."""

    value: Any
    withdrawn: Attribution | None


class GivenAnswer(AnswerSource):
    """An observer's answer with those before it, the newest first."""

    value: Any
    confirmed: ConfirmedAnswer | None
    history: list[PastAnswer]


class ChosenAnswer(Attribution):
    """Whose answer was chosen, None for nobody's.

    `stands`: the answers are still those.
    """

    observer: str | None
    stands: bool


class QuestionAnswers(AnswerModel):
    """A question with its observers' answers side by side.

    `counts`: what counts for the station, and `how`.
    """

    code: str
    label: dict[str, str]
    type: str
    is_withheld: bool
    counts: Any
    how: Literal["agreed", "only", "chosen", "neither", "conflict"] | None
    chosen: ChosenAnswer | None
    observers: dict[str, GivenAnswer]


class ExplainedCheck(Attribution):
    """Why a check fails.

    `counts`: the quick count takes the station all the same.
    """

    counts: bool


class FailedCheck(AnswerModel):
    """A check that fails, its numbers in a sentence, its explanation."""

    rule: str
    severity: str
    message: dict[str, str]
    sentence: str | None
    values: dict[str, Any]
    codes: list[str]
    explained: ExplainedCheck | None


class Doubt(AnswerModel):
    """Why a number should not be trusted yet."""

    kind: Literal["conflict", "failed_check", "partial_count", "changed_after_confirmation"]
    about: str | None
    sentence: str | None
    values: dict[str, Any]
    votes: int


class ObserverState(AnswerModel):
    """How much of a form an observer has reported.

    `left_out`: by whom, if their answers do not count.
    """

    state: str | None
    first_at: str | None
    left_out: Attribution | None


class StationReport(AnswerModel):
    """A form's round at a station.

    `version` is the one that a change must name.
    """

    form: str
    round: str
    version: int
    due: str | None
    state: str
    late: bool
    observers: dict[str, ObserverState]
    questions: list[QuestionAnswers]
    failed_checks: list[FailedCheck]
    doubts: list[Doubt]


class StationDetail(AnswerModel):
    """A station whole."""

    election: str
    as_of: str
    station: dict[str, Any]
    observers: list[dict[str, Any]]
    coordinators: list[dict[str, Any]]
    reports: list[StationReport]
    incidents: list[dict[str, Any]]


@operation(
    summary="List a region's stations with the state of each form and round.",
    may=Permission.READ_BOARD,
    path=RegionPath,
    query=StationsQuery,
    answer=Stations,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def stations(request: Request[RegionPath, StationsQuery, None]) -> dict[str, Any]:
    """List a page of a region's stations."""
    region, query, loaded = request.path.region, request.query, request.loaded
    require_region(request.operator, loaded, region)
    unknown = sorted(set(query.state) - set(STATES))
    if unknown:
        raise Problem(
            HTTPStatus.BAD_REQUEST, f"There is no state {', '.join(unknown)}; it is one of {', '.join(STATES)}."
        )
    criteria = StationFilter(
        query.form,
        query.round,
        frozenset(query.state),
        query.lacking,
        query.silent,
        query.closed,
        query.district,
        query.text,
        query.organisation,
    )
    return find_stations(loaded, reader_of(loaded, request.operator), region, criteria, now(), query.after, query.limit)


@operation(
    summary="Show a station whole: its observers, each answer with its source, what counts, and its incidents.",
    may=Permission.READ_BOARD,
    path=StationPath,
    answer=StationDetail,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def station(request: Request[StationPath, None, None]) -> dict[str, Any]:
    """Show one station."""
    loaded = request.loaded
    station = describe_station(loaded, reader_of(loaded, request.operator), request.path.station, now())
    if station is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such station in this election, or not in your regions.")
    return station
