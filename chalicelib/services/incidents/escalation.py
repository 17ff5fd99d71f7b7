"""Escalate incidents that nobody takes, and send due digests.

It does so every minute, with sweep. What is due follows from what was stored, never from the clock that woke somebody:
run twice, late or by two at once, an incident is escalated once, since its version guards the transaction that queues
the alerts.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.observation.coordinators.texts import digest_email, digest_sms, incident_line
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.values import SEVERITIES, Severity
from chalicelib.observation.incidents.lifecycle import (
    BURST_WITHIN,
    OPEN,
    Group,
    escalates_after,
    escalation,
    told_at_once,
)
from chalicelib.services import outbox
from chalicelib.services.incidents.alert_budget import AlertBudget
from chalicelib.services.incidents.alerts import alerts_of, describe
from chalicelib.services.incidents.steps import same_as
from chalicelib.services.isolation import NO_DEADLINE, for_each, shares_of
from chalicelib.store import elections, escalations, incidents, keys
from chalicelib.store.elections import LoadedElection
from chalicelib.store.escalations import Digest, Watch
from chalicelib.store.incident_numbers import incidents_of_numbers
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message
from chalicelib.store.outcome import AlreadyThere, BudgetChanged, IncidentChanged, queued, write
from chalicelib.store.routes import number_of
from chalicelib.store.tables import Contended
from chalicelib.store.writes import Write

MOST_LISTED = 50
"""Incidents that a digest lists, the gravest; of more it says how many."""
MOST_READ = 500
"""Incidents that are read for a digest."""


@dataclass(frozen=True, slots=True)
class DigestEntries:
    """A region's incidents in a digest, and how many more."""

    region: str
    incidents: Sequence[Incident]
    more: int


def escalate_due(now: dt.datetime, until: float = NO_DEADLINE) -> list[Message]:
    """Escalate what is due in every election; return what was queued.

    Due digests are queued too. Begins nothing after `until` (time.monotonic), and gives every election its share of
    that time. What somebody else is at work on, what fails and what there is no time for is left to the next run.
    Raises StoreUnavailable.
    """
    names = elections.list_elections()
    shares = dict(zip(names, shares_of(until, len(names)), strict=True))

    def escalate(election_id: str) -> list[Message]:
        loaded = elections.current(election_id)
        return escalate_election(loaded, now, shares[election_id]) if loaded is not None else []

    done = for_each("election to escalate", names, escalate)
    return [alert for alerts in done.results for alert in alerts]


def escalate_election(loaded: LoadedElection, now: dt.datetime, until: float = NO_DEADLINE) -> list[Message]:
    """Escalate what is due in one election, then its digests.

    For the digests time is kept.
    """
    election_id, at = loaded.election.id, loaded.clock.at(now)
    watches, digests = escalations.watches_due(election_id, at), escalations.digests_due(election_id, at)
    if not watches and not digests:
        return []
    muted, budget = escalations.muted_phones(election_id, at), AlertBudget.read(loaded.election, at)
    before_digests = shares_of(until, 2)[0] if digests else until
    done = [
        for_each(
            "incident to escalate",
            watches,
            lambda watch: _commit(*_escalated(loaded, watch, budget, muted, now)),
            until=before_digests,
            name=lambda watch: str(watch.incident),
        ),
        for_each(
            "digest",
            digests,
            lambda digest: _commit(*_digested(loaded.election, digest, budget, muted, now)),
            until=until,
            name=lambda digest: str(digest.id),
        ),
    ]
    return [alert for election in done for alerts in election.results for alert in alerts]


def _commit(writes: Sequence[Write], alerts: Sequence[Message]) -> Sequence[Message]:
    try:
        write([*writes, *map(queued, alerts)])
    except (IncidentChanged, AlreadyThere, BudgetChanged, Contended):
        return ()
    return alerts


