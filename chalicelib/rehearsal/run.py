"""Rehearse an election day through the real webhook.

Simulated observers send a compressed day, and all of it is accounted for. The rehearsal is an election of its own, a
copy with a clock of its own. What became of every message is read back from the store, by its key.
"""

import datetime as dt
import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from chalicelib.observation.elections.clock import Clock
from chalicelib.observation.elections.election import Election
from chalicelib.observation.sms.states import MessageState
from chalicelib.rehearsal.election_copy import free_number, rehearsal_copy, simulated_code, strangers
from chalicelib.rehearsal.provider import Answers, Delivery, SimulatedProvider, Webhook
from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.simulation.day import Day, Plan, PlannedSms, simulate_day
from chalicelib.rehearsal.simulation.messages import ComposedText
from chalicelib.rehearsal.simulation.write import write
from chalicelib.services.elections import loading
from chalicelib.services.incidents.alerts import is_told_at_once
from chalicelib.store import message_queries
from chalicelib.store.elections import existing
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.messages import Message
from chalicelib.store.tables import StoreUnavailable

LEAD = dt.timedelta(seconds=3)
"""How long before its day begins the rehearsal's clock is set, so that nothing of the morning is late."""
STALLED_SECONDS = 180.0
"""A message that sweep has to find is processed within two minutes; nothing new for longer means that it is lost."""
LOOK_EVERY_SECONDS = 2.0
ELSEWHERE = 0.05
"""How often an observer's SMS comes by another provider than the observer's usual one."""


OnProgress = Callable[[str, int, int], None]
"""Called with a stage, how many are done and of how many."""
OnElection = Callable[[Election], None]
"""Called with the rehearsal's copy of an election."""


class TooFewObservers(ValueError):
    """The election has fewer observers than a rehearsal is to have."""


@dataclass(frozen=True, slots=True)
class SimulatedSms:
    """A simulated SMS: planned, written, and handed in, in real time."""

    planned: PlannedSms
    written: ComposedText
    sms: Sms
    webhook: Webhook

    @property
    def key(self) -> str:
        """The message's key in the store."""
        return f"{self.webhook.provider}#{self.sms.id}"


@dataclass(frozen=True, slots=True)
class RehearsedSms:
    """A simulated SMS after the rehearsal.

    `row` is its message as it ended, None if there is none.
    """

    planned: PlannedSms
    written: ComposedText
    provider: str
    key: str
    is_acknowledged: bool
    row: Message | None

    @property
    def is_accounted(self) -> bool:
        """Whether it came to an outcome."""
        return self.row is not None and self.row.state != MessageState.RECEIVED


@dataclass(frozen=True, slots=True)
class RehearsedIncident:
    """An incident, its SMS, and its alerts as they ended.

    There are those queued with it, and its escalation's.
    """

    incident: Incident
    message: Message
    alerts: tuple[Message, ...]
    escalated: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything that a rehearsal's report is made from.

    `answers` are the webhook's, by provider.
    """

    election: Election
    number: str
    plan: Plan
    day: Day
    clock: Clock
    began_at: dt.datetime
    ended_at: dt.datetime
    sent: tuple[RehearsedSms, ...]
    answers: Mapping[str, Answers]
    incidents: tuple[RehearsedIncident, ...]


def rehearse(
    source_id: str,
    plan: Plan,
    webhooks: Sequence[Webhook],
    on_progress: OnProgress = lambda *_: None,
    on_copied: OnElection = lambda _: None,
    on_begun: OnElection = lambda _: None,
) -> Rehearsal:
    """Rehearse an election's day by one or several providers' webhooks.

    The copy is handed to `on_copied` before it is loaded, to `on_begun` before the first SMS. Raises ElectionUnknown,
    TooFewObservers, NothingDue, WebhookUnusable, StoreUnavailable.
    """
    began_at = dt.datetime.now(dt.UTC)
    source = _enough(existing(source_id).filed, plan)
    election = rehearsal_copy(source, f"rehearsal-{began_at:%Y%m%d-%H%M%S}", plan.codes)
    day = simulate_day(election, plan)
    texts = [write(election, planned, plan) for planned in day.messages]
    on_copied(election)
    clock = Clock(day.starts_at.astimezone(election.zone), dt.datetime.now(dt.UTC) + LEAD, day.factor(plan.minutes))
    loading.load(election, clock)
    number = loading.route(free_number(election.id), election.id)
    typed = list(_typed(election, number, day, clock, zip(texts, webhook_of_each(day, plan, webhooks), strict=True)))
    on_begun(election)
    answers = _deliver(typed, on_progress)
    sent = tuple(_account(typed, answers, on_progress))
    return Rehearsal(
        election=election,
        number=number,
        plan=plan,
        day=day,
        clock=clock,
        began_at=began_at,
        ended_at=dt.datetime.now(dt.UTC),
        sent=sent,
        answers=answers,
        incidents=tuple(_incidents_told(election, sent, on_progress)),
    )


def _enough(source: Election, plan: Plan) -> Election:
    if len(source.observers) < plan.observers:
        raise TooFewObservers(
            f"election {source.id} has {len(source.observers)} observers: rehearse with that many at most"
        )
    return source


def webhook_of_each(day: Day, plan: Plan, webhooks: Sequence[Webhook]) -> Iterator[Webhook]:
    """Deal each of the day's messages to a webhook, by the seed.

    Observers are dealt out evenly, and mostly stay.
    """
    chance = random.Random(f"{plan.seed}/providers")  # noqa: S311 (a simulation)
    observers = sorted({planned.intended.observer.number for planned in day.messages})
    chance.shuffle(observers)
    usual = dict(zip(observers, itertools.cycle(webhooks), strict=False))
    for planned in day.messages:
        is_elsewhere = chance.random() < ELSEWHERE
        yield chance.choice(webhooks) if is_elsewhere else usual[planned.intended.observer.number]


def _typed(
    election: Election, number: str, day: Day, clock: Clock, texts: Iterable[tuple[ComposedText, Webhook]]
) -> Iterator[SimulatedSms]:
    unknown = strangers(election)
    for planned, (written, webhook) in zip(day.messages, texts, strict=True):
        sender = planned.intended.observer.phones[0] if planned.is_known else next(unknown)
        received_at = clock.real(planned.received_at).astimezone(dt.UTC)
        text = _with_code(election, sender, written.text)
        sms = Sms(f"{election.id}-{planned.number:06}", sender, number, text, received_at)
        yield SimulatedSms(planned, written, sms, webhook)


def _with_code(election: Election, sender: str, text: str) -> str:
    """Write the sender's code before an SMS, where the sender has one."""
    coded = [observer.number for observer in election.observers_by_phone.get(sender, ()) if observer.code is not None]
    return f"*{simulated_code(election.id, coded[0])} {text}" if coded else text


