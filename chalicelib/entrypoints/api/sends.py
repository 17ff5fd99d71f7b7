"""SMS to many: tried out, begun, watched, stopped."""

import time
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from pydantic import Field

from chalicelib.entrypoints.api.models import Answering, Asking, ElectionPath, NoteBody
from chalicelib.entrypoints.api.operation import Asked, operation
from chalicelib.entrypoints.api.problem import Tagged, now
from chalicelib.entrypoints.api.request import version_number
from chalicelib.services.access.permissions import Permission
from chalicelib.services.isolation import for_each
from chalicelib.services.outreach import sends as sending
from chalicelib.services.outreach.broadcast import Choice, missing_place
from chalicelib.services.outreach.sends import Sending

MOST_NAMED = 500
AT_ONCE_SECONDS = 2.0
"""How long a send is pushed on by whoever begins it; the rest goes in the background."""
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


class SendPath(ElectionPath):
    """A send by its name."""

    name: str = Field(max_length=64)


class ChosenBody(Asking):
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


class TryBody(Asking):
    """A text and whom it would go to.

    `price` of one segment, for the estimate.
    """

    name: str = Field(default="try", pattern=_NAME)
    text: str = Field(min_length=1, max_length=1_000)
    to: ChosenBody = ChosenBody()
    price: Decimal | None = Field(default=None, ge=0, max_digits=12, decimal_places=6)


class SendBody(NoteBody):
    """A send.

    `expected`: how many recipients you were told. With another number it is refused.

    `at_night`: also in the quiet hours.
    """

    name: str = Field(pattern=_NAME)
    text: str = Field(min_length=1, max_length=1_000)
    to: ChosenBody = ChosenBody()
    expected: int = Field(ge=0, le=10_000_000)
    at_night: bool = False


class Example(Answering):
    """One of those whom it would go to."""

    observer: str
    name: str
    station: str
    language: str


class Tried(Answering):
    """To how many a send would go, and what it would cost."""

    election: str
    recipients: int
    sent_before: int
    opted_out: int
    segments_each: int
    encoding: str
    segments: int
    cost: str | None
    is_night: bool
    examples: list[Example]


class Begun(Answering):
    """A send that was begun."""

    name: str
    recipients: int
    segments: int


class Send(Answering):
    """A send: who sends what to whom, and how far it is."""

    name: str
    version: int
    state: str
    text: str
    choice: dict[str, Any]
    who: str
    note: str | None
    begun_at: str
    recipients: int
    queued: int


class SendProgress(Send):
    """A send with what became of its SMS.

    How many in each state, and the observers whom it did not reach.
    """

    states: dict[str, int]
    failed: list[str]
    is_cut: bool


class Sends(Answering):
    """An election's sends, the newest first."""

    election: str
    sends: list[Send]


class SendStep(Answering):
    """A send that was stopped, or goes on."""

    name: str
    state: str
    version: int


@operation(
    summary="Tell to how many an SMS would go, and what it would cost; nothing is sent.",
    may=Permission.SEND,
    path=ElectionPath,
    body=TryBody,
    answer=Tried,
    problems=(HTTPStatus.NOT_FOUND,),
)
def preview(asked: Asked[ElectionPath, None, TryBody]) -> dict[str, Any]:
    """Try a send out."""
    body = asked.body
    tried = Sending(body.name, body.text, _choice(asked, body.to))
    return sending.try_out(asked.loaded, asked.operator, tried, body.price, now())


@operation(
    summary="Begin to send an SMS to many.",
    may=Permission.SEND,
    path=ElectionPath,
    body=SendBody,
    answer=Begun,
    status=HTTPStatus.ACCEPTED,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def begin(asked: Asked[ElectionPath, None, SendBody]) -> dict[str, Any]:
    """Begin a send; its SMS are queued in the background."""
    body = asked.body
    wanted = Sending(body.name, body.text, _choice(asked, body.to), body.expected, body.at_night)
    begun = sending.begin(asked.loaded, asked.action, wanted)
    until = time.monotonic() + AT_ONCE_SECONDS
    for_each("send", [body.name], lambda name: sending.push_on(asked.loaded.election.id, name, until, now))
    return begun


@operation(
    summary="List what was sent to many, the newest first.",
    may=Permission.SEND,
    path=ElectionPath,
    answer=Sends,
    conditional=True,
)
def sends(asked: Asked[ElectionPath, None, None]) -> dict[str, Any]:
    """List sends."""
    return sending.list_sends(asked.loaded, asked.operator)


@operation(
    summary="Show how far a send is, and what became of its SMS.",
    may=Permission.SEND,
    path=SendPath,
    answer=SendProgress,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def send(asked: Asked[SendPath, None, None]) -> dict[str, Any]:
    """Show one send; its `version` is what If-Match names."""
    return sending.show(asked.loaded, asked.operator, asked.path.name)


@operation(
    summary="Stop a send: what is not queued yet is not sent.",
    may=Permission.SEND,
    path=SendPath,
    body=NoteBody,
    answer=SendStep,
    on_version=True,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def stop(asked: Asked[SendPath, None, NoteBody]) -> Tagged:
    """Stop a send."""
    return _tagged(sending.set_state(asked.action, asked.path.name, version_number(asked.seen), "stopped"))


@operation(
    summary="Let a send that was stopped go on.",
    may=Permission.SEND,
    path=SendPath,
    body=NoteBody,
    answer=SendStep,
    on_version=True,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def resume(asked: Asked[SendPath, None, NoteBody]) -> Tagged:
    """Let a send go on."""
    return _tagged(sending.set_state(asked.action, asked.path.name, version_number(asked.seen), "sending"))


def _tagged(document: dict[str, Any]) -> Tagged:
    return Tagged(document, str(document["version"]))


def _choice(asked: Asked[Any, Any, Any], to: ChosenBody) -> Choice:
    at = asked.loaded.clock.at(now())
    missing = missing_place(asked.loaded.election, to.missing, at) if to.missing else None
    return Choice(to.regions, to.stations, to.language, missing, to.observers, to.organisation)
