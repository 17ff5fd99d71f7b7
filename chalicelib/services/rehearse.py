"""Rehearse: simulated observers send a compressed election day through the real webhook; all of it is accounted for.

The rehearsal is an election of its own, a copy with a clock of its own. What became of every message is read back
from the store, by its key.
"""

import datetime as dt
import itertools
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from chalicelib.observation.clock import Clock
from chalicelib.observation.election import Election
from chalicelib.observation.simulation.day import Day, Plan, Planned, simulate_day
from chalicelib.observation.simulation.messages import Composed
from chalicelib.observation.simulation.writing import write
from chalicelib.services import elections
from chalicelib.services.deliver import FAILED, SENT
from chalicelib.services.rehearsal_copy import free_number, rehearsal_copy, strangers
from chalicelib.services.simulated_provider import Answers, Delivery, SimulatedProvider, Webhook
from chalicelib.store import messages
from chalicelib.store.elections import existing
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.messages import RECEIVED, Message

LEAD = dt.timedelta(seconds=3)
"""How long before its day begins the rehearsal's clock is set, so that nothing of the morning is late."""
STALLED_SECONDS = 180.0
"""A message that sweep has to find is processed within two minutes; nothing new for longer means that it is lost."""
LOOK_EVERY_SECONDS = 2.0


class TooFewObservers(ValueError):
    """The election has fewer observers than a rehearsal is to have."""


Told = Callable[[str, int, int], None]
"""Called with a stage, how many are done and of how many."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One simulated SMS: what was planned, how it was written, and its row as it ended, None if there is none."""

    planned: Planned
    written: Composed
    key: str
    is_acknowledged: bool
    row: Message | None

    @property
    def is_accounted(self) -> bool:
        """Whether it came to an outcome."""
        return self.row is not None and self.row.state != RECEIVED


