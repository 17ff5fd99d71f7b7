"""The way of one SMS through the rows.

What came of it, what was sent about it, and when.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.store import elections, keys, message_queries
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.messages import Message
from chalicelib.store.receipts import ReceiptRow

RECEIPTS = ("on_its_way", "failed", "delivered")
MOST_TURNS = 5
"""From a receipt to its SMS, to the incident's SMS, to the long SMS that it is a part of."""
MOST_REPLIES = 50
ANSWERED_WITHIN = dt.timedelta(minutes=1)


class RowUnknown(LookupError):
    """No row has the key."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a row tells of the way: when, which row, and what.

    `at` is None where the row does not tell the instant.
    """

    at: dt.datetime | None
    row: str
    what: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The way of the SMS that has the key, in order.

    `correlation_ids`: the ids that log lines of it carry, its own first.
    """

    key: str
    correlation_ids: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def instants(self) -> list[dt.datetime]:
        """The instants that are known, in order."""
        return [step.at for step in self.steps if step.at is not None]


def trace(key: str) -> Trace:
    """Trace an SMS, by its own key or a related row's.

    A part, a reply, an alert or a receipt leads to it.

    Raises RowUnknown, StoreUnavailable.
    """
    sms = _origin(key)
    incidents = (
        [incident for incident in incidents_of(sms.election) if incident.message == sms.key] if sms.election else []
    )
    sent = _sent_about(sms, incidents)
    rows: list[Message | ReceiptRow] = [sms, *message_queries.get_many(sms.parts or ()), *sent, *_receipts_of(sent)]
    steps = [step for row in rows for step in _steps(row)] + [_incident_step(sms, incident) for incident in incidents]
    ids = dict.fromkeys(correlation_id for row in rows for correlation_id in _ids(row))
    return Trace(sms.key, tuple(ids), tuple(sorted(steps, key=_order)))


def _ids(row: Message | ReceiptRow) -> tuple[str, str]:
    """Return the ids that lines of a row may carry.

    They are its own and that of what led to it.
    """
    return row.correlation_id, keys.correlation_id(row.key)


def _order(step: Step) -> tuple[bool, dt.datetime]:
    return step.at is None, step.at or dt.datetime.min.replace(tzinfo=dt.UTC)


def _origin(key: str) -> Message:
    row = _row(key)
    for _ in range(MOST_TURNS):
        before = _before(row) if row is not None else None
        if before is None:
            break
        row = before
    if not isinstance(row, Message):
        raise RowUnknown(f"no message has the key {key}")
    return row


def _row(key: str | None) -> Message | ReceiptRow | None:
    if not key or len(key.encode()) > keys.LONGEST_KEY:
        return None
    return next(iter(message_queries.read_rows([key])[0]), None)


def _before(row: Message | ReceiptRow) -> Message | ReceiptRow | None:
    """Return the row that led to a row.

    It is None where it is the SMS itself or that is not known.
    """
    if isinstance(row, ReceiptRow):
        return _row(row.about)
    if row.direction == "in":
        return _row(row.about) if row.state in (MessageState.JOINED, MessageState.SUPERSEDED) else None
    return _row(row.origin) if row.origin != row.key else None


def _sent_about(sms: Message, incidents: Iterable[Incident]) -> list[Message]:
    """Return what was sent about an SMS.

    Replies, alerts of its incidents, words to headquarters.
    """
    named = [keys.reply(sms.key), *(alert for incident in incidents for alert in incident.alerts)]
    if sms.conversation:
        until = (sms.processed_at or sms.stored_at) + ANSWERED_WITHIN
        named += message_queries.conversation_between(sms.conversation, sms.stored_at, until, MOST_REPLIES)
    loaded = (
        elections.current(sms.election)
        if sms.election and (sms.state == MessageState.COMMAND or sms.reason == Reason.CODE_WRONG)
        else None
    )
    if loaded is not None:
        named += keys.on_any_channel(
            keys.notice(sms.key, coordinator.id)
            for coordinator in loaded.election.coordinators
            if coordinator.is_headquarters or sms.reason == Reason.CODE_WRONG
        )
    rows = message_queries.get_many(named)
    return [row for row in rows if row.direction == "out" and sms.key in (row.origin, row.about)]


def _receipts_of(sent: Sequence[Message]) -> list[ReceiptRow]:
    """Return the receipts of SMS, by what their carriers called them last."""
    named = [(row.carrier, row.reference) for row in sent if row.carrier and row.reference]
    receipt_keys = [keys.receipt(carrier, ref, word) for carrier, ref in named for word in RECEIPTS]
    return [row for row in message_queries.read_rows(receipt_keys)[0] if isinstance(row, ReceiptRow)]


def _steps(row: Message | ReceiptRow) -> Iterator[Step]:
    if isinstance(row, ReceiptRow):
        yield Step(row.stored_at, row.key, f"receipt: {row.receipt}, {row.state}")
    elif row.direction == "in":
        yield from _steps_of_sms(row)
    else:
        yield from _steps_of_sent(row)


def _steps_of_sms(row: Message) -> Iterator[Step]:
    if row.provider_at is not None:
        yield Step(row.provider_at, row.key, "sent, by the provider's clock")
    flag = f", {row.flag}" if row.flag else ""
    yield Step(row.stored_at, row.key, f"stored, from {row.provider or 'its parts'}{flag}")
    reason = f", {row.reason}" if row.reason else ""
    about = f", about {row.about}" if row.about else ""
    yield Step(row.processed_at, row.key, f"{row.state}{reason}{about}")


def _steps_of_sent(row: Message) -> Iterator[Step]:
    yield Step(row.stored_at, row.key, f"{row.channel} queued")
    if row.sent_at is not None:
        by = f" by {row.carrier} as {row.reference}" if row.carrier else ""
        yield Step(row.sent_at, row.key, f"sent{by}, attempt {row.attempts}")
    if row.receipt is not None:
        yield Step(row.receipt_at, row.key, row.receipt_detail or row.receipt)
    if row.state != MessageState.SENT or row.last_error:
        lost = f", lost by {', '.join(row.lost)}" if row.lost else ""
        yield Step(None, row.key, f"{row.state}{lost}" + (f": {row.last_error}" if row.last_error else ""))


def _incident_step(sms: Message, incident: Incident) -> Step:
    words = f"incident {incident.number}: {incident.severity}, {incident.state}"
    return Step(sms.processed_at, incident.id, words + (", told of in digests" if incident.digested else ""))
