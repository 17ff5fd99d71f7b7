"""Bodies and answers of what an operator does about a message."""

from typing import Any, Self

from pydantic import Field, model_validator

from chalicelib.entrypoints.api.message_models import FieldsBody
from chalicelib.entrypoints.api.models import AnswerModel, NoteBody
from chalicelib.observation.reports.entry_fields import EntryFields
from chalicelib.services.desk.decisions import LONGEST_ANSWER


class EntryBody(NoteBody):
    """What is entered: a text, fields or a reading.

    A reading is named by its place in the message; one of the three.

    `observer`: for whom; without it, the message's.
    """

    text: str | None = Field(default=None, min_length=1, max_length=2_000)
    fields: FieldsBody | None = None
    reading: int | None = Field(default=None, ge=0, le=100)
    observer: str | None = Field(default=None, max_length=40)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(value is not None for value in (self.text, self.fields, self.reading)) != 1:
            raise ValueError("give a text, fields or a reading: one of them")
        return self

    @property
    def says(self) -> str | EntryFields | int:
        """What is entered, as the desk takes it."""
        if self.fields is not None:
            typed = self.fields
            return EntryFields(typed.form, typed.station, typed.round, typed.answers, typed.comment)
        return self.text if self.text is not None else self.reading or 0


class ReadBackBody(EntryBody):
    """An entry that is only read back.

    `about`: the key of the message that it would be of.
    """

    about: str | None = Field(default=None, max_length=2_048)


class IncidentBody(NoteBody):
    """The incident that a message is made into.

    Without a comment it has the message's words.
    """

    category: int = Field(ge=0, le=999)
    station: str | None = Field(default=None, max_length=40)
    comment: str | None = Field(default=None, max_length=300)
    observer: str | None = Field(default=None, max_length=40)


class DismissBody(NoteBody):
    """Whether identical texts are dismissed with it.

    Those are all that were not understood and say the same.
    """

    identical: bool = False


class AnswerBody(NoteBody):
    """The words that go to the message's sender."""

    text: str = Field(min_length=1, max_length=LONGEST_ANSWER)


class AssignBody(NoteBody):
    """Whose the message's phone is from now on.

    With `only_this`, whose this message is.
    """

    observer: str | None = Field(default=None, max_length=40)
    coordinator: str | None = Field(default=None, max_length=100)
    nobody: bool = False
    only_this: bool = False

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum((self.observer is not None, self.coordinator is not None, self.nobody)) != 1:
            raise ValueError("name an observer, a coordinator or nobody: one of them")
        if self.only_this and self.observer is None:
            raise ValueError("one message alone can be an observer's only")
        return self


class AssignPreviewBody(NoteBody):
    """The observer to whom a message's phone would be assigned."""

    observer: str = Field(min_length=1, max_length=40)


class ReportReadBack(AnswerModel):
    """A report as it would count; `before`: what stands there now."""

    form: str
    station: str | None = None
    round: str | None = None
    observer: str | None = None
    answers: dict[str, Any] = Field(default_factory=dict)
    rejected: dict[str, str] = Field(default_factory=dict)
    comment: str | None = None
    repairs: list[Any] = Field(default_factory=list)
    flags: list[str] = Field(default_factory=list)
    held: bool = False
    critical: list[str] = Field(default_factory=list)
    counts: bool
    before: dict[str, Any]
    failed_checks: list[dict[str, Any]]


class ReadBackAnswer(AnswerModel):
    """An entry read back.

    As the SMS it would be, and what would count.
    """

    observer: str
    text: str
    state: str
    held: str | None
    may_be_entered: bool
    incidents: int
    reports: list[ReportReadBack]
    errors: list[dict[str, str]]


class EnteredMessage(AnswerModel):
    """The entry's key and text, and the message that it is of."""

    entered: str
    message: str | None
    text: str


class DismissedMessages(AnswerModel):
    """What was dismissed; `left`: identical ones that still wait."""

    dismissed: list[str]
    left: int


class QueuedAnswer(AnswerModel):
    """The SMS that goes out."""

    answer: str
    message: str
    segments: int
    encoding: str


class MovedMessage(AnswerModel):
    """Where a message waits now."""

    message: str
    desk: str


class AssignedPhone(AnswerModel):
    """Whose a phone, or a message, is.

    `read`: SMS that are read by it now.
    """

    message: str
    observer: str | None = None
    coordinator: str | None = None
    nobody: bool = False
    only_this: bool = False
    read: int | None = None


class AssignPreview(AnswerModel):
    """SMS of a phone that wait, and which would count."""

    observer: str
    waiting: int
    will_count: int
    messages: list[str]


class UndoneDecision(AnswerModel):
    """What was undone.

    `incidents`: numbers of those that the withdrawn entry had opened, and that ended with it.
    """

    message: str
    undone: str
    withdrawn: str | None = None
    incidents: list[int] | None = None
    only_this: bool = False
    read: int | None = None


class RetriedMessage(AnswerModel):
    """A message that is tried again."""

    message: str
