"""One message, with all that was sent about it."""

from http import HTTPStatus
from typing import Any

from pydantic import Field

from chalicelib.entrypoints.api.models import Answering, ElectionPath
from chalicelib.entrypoints.api.operation import Asked, operation
from chalicelib.entrypoints.api.problem import Problem
from chalicelib.services.access.permissions import Permission
from chalicelib.services.quick_count.release import withheld_answers
from chalicelib.services.views.message import describe_message


class MessagePath(ElectionPath):
    """A message by its key."""

    key: str = Field(max_length=2_048)


class SentOrReceived(Answering):
    """A message: what came or went, how it was read, what became of it."""

    key: str
    direction: str
    channel: str
    state: str
    reason: str | None
    provider: str | None
    election: str | None
    region: str | None
    observer: str | None
    flag: str | None
    sender: str | None = Field(alias="from")
    recipient: str | None = Field(alias="to")
    is_withheld: bool
    subject: str | None
    text: str | None
    provider_at: str | None
    received_at: str | None
    counted_at: str | None
    stored_at: str | None
    processed_at: str | None
    sent_at: str | None
    reading: dict[str, Any] | None
    attempts: int
    last_error: str | None
    about: str | None
    parts: list[Any] | None
    carrier: str | None = None
    reference: str | None = None
    asked: list[str] | None = None
    lost: list[str] | None = None
    doubts: int | None = None
    receipt: str | None = None
    receipt_at: str | None = None
    receipt_detail: str | None = None
    segments: int | None = None
    cost: str | None = None
    currency: str | None = None


class Message(SentOrReceived):
    """A message with the reply to it."""

    reply: SentOrReceived | None = None


@operation(
    summary="Show a message: what came, how it was read, what was sent about it.",
    may=Permission.READ_MESSAGES,
    path=MessagePath,
    answer=Message,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def message(asked: Asked[MessagePath, None, None]) -> dict[str, Any]:
    """Show one message with all that was sent about it."""
    described = describe_message(asked.operator, asked.path.key, withheld_answers(asked.loaded, asked.operator))
    if described is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such message in this election, or not in your regions.")
    return described
