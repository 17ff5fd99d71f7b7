"""What is asked and answered of reports and decisions about them."""

from typing import Any, Literal

from pydantic import Field

from chalicelib.entrypoints.api.models import AnswerModel, PageQuery, RequestModel
from chalicelib.entrypoints.api.stations import Doubt, StationPath
from chalicelib.services.versions import LONGEST_NOTE

MOST_CODES = 300
Codes = tuple[str, ...]
_CODES: Any = Field(default=(), max_length=MOST_CODES)
_NOTE: Any = Field(default="", max_length=LONGEST_NOTE)
_NUMBER: Any = Field(min_length=1, max_length=50)


class ReportPath(StationPath):
    """A station's report on a form in a round.

    `-` for a form that is due once.
    """

    form: str = Field(max_length=50)
    round: str = Field(max_length=100)


class ReportsQuery(PageQuery):
    """Which reports."""

    region: str | None = Field(default=None, max_length=200)
    form: str | None = Field(default=None, max_length=50)
    round: str | None = Field(default=None, max_length=100)
    state: Literal["complete", "partial", "conflict"] | None = None


class DoubtsQuery(PageQuery):
    """Which doubts."""

    region: str | None = Field(default=None, max_length=200)
    form: str | None = Field(default=None, max_length=50)
    kind: Literal["conflict", "failed_check", "partial_count", "changed_after_confirmation"] | None = None


class ChoiceBody(RequestModel):
    """Whose answers count, None for nobody's.

    It is about some questions, or about all that several have answered.
    """

    observer: str | None = Field(max_length=50)
    codes: Codes = _CODES
    note: str = _NOTE


class ObserverBody(RequestModel):
    """Whose answers are left out."""

    observer: str = _NUMBER
    note: str = _NOTE


class ExplanationBody(RequestModel):
    """Which check was looked into.

    `counts`: the quick count takes the station all the same.
    """

    rule: str = Field(min_length=1, max_length=1_000)
    counts: bool = False
    note: str = _NOTE


class ConfirmationBody(RequestModel):
    """Whose answers were read back; of some questions, or all."""

    observer: str = _NUMBER
    codes: Codes = _CODES
    note: str = _NOTE


class CorrectionBody(RequestModel):
    """An observer's answers as they were typed, by code.

    `is_confirmed`: they were read back.
    """

    observer: str = _NUMBER
    answers: dict[str, str] = Field(min_length=1, max_length=MOST_CODES)
    is_confirmed: bool = False
    note: str = _NOTE


class WithdrawalBody(RequestModel):
    """Which entry is withdrawn from the report, by its message's key."""

    message: str = Field(min_length=1, max_length=2_048)
    note: str = _NOTE


class RevocationBody(RequestModel):
    """Which decision before the last is taken back, and what names it."""

    of: Literal["choice", "left_out", "explanation", "confirmation", "withdrawal"]
    observer: str | None = Field(default=None, max_length=50)
    codes: Codes = _CODES
    rule: str | None = Field(default=None, max_length=1_000)
    message: str | None = Field(default=None, max_length=2_048)
    note: str = _NOTE


class Reports(AnswerModel):
    """A page of reports with what counts of each."""

    election: str
    as_of: str
    reports: list[dict[str, Any]]
    next: str | None


class DoubtLease(AnswerModel):
    """Who looks into a report's doubts, until a real instant."""

    holder: str
    until: str
    is_mine: bool


class ListedDoubt(Doubt):
    """A doubt, where it is, who has it, and whom to ask."""

    station: str
    name: str
    region: str
    form: str
    round: str
    is_in_sample: bool
    lease: DoubtLease | None
    since: str
    observers: list[dict[str, Any]]


class Doubts(AnswerModel):
    """A page of doubts: of the count first, then of most votes.

    `count`: of all.
    """

    election: str
    as_of: str
    count: int
    doubts: list[ListedDoubt]
    next: str | None


class Decision(AnswerModel):
    """A report after a decision; `quick_count`: what it means there, in words."""

    station: str
    form: str
    round: str
    version: int
    state: str | None
    answers: dict[str, Any]
    conflicts: list[str]
    doubts: list[Doubt]
    quick_count: str | None = None


class Correction(AnswerModel):
    """What a correction is or would be.

    It shows the SMS that it amounts to, and which checks fail with it.
    """

    station: str
    form: str
    round: str
    observer: str
    text: str
    before: dict[str, Any]
    after: dict[str, Any]
    failed_checks: list[dict[str, Any]]
    incidents: int
    errors: list[dict[str, str]]
    entered: str | None = None
    is_confirmed: bool | None = None
    version: int | None = None
