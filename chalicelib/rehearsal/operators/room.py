"""The call centre of a rehearsal: observers answer, operators call."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from chalicelib.observation.elections.election import Election
from chalicelib.rehearsal.operators.call_centre import CallCentre, CallCentreResult
from chalicelib.rehearsal.simulation.phone_calls import spoken_answers
from chalicelib.services.access.operators import add_operator, revoke_operator
from chalicelib.services.elections.audit import audit
from chalicelib.store.rehearsals import keep_simulated

VALID_FOR: Final = dt.timedelta(hours=6)


@dataclass(slots=True)
class Room:
    """A rehearsal's call centre at the API's `base`.

    `answers_calls`: simulated observers can be rung, by trainees on the page too. `operators`: how many are simulated,
    each of whom needs `pause_seconds` to think about a task.
    """

    base: str
    operators: int
    answers_calls: bool
    seed: int
    pause_seconds: float
    _centre: CallCentre | None = field(default=None, init=False)
    _election: str = field(default="", init=False)

    def prepare(self, election: Election) -> None:
        """Keep what observers say on the phone; raises StoreUnavailable."""
        self._election = election.id
        if self.answers_calls or self.operators:
            keep_simulated(election.id, spoken_answers(election, self.seed), dt.datetime.now(dt.UTC))

    def begin(self, election: Election) -> None:
        """Let the operators begin; raises StoreUnavailable."""
        if self.operators:
            tokens = [
                add_operator(name, "operator", election.id, (), dt.datetime.now(dt.UTC), VALID_FOR)
                for name in self._names()
            ]
            self._centre = CallCentre(self.base, election.id, tokens, self.pause_seconds)
            self._centre.begin()

    def finish(self) -> CallCentreResult | None:
        """Wait until the queues stay empty; None without operators.

        Raises StoreUnavailable.
        """
        if self._centre is None:
            return None
        worked_off = self._centre.finish(lambda: audit(self._election).differences)
        for name in self._names():
            revoke_operator(name, self._election, dt.datetime.now(dt.UTC))
        return worked_off

    def _names(self) -> list[str]:
        return [f"Simulated {number}" for number in range(1, self.operators + 1)]
