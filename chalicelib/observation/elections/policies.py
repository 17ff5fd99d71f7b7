"""How an election reminds, escalates and draws its quick count's sample."""

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from chalicelib.observation.elections.moments import Duration, Moment, MomentField
from chalicelib.observation.elections.values import ElectionValue, Severity


class QuickCount(ElectionValue):
    """How the sample was drawn: strata, and stations in each.

    `two_persons`: what one of headquarters proposes to release, another confirms.
    """

    strata: Literal["region", "district"] = "region"
    population: dict[str, int]
    two_persons: bool = False


class Night(ElectionValue):
    """Local hours in which nobody is reminded.

    Unless a round itself is due in them.
    """

    from_: MomentField = Field(default=Moment(day=0, hour=22, minute=0), alias="from")
    until: MomentField = Moment(day=0, hour=7, minute=0)

    @model_validator(mode="after")
    def _every_day(self) -> Self:
        if self.from_.day or self.until.day:
            raise ValueError("the night is the same every day: write HH:MM, without a day")
        return self


class Reminders(ElectionValue):
    """How observers are reminded of a missing report.

    They say how often, how long after one another, and at what hours not.
    """

    at_most: int = Field(default=2, ge=0, le=2)
    again_after: Duration = Field(default=dt.timedelta(minutes=30), ge=dt.timedelta(minutes=5))
    night: Night = Night()


class AcknowledgeWithin(ElectionValue):
    """How long coordinators have to take an incident, per severity."""

    low: Duration = dt.timedelta(hours=4)
    medium: Duration = dt.timedelta(hours=1)
    high: Duration = dt.timedelta(minutes=15)
    critical: Duration = dt.timedelta(minutes=5)

    def of(self, severity: Severity) -> dt.timedelta:
        """Return the time that a severity allows."""
        allowed: dt.timedelta = getattr(self, severity)
        return allowed


class Escalation(ElectionValue):
    """When the next coordinators hear of an incident nobody took."""

    acknowledge_within: AcknowledgeWithin = AcknowledgeWithin()
