"""What is asked and answered about SMS to many."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, NoteBody, RequestModel

MOST_NAMED = 500
LONGEST = 1_000
"""Characters of a text to many."""
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


class SendPath(ElectionPath):
    """A send by its name."""

    name: str = Field(max_length=64)


class RecipientsBody(RequestModel):
    """To whom: observers who are all of what is named.

    What is left out limits nothing.

    `missing`: those who owe `FORM` or `FORM:ROUND`; without a round, the one last begun.
    """

    regions: tuple[str, ...] = Field(default=(), max_length=MOST_NAMED)
    stations: tuple[str, ...] = Field(default=(), max_length=MOST_NAMED)
    observers: tuple[str, ...] = Field(default=(), max_length=MOST_NAMED)
    language: str | None = Field(default=None, max_length=10)
    missing: str | None = Field(default=None, max_length=60)
    organisation: str | None = Field(default=None, max_length=50)


class TextBody(RequestModel):
    """A text to many, and whom it goes to.

    `texts`: for observers of these languages, instead of `text`. `{name}` and `{station}` are each observer's own,
    `{deadline}` is when the form is due that `to.missing` names.
    """

    text: str = Field(min_length=1, max_length=LONGEST)
    texts: dict[str, Annotated[str, Field(min_length=1, max_length=LONGEST)]] = Field(default={}, max_length=10)
    to: RecipientsBody = RecipientsBody()


class PreviewBody(TextBody):
    """A text and whom it would go to.

    `price` of one segment, for the estimate.
    """

    name: str = Field(default="try", pattern=_NAME)
    price: Decimal | None = Field(default=None, ge=0, max_digits=12, decimal_places=6)


class TestBody(TextBody):
    """A text for oneself, as those chosen would get it."""

    name: str = Field(default="try", pattern=_NAME)


class SendBody(NoteBody, TextBody):
    """A send.

    `expected`: how many recipients you were told. With another number it is refused.

    `at_night`: also in the quiet hours.
    """

    name: str = Field(pattern=_NAME)
    expected: int = Field(ge=0, le=10_000_000)
    at_night: bool = False


class Example(AnswerModel):
    """One of those whom it would go to."""

    observer: str
    name: str
    station: str
    language: str
    text: str
    segments: int
    encoding: str


class SendPreview(AnswerModel):
    """To how many a send would go, and what it would cost.

    An SMS takes from `segments_least` to `segments_each`, by whom it is for.
    """

    election: str
    recipients: int
    sent_before: int
    opted_out: int
    segments_each: int
    segments_least: int
    encoding: str
    segments: int
    cost: str | None
    is_night: bool
    examples: list[Example]


class TestText(AnswerModel):
    """A text that was sent to oneself."""

    text: str
    segments: int


class SentTest(AnswerModel):
    """What was sent to oneself, and where to."""

    to: str
    texts: list[TestText]


class BegunSend(AnswerModel):
    """A send that was begun."""

    name: str
    recipients: int
    segments: int


class Send(AnswerModel):
    """A send: who sends what to whom, and how far it is."""

    name: str
    version: int
    state: str
    text: str
    texts: dict[str, str]
    choice: dict[str, Any]
    who: str
    note: str | None
    begun_at: str
    recipients: int
    queued: int


class SendProgress(Send):
    """A send with what became of its SMS.

    It tells how many are in each state, and which observers it did not reach.
    """

    states: dict[str, int]
    failed: list[str]
    is_cut: bool


class Sends(AnswerModel):
    """An election's sends, the newest first."""

    election: str
    sends: list[Send]


class SendStep(AnswerModel):
    """A send that was stopped, or goes on."""

    name: str
    state: str
    version: int
