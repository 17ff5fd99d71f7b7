"""Rows of the outbox: what is to be sent is stored first, under a key that can exist only once (invariant 3)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from chalicelib.observation.summaries.turnout_chart import Point
from chalicelib.store.messages import Message, Queue, pending_in

PICKED_UP_WITHIN = dt.timedelta(seconds=30)
"""How long the stream has to deliver a new row before sweep does it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Why something is sent: its election, the key of what it is `about`, when it was made, and how urgent it is."""

    election: str
    about: str
    at: dt.datetime
    queue: Queue = "out"


def sms(key: str, to: str, text: str, origin: Origin, *, sender: str | None = None) -> Message:
    """An SMS to be sent; `sender` is the number that it should come from."""
    message = _row(key, "sms", to, text, origin)
    message.sender = sender
    message.conversation = to
    return message


def email(key: str, to: str, text: str, origin: Origin, *, subject: str, html: str | None = None) -> Message:
    """An email to be sent, with a text part and perhaps an HTML one."""
    message = _row(key, "email", to, text, origin)
    message.subject = subject
    message.html = html
    return message


def with_charts(message: Message, charts: Mapping[str, Sequence[Point]]) -> Message:
    """An email whose HTML shows curves, by content id. The row keeps their numbers, and delivery draws them."""
    message.charts = {name: [astuple(point) for point in points] for name, points in charts.items()} or None
    return message


def _row(key: str, channel: str, to: str, text: str, origin: Origin) -> Message:
    return Message(
        key,
        direction="out",
        channel=channel,
        state="queued",
        pending=pending_in(origin.queue, key),
        due_at=origin.at + PICKED_UP_WITHIN,
        stored_at=origin.at,
        recipient=to,
        text=text,
        election=origin.election,
        about=origin.about,
    )
