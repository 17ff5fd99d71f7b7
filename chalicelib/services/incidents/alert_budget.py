"""A coordinator's budget of alerts per hour: who is told at once, and who in the next digest."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Self

from chalicelib.observation.elections.election import Election
from chalicelib.observation.incidents.budget import may_alert
from chalicelib.observation.incidents.lifecycle import Group
from chalicelib.store.budgets import spending, spent
from chalicelib.store.incidents import Incident
from chalicelib.store.writes import Write

SUBJECT = "alerts"


class AlertBudget:
    """What every coordinator of an election has been alerted of in an hour, and what a transaction adds."""

    def __init__(self, election: Election, at: dt.datetime, before: Counter[str]) -> None:
        self._election, self._at, self._alerts = election, at, before

    @classmethod
    def read(cls, election: Election, at: dt.datetime) -> Self:
        """Read the budget of the hour of an instant of the election's clock. Raises StoreUnavailable."""
        return cls(election, at, Counter(spent(election.id, SUBJECT, at)))

    def within(self, incident: Incident, group: Iterable[int]) -> Group:
        """Those of a group who are alerted of an incident at once; they are counted as told."""
        severity = incident.severity
        told = tuple(place for place in group if may_alert(severity, self._alerts[self._name(place)]))
        self._alerts.update(map(self._name, told))
        return told

    def writes(self, told: Iterable[int]) -> tuple[Write, ...]:
        """What counts that some coordinators were alerted, once for each time they are named."""
        amounts = Counter(map(self._name, told))
        return (spending(self._election.id, SUBJECT, self._at, amounts),) if amounts else ()

    def _name(self, place: int) -> str:
        return f"to.{self._election.coordinators[place].id}"