def _escalated(
    loaded: LoadedElection, watch: Watch, budget: AlertBudget, muted: frozenset[str], now: dt.datetime
) -> tuple[list[Write], tuple[Message, ...]]:
    """Return what escalates an incident to the next in the chain.

    If more come after them, it is looked at again.
    """
    election, at = loaded.election, loaded.clock.at(now)
    incident = incidents.get_incident(election.id, watch.incident)
    if incident is None or incident.state != "new":
        return [escalations.ending_watch(watch)], ()
    groups = escalation(election, incident.region)
    stage = incident.stage + 1
    if stage > len(groups):
        return [escalations.ending_watch(watch)], ()
    incident.stage = stage
    incident.may_be_same_as = same_as(incident, incidents.incidents_at(election.id, incident.station))
    group, sender = groups[stage - 1], number_of(election.id)
    alerted = () if incident.digested else budget.within(incident, group)
    alerts = alerts_of(election, incident, alerted, muted, now, sender)
    entry = {"at": at.isoformat(timespec="seconds"), "step": "escalate", "state": "new", "who": "Baykoo"}
    keys = [*incident.alerts, *(alert.key for alert in alerts)]
    writes = [incidents.changing(incident, "new", entry, stage=stage, alerts=keys), escalations.ending_watch(watch)]
    writes += budget.writes(alerted)
    if stage < len(groups):
        due = at + escalates_after(election, incident.severity)
        writes.append(escalations.watching(election.id, incident.id, due))
    if len(alerted) < len(group):
        numbers = {incident.number}
        writes.append(escalations.adding_to_digest(election.id, incident.region, stage, numbers, at + BURST_WITHIN))
    return writes, alerts


def _digested(
    election: Election, digest: Digest, budget: AlertBudget, muted: frozenset[str], now: dt.datetime
) -> tuple[list[Write], tuple[Message, ...]]:
    """Return what sends a digest.

    It is one message of its incidents that still need somebody, the gravest first. Who has had as many by SMS as an
    hour allows gets it by email alone.
    """
    numbers = sorted(digest.numbers)
    collected = incidents_of_numbers(election.id, numbers[:MOST_READ])
    still_open = sorted((incident for incident in collected if incident.state in OPEN), key=_gravest_first)
    if not still_open:
        return [escalations.ending_digest(digest)], ()
    more = max(0, len(still_open) - MOST_LISTED) + max(0, len(numbers) - MOST_READ)
    digested = DigestEntries(digest.region, still_open[:MOST_LISTED], more)
    rows: list[Message] = []
    by_sms: list[int] = []
    for place in _digest_group(election, digest, still_open):
        key = keys.digest(election.id, digest.id, numbers[0], place)
        made = _digest_to(election, election.coordinators[place], key, digested, muted, now)
        has_room = budget.has_digest(place)
        by_sms += [place for row in made if row.channel == keys.SMS and has_room]
        rows += [row for row in made if row.channel != keys.SMS or has_room]
    return [escalations.ending_digest(digest), *budget.counting_digest(by_sms)], tuple(rows)


def _gravest_first(incident: Incident) -> tuple[int, int]:
    return -SEVERITIES.index(incident.severity), incident.number


def _digest_group(election: Election, digest: Digest, incidents: Iterable[Incident]) -> Group:
    """Return who gets a digest.

    They are those who would be told of its gravest incident at once, or at its stage of escalation.
    """
    if digest.stage == 0:
        gravest: Severity = "critical" if any(incident.severity == "critical" for incident in incidents) else "low"
        return told_at_once(election, digest.region, gravest)
    groups = escalation(election, digest.region)
    return groups[min(digest.stage, len(groups)) - 1] if groups else ()


def _digest_to(
    election: Election,
    coordinator: Coordinator,
    key: str,
    digested: DigestEntries,
    muted: Iterable[str],
    now: dt.datetime,
) -> list[Message]:
    region, listed, language = digested.region, digested.incidents, coordinator.language
    lines = {incident.number: _line(election, language, incident) for incident in listed}
    numbers = [incident.number for incident in listed if coordinator.wants_sms(incident.severity)]
    is_silent = coordinator.phone in set(muted) and all(incident.severity != "critical" for incident in listed)
    text, email = None, None
    if numbers and coordinator.phone and not is_silent:
        text = digest_sms(election, language, region, {number: lines[number] for number in numbers}, digested.more)
    if "email" in coordinator.alerts:
        email = outbox.Email(*digest_email(election, language, region, list(lines.values()), digested.more))
    origin = outbox.Origin(election.id, f"digest#{region}", now, "alert")
    return outbox.to_coordinator(coordinator, key, origin, sms=text, email=email)


def _line(election: Election, language: str, incident: Incident) -> str:
    category = describe(election, incident, language)
    return incident_line(election, language, incident.number, incident.severity, incident.station, category)
