"""Open incidents: number them, link possible duplicates, alert coordinators.

All of it is read only where a message opens an incident, and written in the message's own transaction. What a decision
rests on is guarded per station, phone and coordinator, so that nobody waits for another region's incidents.
"""

import datetime as dt
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, takewhile

from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.values import SEVERITIES
from chalicelib.observation.incidents.budget import MOST_SAME
from chalicelib.observation.incidents.lifecycle import (
    BURST_WITHIN,
    Group,
    Kind,
    escalates_after,
    escalation,
    is_burst,
    may_be_same,
    told_at_once,
)
from chalicelib.observation.reports.resolve import REPEATED
from chalicelib.observation.sms.states import Reason
from chalicelib.services.incidents.alert_budget import AlertBudget
from chalicelib.services.incidents.alerts import OpenedIncident, alerts_of
from chalicelib.services.incidents.selection import distinct, within_budget
from chalicelib.store.elections import LoadedElection
from chalicelib.store.escalations import adding_to_digest, muted_phones, watching
from chalicelib.store.incident_numbers import IncidentNumber, giving_number, numbers_given, opening_at, reserve_numbers
from chalicelib.store.incidents import Incident, incidents_at
from chalicelib.store.messages import Message
from chalicelib.store.open_incidents import listed
from chalicelib.store.writes import Write


