"""Choose which of an SMS's incidents open.

The others are held by the budgets of the hour.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.values import SEVERITIES
from chalicelib.observation.incidents.budget import MOST_PER_PHONE_AND_HOUR, OpenedThisHour, select
from chalicelib.store.budgets import spending, spent
from chalicelib.store.incidents import Incident
from chalicelib.store.writes import Write

HOUR = dt.timedelta(hours=1)


def distinct(incidents: Iterable[Incident]) -> list[Incident]:
    """Leave out an SMS's incidents that repeat one before."""
    by_content: dict[tuple[object, ...], Incident] = {}
    for incident in incidents:
        by_content.setdefault(
            (incident.station, incident.kind, incident.text, incident.report, incident.observer), incident
        )
    return list(by_content.values())


def within_budget(
    election: Election,
    incidents: Sequence[Incident],
    incidents_by_station: Mapping[str, Sequence[Incident]],
    phone: str,
    at: dt.datetime,
) -> tuple[list[Incident], list[Incident], tuple[Write, ...]]:
    """Divide incidents into those that open and those held.

    The budgets of the hour decide; what counts both comes with them.
    """
    subject = f"phone#{phone}"
    before = spent(election.id, subject, at)
    recent = {
        station: sum(at - incident.opened_at < HOUR for incident in others)
        for station, others in incidents_by_station.items()
    }
    more = frozenset(severity for severity in SEVERITIES if before.get(f"more.{severity}"))
    places = [(str(incident.station), incident.severity) for incident in incidents]
    selected = select(places, OpenedThisHour(before.get("opened", 0), recent, more))
    opened = [incidents[place] for place in selected.opened]
    amounts = {"opened": len(selected.opened)}
    if selected.bearer is not None:
        bearer = incidents[selected.bearer]
        bearer.more = len(selected.held)
        opened.append(bearer)
        amounts[f"more.{bearer.severity}"] = 1
    # A flood of which nothing opens writes nothing here: its SMS would contend for the phone's row.
    counted = {name: amount for name, amount in amounts.items() if amount}
    most = {"opened": MOST_PER_PHONE_AND_HOUR} | dict.fromkeys(counted.keys() - {"opened"}, 1)
    writes = (spending(election.id, subject, at, counted, most),) if counted else ()
    return opened, [incidents[place] for place in selected.held], writes
