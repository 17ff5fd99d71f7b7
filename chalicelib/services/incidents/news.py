"""Tell those who have heard of an incident what became of it."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Protocol

from chalicelib.observation.coordinators.texts import answer
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.values import Severity
from chalicelib.observation.incidents.lifecycle import told_at_once
from chalicelib.services import outbox
from chalicelib.store import escalations, keys
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message

Heard = Sequence[tuple[Coordinator, frozenset[str]]]
"""Who has heard of an incident, by which channels."""


class Cause(Protocol):
    """Who changes incidents, when and why."""

    @property
    def who(self) -> str:
        """Who it is, as histories say it."""

    @property
    def now(self) -> dt.datetime:
        """The real instant."""

    @property
    def why(self) -> str | None:
        """The reason that was given."""


def heard_of(election: Election, incident: Incident) -> Heard:
    """Return who has heard of an incident.

    They heard by alerts of its own, or by a digest that was sent.
    """
    return _heard(election, incident, incident.alerts, incident.alerted_as or incident.severity)


def heard_of_raise(election: Election, incident: Incident) -> Heard:
    """Return who has heard of an incident's raise.

    They heard by alerts of that, or by a digest that was sent. The raise was its last change.
    """
    occasion = raised_to(incident.severity, incident.version - 1)
    alerts = [key for key in incident.alerts if keys.is_alert_of(key, election.id, incident.id, occasion)]
    return _heard(election, incident, alerts, incident.severity)


def raised_to(severity: Severity, version: int) -> str:
    """Name the occasion of a raise, on the version that was seen."""
    return f"{severity}{version}"


def news_of(
    loaded: LoadedElection,
    cause: Cause,
    incident: Incident,
    heard: Heard,
    occasion: str,
    sentences: Callable[[str], Sequence[str]],
) -> Iterator[Message]:
    """Yield what tells those who have heard of an incident.

    It goes by the same channels. `sentences` in a language, the first of them what has become of it; `occasion` and the
    incident's version stand in the keys. Phones that are muted get no SMS, unless the incident is critical. Raises
    StoreUnavailable.
    """
    election = loaded.election
    muted = escalations.muted_phones(election.id, loaded.clock.at(cause.now)) if heard else frozenset[str]()
    for coordinator, channels in heard:
        first, *others = sentences(coordinator.language)
        is_silent = coordinator.phone in muted and incident.severity != "critical"
        by_sms = keys.SMS in channels and not is_silent
        yield from outbox.to_coordinator(
            coordinator,
            keys.alert(election.id, incident.id, f"{occasion}{incident.version}", coordinator.id),
            outbox.Origin(election.id, incident.id, cause.now, "alert", incident.message),
            sms=answer(election, coordinator.language, first, *others, cause.why or "") if by_sms else None,
            email=outbox.Email(first, " ".join(filter(None, (first, *others, cause.why))))
            if keys.EMAIL in channels
            else None,
        )


def _heard(election: Election, incident: Incident, alerts: Collection[str], severity: Severity) -> Heard:
    channels_of: dict[str, set[str]] = {}
    for key in alerts:
        coordinator_id, channel = keys.told_by(key)
        channels_of.setdefault(coordinator_id, set()).add(channel)
    group = told_at_once(election, incident.region, severity)
    lacking = [election.coordinators[place] for place in group if election.coordinators[place].id not in channels_of]
    if lacking and not escalations.waits_in_digest(election.id, incident.region, incident.number):
        for coordinator in lacking:
            channels = {keys.EMAIL} if "email" in coordinator.alerts else set[str]()
            channels |= {keys.SMS} if coordinator.wants_sms(severity) else set[str]()
            channels_of[coordinator.id] = channels
    return [
        (coordinator, frozenset(channels_of[coordinator.id]))
        for coordinator in election.coordinators
        if channels_of.get(coordinator.id)
    ]
