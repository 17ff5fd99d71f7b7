"""Which of an SMS's incidents open, and which are held: bounds per SMS, phone, station and hour."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observation.elections.values import SEVERITIES, Severity
from chalicelib.observation.incidents.budget import (
    ALERTS_PER_COORDINATOR_AND_HOUR,
    CRITICAL_RESERVE,
    MOST_PER_PHONE_AND_HOUR,
    MOST_PER_SMS,
    MOST_PER_STATION_AND_HOUR,
    OpenedThisHour,
    most_alerts,
    select,
)

NOTHING = OpenedThisHour(0, {}, frozenset())
severities = st.sampled_from(get_args(Severity))
incidents = st.lists(st.tuples(st.sampled_from(["101", "102"]), severities), max_size=40)
before = st.builds(
    OpenedThisHour,
    st.integers(0, 2 * MOST_PER_PHONE_AND_HOUR),
    st.dictionaries(st.sampled_from(["101", "102"]), st.integers(0, 2 * MOST_PER_STATION_AND_HOUR)),
    st.frozensets(severities),
)


@given(incidents, before)
def test_every_incident_opens_or_is_held_and_somebody_is_told(
    found: list[tuple[str, Severity]], earlier: OpenedThisHour
) -> None:
    chosen = select(found, earlier)
    bearers = () if chosen.bearer is None else (chosen.bearer,)
    assert sorted((*chosen.opened, *bearers, *chosen.held)) == list(range(len(found)))
    assert len(chosen.opened) <= max(0, min(MOST_PER_SMS, MOST_PER_PHONE_AND_HOUR - earlier.by_phone))
    if chosen.held and chosen.bearer is None:
        gravest = max((found[place][1] for place in chosen.held), key=SEVERITIES.index)
        assert gravest in earlier.told_of_more, "an incident tells of those that are held"


def test_the_gravest_go_first() -> None:
    found: list[tuple[str, Severity]] = [("101", "low")] * MOST_PER_SMS + [("101", "critical")]
    chosen = select(found, NOTHING)
    assert MOST_PER_SMS in chosen.opened
    assert (chosen.bearer, chosen.held) == (MOST_PER_SMS - 1, ())


def test_a_station_s_budget_is_not_another_s() -> None:
    spent = OpenedThisHour(0, {"101": MOST_PER_STATION_AND_HOUR}, frozenset({"high"}))
    assert select([("101", "high"), ("102", "high")], spent).opened == (1,)


def test_others_cannot_use_up_the_reserve_of_the_gravest() -> None:
    assert most_alerts("high") == ALERTS_PER_COORDINATOR_AND_HOUR
    assert most_alerts("critical") == ALERTS_PER_COORDINATOR_AND_HOUR + CRITICAL_RESERVE