@dataclass(frozen=True, slots=True)
class IncidentTold:
    """An incident, the SMS that opened it, and its alerts as they ended."""

    incident: Incident
    message: Message
    alerts: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything that a rehearsal's report is made from. `answers` are the webhook's."""

    election: Election
    number: str
    plan: Plan
    day: Day
    clock: Clock
    began_at: dt.datetime
    ended_at: dt.datetime
    sent: tuple[Sent, ...]
    answers: Answers
    incidents: tuple[IncidentTold, ...]


def rehearse(source_id: str, plan: Plan, webhook: Webhook, provider: str, told: Told = lambda *_: None) -> Rehearsal:
    """Rehearse an election's day. Raises ElectionUnknown, TooFewObservers, NothingDue, WebhookUnusable,
    StoreUnavailable."""
    began_at = dt.datetime.now(dt.UTC)
    source = existing(source_id).election
    if len(source.observers) < plan.observers:
        raise TooFewObservers(
            f"election {source_id} has {len(source.observers)} observers: rehearse with that many at most"
        )
    election = rehearsal_copy(source, f"rehearsal-{began_at:%Y%m%d-%H%M%S}")
    day = simulate_day(election, plan)
    written = [write(election, planned, plan) for planned in day.messages]
    clock = Clock(day.starts_at.astimezone(election.zone), dt.datetime.now(dt.UTC) + LEAD, day.factor(plan.minutes))
    elections.load(election, clock)
    number = elections.route(free_number(election.id), election.id)
    ids = [f"{election.id}-{planned.number:06}" for planned in day.messages]
    bodies = _bodies(election, day, clock, ids, (one.text for one in written), number)
    answers = _deliver(list(_deliveries(day, clock, ids, bodies)), webhook, told)
    keys = {message_id: f"{provider}#{message_id}" for message_id in ids}
    rows = _account([keys[message_id] for message_id in ids if message_id in answers.acknowledged], told)
    return Rehearsal(
        election=election,
        number=number,
        plan=plan,
        day=day,
        clock=clock,
        began_at=began_at,
        ended_at=dt.datetime.now(dt.UTC),
        sent=tuple(
            Sent(planned, one, keys[message_id], message_id in answers.acknowledged, rows.get(keys[message_id]))
            for planned, one, message_id in zip(day.messages, written, ids, strict=True)
        ),
        answers=answers,
        incidents=tuple(_incidents_told(election, rows, told)),
    )


def _bodies(
    election: Election, day: Day, clock: Clock, ids: Iterable[str], texts: Iterable[str], number: str
) -> Iterable[bytes]:
    """Each message as the webhook gets it; `received_at` is when the provider got the SMS, however late it delivers."""
    unknown = strangers(election)
    for planned, message_id, text in zip(day.messages, ids, texts, strict=True):
        content = {
            "id": message_id,
            "from": planned.intended.observer.phones[0] if planned.is_known else next(unknown),
            "to": number,
            "text": text,
            "received_at": _received_at(clock, planned).isoformat(timespec="milliseconds"),
        }
        yield json.dumps(content, ensure_ascii=False).encode()


def _deliveries(day: Day, clock: Clock, ids: Iterable[str], bodies: Iterable[bytes]) -> Iterable[Delivery]:
    """Every call of the webhook that the provider makes of its own accord."""
    offset = time.monotonic() - time.time()
    for planned, message_id, body in zip(day.messages, ids, bodies, strict=True):
        for delay in planned.deliveries:
            due = _received_at(clock, planned) + delay
            yield Delivery(due.timestamp() + offset, message_id, body)


def _received_at(clock: Clock, planned: Planned) -> dt.datetime:
    return clock.real(planned.received_at).astimezone(dt.UTC)


def _deliver(deliveries: list[Delivery], webhook: Webhook, told: Told) -> Answers:
    made = itertools.count(1)
    return SimulatedProvider(webhook, lambda: told("Delivered", next(made), len(deliveries))).deliver(deliveries)


def _account(keys: list[str], told: Told) -> Mapping[str, Message]:
    """Read messages back until all have an outcome, or until nothing has come to one for a long while."""
    return _wait("Accounted", keys, lambda row: row.state != RECEIVED, told)


def _incidents_told(election: Election, rows: Mapping[str, Message], told: Told) -> Iterable[IncidentTold]:
    incidents = [incident for incident in incidents_of(election.id) if incident.message in rows]
    keys = {incident.id: alert_keys(election, incident) for incident in incidents}
    alerts = _wait("Alerted", [key for some in keys.values() for key in some], _is_finished, told)
    for incident in incidents:
        told_of = tuple(alerts[key] for key in keys[incident.id] if key in alerts)
        yield IncidentTold(incident, rows[incident.message], told_of)


def alert_keys(election: Election, incident: Incident) -> list[str]:
    """Keys of the outbox rows by which an incident's coordinators are told."""
    return [
        f"alert#{election.id}#{incident.id}#{place}#{channel}"
        for place, coordinator in enumerate(election.coordinators)
        if coordinator.covers(incident.region)
        for channel, address in (("sms", coordinator.phone), ("email", coordinator.email))
        if channel in coordinator.alerts and address
    ]


def _is_finished(row: Message) -> bool:
    return row.state in (SENT, FAILED)


def _wait(stage: str, keys: list[str], is_done: Callable[[Message], bool], told: Told) -> Mapping[str, Message]:
    """Rows by key, read again until each is done or none has become so for STALLED_SECONDS."""
    rows: dict[str, Message] = {}
    outstanding = keys
    last_progress = time.monotonic()
    while True:
        rows |= {row.key: row for row in messages.get_many(outstanding)}
        left = [key for key in outstanding if key not in rows or not is_done(rows[key])]
        told(stage, len(keys) - len(left), len(keys))
        if len(left) < len(outstanding):
            last_progress = time.monotonic()
        if not left or time.monotonic() - last_progress > STALLED_SECONDS:
            return rows
        outstanding = left
        time.sleep(LOOK_EVERY_SECONDS)
