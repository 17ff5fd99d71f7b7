"""A coordinator's alerts per hour: told at once, or in a digest."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Self

from chalicelib.observation.elections.election import Election
from chalicelib.observation.incidents.budget import DIGESTS_PER_COORDINATOR_AND_HOUR, most_alerts
from chalicelib.observation.incidents.lifecycle import Group
from chalicelib.store.budgets import spending, spent
from chalicelib.store.incidents import Incident
from chalicelib.store.writes import Write

SUBJECT = "alerts"


class AlertBudget:
    """Alerts of coordinators in an hour, and what a transaction adds."""

    def __init__(self, election: Election, at: dt.datetime, before: Counter[str]) -> None:
        self._election, self._at, self._alerts = election, at, before
        self._most: dict[str, int] = {}

    @classmethod
    def read(cls, election: Election, at: dt.datetime) -> Self:
        """Read the budget of the hour of an election's instant.

        Raises StoreUnavailable.
        """
        return cls(election, at, Counter(spent(election.id, SUBJECT, at)))

    def within(self, incident: Incident, group: Iterable[int]) -> Group:
        """Return those of a group who are alerted at once.

        They are counted as told.
        """
        severity = incident.severity
        places = tuple(place for place in group if self._alerts[self._name(place)] < most_alerts(severity))
        self._alerts.update(map(self._name, places))
        for place in places:
            name = self._name(place)
            self._most[name] = max(most_alerts(severity), self._most.get(name, 0))
        return places

    def writes(self, places: Iterable[int]) -> tuple[Write, ...]:
        """Return what counts that some coordinators were alerted.

        Once for each time they are named.
        """
        amounts = Counter(map(self._name, places))
        return (spending(self._election.id, SUBJECT, self._at, amounts, self._most),) if amounts else ()

    def has_digest(self, place: int) -> bool:
        """Tell whether a coordinator gets one more digest by SMS."""
        return self._alerts[self._digests(place)] < DIGESTS_PER_COORDINATOR_AND_HOUR

    def counting_digest(self, places: Iterable[int]) -> tuple[Write, ...]:
        """Return what counts a digest by SMS to some coordinators.

        They are counted as told.
        """
        amounts = Counter(map(self._digests, places))
        self._alerts.update(amounts)
        most = dict.fromkeys(amounts, DIGESTS_PER_COORDINATOR_AND_HOUR)
        return (spending(self._election.id, SUBJECT, self._at, amounts, most),) if amounts else ()

    def _digests(self, place: int) -> str:
        return f"digests.{self._election.coordinators[place].id}"

    def _name(self, place: int) -> str:
        return f"to.{self._election.coordinators[place].id}"
