"""Budgets per hour: incidents opened, and alerts sent.

How many incidents one SMS, one phone and one station open in an hour, and how many alerts a coordinator gets. Beyond a
bound nothing is lost: what is held stays readable with its SMS, and one incident tells how many more there are; an
alert that is over a coordinator's budget comes in the next digest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.observation.elections.values import SEVERITIES, Severity

MOST_PER_SMS = 5
MOST_PER_PHONE_AND_HOUR = 10
MOST_PER_STATION_AND_HOUR = 20
ALERTS_PER_COORDINATOR_AND_HOUR = 30
CRITICAL_RESERVE = 30
"""So many more alerts an hour reach a coordinator where the incident is critical: others cannot use them up."""
DIGESTS_PER_COORDINATOR_AND_HOUR = 24
"""So many digests an hour come by SMS; those beyond by email alone."""
MOST_SAME = 10
"""Numbers of other incidents that one names as perhaps the same."""


@dataclass(frozen=True, slots=True)
class OpenedThisHour:
    """What was opened this hour, by phone, station and severity.

    It is counted by the phone and at each station, with the severities one told of `more`.
    """

    by_phone: int
    at_station: Mapping[str, int]
    told_of_more: frozenset[Severity]


@dataclass(frozen=True, slots=True)
class Selection:
    """Places of the incidents that open, and of those held.

    `bearer` opens too, and tells of the held ones.
    """

    opened: tuple[int, ...]
    held: tuple[int, ...] = ()
    bearer: int | None = None


def select(incidents: Sequence[tuple[str, Severity]], before: OpenedThisHour) -> Selection:
    """Select which of an SMS's incidents open.

    Each is a station and a severity: the gravest first, as far as the budgets go. Of those beyond, the gravest opens
    too where no incident of its severity has told of more in this hour.
    """
    gravest_first = sorted(range(len(incidents)), key=lambda place: -SEVERITIES.index(incidents[place][1]))
    left = min(MOST_PER_SMS, MOST_PER_PHONE_AND_HOUR - before.by_phone)
    at_station = dict(before.at_station)
    opened: list[int] = []
    held: list[int] = []
    for place in gravest_first:
        station = incidents[place][0]
        fits = len(opened) < left and at_station.get(station, 0) < MOST_PER_STATION_AND_HOUR
        (opened if fits else held).append(place)
        at_station[station] = at_station.get(station, 0) + fits
    bearer = held[0] if held and incidents[held[0]][1] not in before.told_of_more else None
    return Selection(tuple(sorted(opened)), tuple(sorted(set(held) - {bearer})), bearer)


def most_alerts(severity: Severity) -> int:
    """Return how many immediate alerts per hour a coordinator may get.

    One more of a severity is to come. What is over it comes in the next digest.
    """
    return ALERTS_PER_COORDINATOR_AND_HOUR + (CRITICAL_RESERVE if severity == "critical" else 0)