@dataclass(frozen=True, slots=True)
class OpeningPlan:
    """What is written to open a message's incidents.

    `left_out`: why some of them, by id, do not open: OVER_BUDGET or REPEATED in the same SMS.
    """

    opened: tuple[OpenedIncident, ...] = ()
    writes: tuple[Write, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The incidents, numbered."""
        return tuple(opened.incident for opened in self.opened)

    @property
    def alerts(self) -> tuple[Message, ...]:
        """Everything that is to be sent at once."""
        return tuple(alert for opened in self.opened for alert in opened.alerts)


@dataclass(frozen=True, slots=True)
class _IncidentWithAlerts:
    """An incident with its alerts.

    `recipients` get them at once, and where `over_budget` some others in the next digest.
    """

    incident: Incident
    alerts: tuple[Message, ...]
    recipients: Group
    over_budget: bool


def open_incidents(
    loaded: LoadedElection,
    incidents: Sequence[Incident],
    phone: str,
    sender: str | None,
    now: dt.datetime,
    *,
    reserved: list[int],
    merge_alerts: bool = False,
) -> OpeningPlan:
    """Give incidents their numbers and settle who is told of each.

    Reads nothing where there are none. What says the same as another, or is over the budgets of the hour, does not
    open. `phone`: whose SMS opens them, and whose budget they use. `sender`: the number that alerts come from.
    `merge_alerts`: the message has more alerts than can be stored with it. The gravest incident is told at once, the
    others by the next sweep, in a digest. `reserved`: numbers that an attempt before has reserved, which this one uses
    and adds to. Raises StoreUnavailable.
    """
    if not incidents:
        return OpeningPlan()
    election, at = loaded.election, loaded.clock.at(now)
    incidents_by_station = {
        station: incidents_at(election.id, station) for station in {incident.station for incident in incidents}
    }
    opened, held, spent_by_phone = within_budget(election, distinct(incidents), incidents_by_station, phone, at)
    left_out = _left_out(incidents, opened, held)
    if not opened:
        return OpeningPlan(left_out=left_out, writes=spent_by_phone)
    given = numbers_given(election.id)
    newest = next(given, None)
    if (lacking := len(opened) - len(reserved)) > 0:
        reserved += reserve_numbers(election.id, lacking, newest.number if newest else 0)
    _number_and_link(election, opened, reserved, incidents_by_station, at)
    recent = list(takewhile(lambda row: abs(at - row.at) < BURST_WITHIN, chain([newest] if newest else [], given)))
    _decide_digests(opened, recent, at)
    if merge_alerts:
        _digest_all_but_the_gravest(opened)
    announced, writes = _announce(loaded, opened, sender, now, at if merge_alerts else at + BURST_WITHIN)
    guards = _guards(election, opened, incidents_by_station)
    return OpeningPlan(announced, (*writes, *guards, *spent_by_phone), left_out)


def _left_out(incidents: Iterable[Incident], opened: Iterable[Incident], held: Sequence[Incident]) -> Mapping[str, str]:
    repeats = frozenset(incident.id for incident in incidents) - {incident.id for incident in (*opened, *held)}
    return dict.fromkeys(repeats, REPEATED) | {incident.id: Reason.OVER_BUDGET for incident in held}


def _announce(
    loaded: LoadedElection, opened: Sequence[Incident], sender: str | None, now: dt.datetime, digest_due: dt.datetime
) -> tuple[tuple[OpenedIncident, ...], tuple[Write, ...]]:
    """Return new incidents with their alerts, and what is written for both."""
    election, at = loaded.election, loaded.clock.at(now)
    budget, muted = AlertBudget.read(election, at), muted_phones(election.id, at)
    announced = [_announced(election, incident, budget, muted, sender, now) for incident in opened]
    in_digest = {incident.incident.id for incident in announced if incident.incident.digested or incident.over_budget}
    alerted = [place for incident in announced for place in incident.recipients]
    writes = (*_writes(election, opened, in_digest, at, digest_due), *budget.writes(alerted))
    return tuple(OpenedIncident(incident.incident, incident.alerts) for incident in announced), writes


def _announced(
    election: Election,
    incident: Incident,
    budget: AlertBudget,
    muted: frozenset[str],
    sender: str | None,
    now: dt.datetime,
) -> _IncidentWithAlerts:
    """Return a new incident with its immediate alerts, whose keys it keeps."""
    group = told_at_once(election, incident.region, incident.severity)
    alerted = () if incident.digested else budget.within(incident, group)
    alerts = alerts_of(election, incident, alerted, muted, now, sender)
    incident.alerts = [alert.key for alert in alerts]
    return _IncidentWithAlerts(
        incident, alerts, alerted, over_budget=not incident.digested and len(alerted) < len(group)
    )


def _number_and_link(
    election: Election,
    incidents: Sequence[Incident],
    numbers: Sequence[int],
    incidents_by_station: Mapping[str, Sequence[Incident]],
    at: dt.datetime,
) -> None:
    alike: dict[tuple[str, Kind], list[Incident]] = {}
    for other in chain.from_iterable(incidents_by_station.values()):
        alike.setdefault((other.station, other.kind), []).append(other)
    for number, incident in zip(numbers, incidents, strict=False):
        incident.number = number
        others = alike.setdefault((incident.station, incident.kind), [])
        incident.may_be_same_as = _nearest(incident, others)
        opened = {"at": at.isoformat(timespec="seconds"), "step": "open", "state": "new"}
        is_observer = incident.observer in election.observer_by_number
        incident.history = [opened | {"who": f"observer {incident.observer}" if is_observer else incident.observer}]
        others.append(incident)


def _nearest(incident: Incident, others: Iterable[Incident]) -> list[int]:
    """Return numbers of incidents that may be the same.

    Of its kind; of many the nearest in time.
    """
    same = [other for other in others if may_be_same(incident.kind, incident.opened_at, other.kind, other.opened_at)]
    same.sort(key=lambda other: (abs(incident.opened_at - other.opened_at), -other.number))
    return sorted(other.number for other in same[:MOST_SAME])


def _decide_digests(incidents: Sequence[Incident], recent: Sequence[IncidentNumber], at: dt.datetime) -> None:
    ordinary = [(row.region, row.at) for row in recent if row.severity != "critical"]
    for incident in incidents:
        earlier = [when for region, when in ordinary if region == incident.region]
        incident.digested = is_burst(incident.severity, earlier, at)
        if incident.severity != "critical":
            ordinary.append((incident.region, at))


def _digest_all_but_the_gravest(incidents: Sequence[Incident]) -> None:
    gravest = max(incidents, key=lambda incident: SEVERITIES.index(incident.severity))
    for incident in incidents:
        incident.digested = incident is not gravest


def _guards(
    election: Election, incidents: Sequence[Incident], incidents_by_station: Mapping[str, Sequence[Incident]]
) -> Iterator[Write]:
    for station, count in Counter(incident.station for incident in incidents).items():
        yield opening_at(election.id, station, len(incidents_by_station[station]), count)


def _writes(
    election: Election,
    incidents: Sequence[Incident],
    in_digest: Container[str],
    at: dt.datetime,
    digest_due: dt.datetime,
) -> Iterator[Write]:
    digested: dict[str, set[int]] = {}
    for incident in incidents:
        yield giving_number(incident, incident.number, at)
        yield listed(incident, incident.state)
        if escalation(election, incident.region):
            due = at + escalates_after(election, incident.severity)
            yield watching(election.id, incident.id, due)
        if incident.id in in_digest:
            digested.setdefault(incident.region, set()).add(incident.number)
    for region, numbers in digested.items():
        yield adding_to_digest(election.id, region, 0, numbers, digest_due)
