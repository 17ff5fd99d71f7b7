"""Open incidents: each gets its own number, what may be the same is named, and its coordinators are told.

All of it is read only where a message opens an incident, and written in the message's own transaction: the next number
is guarded, so whatever opened an incident meanwhile is seen before another one is stored.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile
from typing import cast

from chalicelib.observation.elections.election import SEVERITIES, Election, Severity
from chalicelib.observation.incidents.lifecycle import (
    BURST_WITHIN,
    escalates_after,
    escalation,
    is_burst,
    may_be_same,
    told_at_once,
)
from chalicelib.services.incidents.alerts import OpenedIncident, alerts_of
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import (
    Incident,
    IncidentNumber,
    adding_to_digest,
    giving_number,
    incidents_at,
    muted_phones,
    numbers_given,
    watching,
)
from chalicelib.store.messages import Message
from chalicelib.store.outcome import MOST_WRITES, TooMuchAtOnce
from chalicelib.store.writes import Write


@dataclass(frozen=True, slots=True)
class OpeningPlan:
    """What is written to open a message's incidents."""

    opened: tuple[OpenedIncident, ...] = ()
    writes: tuple[Write, ...] = ()

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The incidents, numbered."""
        return tuple(one.incident for one in self.opened)

    @property
    def alerts(self) -> tuple[Message, ...]:
        """Everything that is to be sent at once."""
        return tuple(alert for one in self.opened for alert in one.alerts)


def open_incidents(
    loaded: LoadedElection,
    incidents: Sequence[Incident],
    sender: str | None,
    now: dt.datetime,
    *,
    merge_alerts: bool = False,
) -> OpeningPlan:
    """Number incidents and settle who is told of each. Reads nothing where there are none.

    Raises StoreUnavailable, and TooMuchAtOnce where the incidents alone, two rows each, fit no transaction.
    `sender`: the number that alerts come from. `merge_alerts`: the message has more alerts than can be stored with it.
    The gravest incident is told at once, the others by the next sweep, in a digest.
    """
    if not incidents:
        return OpeningPlan()
    if 2 * len(incidents) > MOST_WRITES:
        raise TooMuchAtOnce
    election, at = loaded.election, loaded.clock.at(now)
    given = numbers_given(election.id)
    newest = next(given, None)
    _number_and_link(election, incidents, newest.number if newest else 0, at)
    recent = list(takewhile(lambda row: abs(at - row.at) < BURST_WITHIN, chain([newest] if newest else [], given)))
    _decide_digests(incidents, recent, at)
    if merge_alerts:
        _digest_all_but_the_gravest(incidents)
    muted = muted_phones(election.id, at)
    opened = tuple(_announced(election, incident, muted, sender, now) for incident in incidents)
    return OpeningPlan(opened, tuple(_writes(election, incidents, at, at if merge_alerts else at + BURST_WITHIN)))


def _announced(
    election: Election, incident: Incident, muted: frozenset[str], sender: str | None, now: dt.datetime
) -> OpenedIncident:
    """A new incident with the alerts of those who are told at once, whose keys it keeps."""
    told = told_at_once(election, incident.region, cast(Severity, incident.severity))
    alerts = () if incident.digested else alerts_of(election, incident, told, muted, now, sender)
    incident.alerts = [alert.key for alert in alerts]
    return OpenedIncident(incident, alerts)


def _number_and_link(election: Election, incidents: Sequence[Incident], last: int, at: dt.datetime) -> None:
    known = {station: incidents_at(election.id, station) for station in {one.station for one in incidents}}
    for number, incident in enumerate(incidents, last + 1):
        incident.number = number
        others = known[incident.station]
        incident.may_be_same_as = [int(other.number) for other in others if _may_be_same(incident, other)]
        opened = {"at": at.isoformat(timespec="seconds"), "step": "open", "state": "new"}
        is_observer = incident.observer in election.observer_by_number
        incident.history = [opened | {"who": f"observer {incident.observer}" if is_observer else incident.observer}]
        others.append(incident)


def _may_be_same(one: Incident, other: Incident) -> bool:
    return may_be_same(one.kind, one.opened_at, other.kind, other.opened_at)


def _decide_digests(incidents: Sequence[Incident], recent: Sequence[IncidentNumber], at: dt.datetime) -> None:
    ordinary = [(row.region, row.at) for row in recent if row.severity != "critical"]
    for incident in incidents:
        earlier = [when for region, when in ordinary if region == incident.region]
        incident.digested = is_burst(cast(Severity, incident.severity), earlier, at)
        if incident.severity != "critical":
            ordinary.append((incident.region, at))


def _digest_all_but_the_gravest(incidents: Sequence[Incident]) -> None:
    gravest = max(incidents, key=lambda one: SEVERITIES.index(cast(Severity, one.severity)))
    for incident in incidents:
        incident.digested = incident is not gravest


def _writes(
    election: Election, incidents: Sequence[Incident], at: dt.datetime, digest_due: dt.datetime
) -> Iterator[Write]:
    digested: dict[str, set[int]] = {}
    for incident in incidents:
        yield giving_number(incident, int(incident.number), at)
        if escalation(election, incident.region):
            due = at + escalates_after(election, cast(Severity, incident.severity))
            yield watching(election.id, incident.id, due)
        if incident.digested:
            digested.setdefault(incident.region, set()).add(int(incident.number))
    for region, numbers in digested.items():
        yield adding_to_digest(election.id, region, 0, numbers, digest_due)
