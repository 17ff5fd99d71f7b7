"""Rows of the outbox: stored first, then sent.

Each has a key that can exist only once.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.sms.states import MessageState
from chalicelib.observation.summaries.turnout_chart import Point
from chalicelib.store import keys
from chalicelib.store.messages import Message
from chalicelib.store.queues import Queue, pending_in
from chalicelib.store.routes import number_of

LARGEST_EMAIL = 300_000
"""Bytes of an email's text, HTML and charts: its row holds 400 KB, and carriers take many times as much."""
_POINT_BYTES = 40
PICKED_UP_WITHIN = dt.timedelta(seconds=30)
"""How long the stream has to deliver a new row before sweep does it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Why something is sent.

    Its election, the key of what it is `about`, when it was made, and how urgent it is. `cause`: the key of the SMS
    that led to it, where that is something else.
    """

    election: str
    about: str
    at: dt.datetime
    queue: Queue = "out"
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Email:
    """An email's parts.

    `text` and `html` say the same; `html` is None where there is text alone. `charts` are the curves that `html` shows,
    by content id.
    """

    subject: str
    text: str
    html: str | None = None
    charts: Mapping[str, Sequence[Point]] = field(default_factory=dict)


def to_coordinator(
    coordinator: Coordinator,
    key: str,
    origin: Origin,
    *,
    sms: str | None = None,
    email: Email | None = None,
    sender: str | None = None,
) -> list[Message]:
    """Make the rows that tell a coordinator something.

    They are SMS, emails or both; None is not sent. `key` is the rows' key without its channel. `sender`: the number
    that the SMS comes from, without it the election's. Raises StoreUnavailable.
    """
    rows: list[Message] = []
    if sms is not None and coordinator.phone:
        number = sender or number_of(origin.election)
        rows.append(sms_row(keys.on_channel(key, keys.SMS), coordinator.phone, sms, origin, sender=number))
    if email is not None and coordinator.email:
        rows.append(email_row(keys.on_channel(key, keys.EMAIL), coordinator.email, email, origin))
    return rows


def sms_row(key: str, to: str, text: str, origin: Origin, *, sender: str | None = None) -> Message:
    """Make an SMS to be sent, from a number of ours.

    `sender` is the number that it should come from.
    """
    message = _row(key, "sms", to, text, origin)
    message.sender = sender
    message.conversation = to
    return message


def email_row(key: str, to: str, email: Email, origin: Origin) -> Message:
    """Make an email that fits its row.

    Of its charts the row keeps the numbers; delivery draws them.
    """
    email = _fitting(email)
    message = _row(key, "email", to, email.text, origin)
    message.subject = email.subject
    message.html = email.html
    message.charts = {name: [astuple(point) for point in points] for name, points in email.charts.items()} or None
    return message


def _fitting(email: Email) -> Email:
    """Cut an email to what fits its row.

    Its text alone where it does not fit, and of that as many lines as fit.
    """
    charts = sum(len(points) for points in email.charts.values()) * _POINT_BYTES
    text, html = len(email.text.encode()), len((email.html or "").encode())
    if text + html + charts <= LARGEST_EMAIL:
        return email
    if text <= LARGEST_EMAIL:
        return Email(email.subject, email.text)
    room, kept = LARGEST_EMAIL, list[str]()
    lines = email.text.splitlines()
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return Email(email.subject, "\n".join([*kept, f"[…] +{len(lines) - len(kept)}"]))


def _row(key: str, channel: str, to: str, text: str, origin: Origin) -> Message:
    return Message(
        key,
        direction="out",
        channel=channel,
        state=MessageState.QUEUED,
        pending=pending_in(origin.queue, key),
        due_at=origin.at + PICKED_UP_WITHIN,
        stored_at=origin.at,
        recipient=to,
        text_as_sent=text,
        election=origin.election,
        about=origin.about,
        cause=origin.cause,
    )