def _deliver(typed: Iterable[SimulatedSms], on_progress: OnProgress) -> Mapping[str, Answers]:
    deliveries = [delivery for sms in typed for delivery in _deliveries(sms)]
    made = itertools.count(1)
    return SimulatedProvider(lambda: on_progress("Delivered", next(made), len(deliveries))).deliver(deliveries)


def _deliveries(typed: SimulatedSms) -> Iterator[Delivery]:
    """Return every call that the provider makes of its own accord.

    Each says when the provider received the SMS, however late it delivers it, where the provider says it at all.
    """
    for delay in typed.planned.deliveries:
        yield Delivery((typed.sms.sent_at + delay).timestamp(), typed.sms, typed.webhook)


def _account(
    typed: Sequence[SimulatedSms], answers: Mapping[str, Answers], on_progress: OnProgress
) -> Iterator[RehearsedSms]:
    """Read acknowledged messages back until all have an outcome.

    It ends too if nothing has come to one for a long while.
    """
    acknowledged = {sms.key for sms in typed if sms.sms.id in answers[sms.webhook.provider].acknowledged}
    keys = [sms.key for sms in typed if sms.key in acknowledged]
    rows = _wait("Accounted", keys, lambda row: row.state != MessageState.RECEIVED, on_progress)
    for sms in typed:
        provider, key = sms.webhook.provider, sms.key
        yield RehearsedSms(sms.planned, sms.written, provider, key, key in acknowledged, rows.get(key))


def _incidents_told(
    election: Election, sent: Sequence[RehearsedSms], on_progress: OnProgress
) -> Iterator[RehearsedIncident]:
    rows = {sms.key: sms.row for sms in sent if sms.row is not None}
    incidents = [incident for incident in incidents_of(election.id) if incident.message in rows]
    keys = {incident.id: list(incident.alerts) for incident in incidents}
    alerts = _wait("Alerted", [key for some in keys.values() for key in some], _is_finished, on_progress)
    for incident in incidents:
        told_of = [alerts[key] for key in keys[incident.id] if key in alerts]
        at_once = tuple(alert for alert in told_of if is_told_at_once(incident, alert.key))
        escalated = tuple(alert for alert in told_of if not is_told_at_once(incident, alert.key))
        yield RehearsedIncident(incident, rows[incident.message], at_once, escalated)


def _is_finished(row: Message) -> bool:
    return row.state in (MessageState.SENT, MessageState.FAILED, MessageState.OPTED_OUT)


def _wait(
    stage: str, keys: list[str], is_done: Callable[[Message], bool], on_progress: OnProgress
) -> Mapping[str, Message]:
    """Read rows by key until each is done or all stall.

    They stall if none has become done for STALLED_SECONDS. A store that fails is asked again.
    """
    rows: dict[str, Message] = {}
    outstanding = keys
    last_progress = time.monotonic()
    while True:
        with suppress(StoreUnavailable):
            rows |= {row.key: row for row in message_queries.get_many(outstanding)}
        left = [key for key in outstanding if key not in rows or not is_done(rows[key])]
        on_progress(stage, len(keys) - len(left), len(keys))
        if len(left) < len(outstanding):
            last_progress = time.monotonic()
        if not left or time.monotonic() - last_progress > STALLED_SECONDS:
            return rows
        outstanding = left
        time.sleep(LOOK_EVERY_SECONDS)
