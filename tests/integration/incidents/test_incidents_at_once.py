"""Incidents of one moment: nobody waits for another region's, and what a decision rests on still holds."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from pipeline import Load, Pipeline, stored

from chalicelib.observation.incidents.budget import (
    ALERTS_PER_COORDINATOR_AND_HOUR,
    CRITICAL_RESERVE,
    MOST_PER_PHONE_AND_HOUR,
)
from chalicelib.services.incidents.alert_budget import AlertBudget
from chalicelib.services.processing import process as processing
from chalicelib.services.processing.process import process
from chalicelib.store.budgets import spending
from chalicelib.store.incident_numbers import IncidentNumber, NumberCounter, numbers_given, reserve_numbers
from chalicelib.store.incidents import incidents_of
from chalicelib.store.messages import Message
from chalicelib.store.outcome import BudgetChanged, IncidentChanged, Outcome, write

AT_ONCE = 12


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """What refused an outcome, since another message had changed what it rests on."""
    faults: list[Exception] = []
    commit = processing.commit

    def noting(outcome: Outcome) -> None:
        try:
            commit(outcome)
        except (IncidentChanged, BudgetChanged) as fault:
            faults.append(fault)
            raise

    monkeypatch.setattr(processing, "commit", noting)
    return faults


def at_once(day: Pipeline, messages: list[Message]) -> None:
    with ThreadPoolExecutor(len(messages)) as workers:
        list(workers.map(lambda message: process(message, day.now), messages))
    assert {stored(message.key).state for message in messages} == {"accepted"}


def test_a1_incidents_of_other_stations_and_phones_never_wait_for_each_other(
    load: Load, refused: list[Exception]
) -> None:
    day = load()
    messages = [day.send(day.observers(place)[0].phones[0], f"IN 3 they beat us {place}") for place in range(AT_ONCE)]
    at_once(day, messages)
    assert refused == []
    assert sorted(incident.number for incident in incidents_of(day.election.id)) == list(range(1, AT_ONCE + 1))
    assert day.differences() == ()


def test_two_observers_of_a_station_at_once_are_offered_as_one(load: Load) -> None:
    day = load()
    first, second = day.observers(0)[:2]
    at_once(day, [day.send(observer.phones[0], "IN 3 they beat us") for observer in (first, second)])
    stored_incident, two = sorted(incidents_of(day.election.id), key=lambda incident: len(incident.may_be_same_as))
    assert (stored_incident.may_be_same_as, two.may_be_same_as) == ([], [stored_incident.number])


def test_a1_a_phone_s_budget_holds_whatever_is_processed_at_once(load: Load) -> None:
    day = load()
    texts = ["\n".join(f"IN 3 flood {sms} {line}" for line in range(10)) for sms in range(AT_ONCE)]
    at_once(day, [day.send(day.phone(), text) for text in texts])
    assert len(list(incidents_of(day.election.id))) == MOST_PER_PHONE_AND_HOUR + 1
    assert day.differences() == ()


def test_a1c_a_coordinator_s_budget_holds_whatever_is_queued_at_once(load: Load) -> None:
    day = load()
    day.say(day.phone(), "IN 3 they beat us")
    [incident] = incidents_of(day.election.id)
    at = day.current.clock.at(day.now)
    budgets = [AlertBudget.read(day.election, at) for _ in range(2)]
    left = ALERTS_PER_COORDINATOR_AND_HOUR + CRITICAL_RESERVE - 1
    name = f"to.{day.election.coordinators[0].id}"
    write([spending(day.election.id, "alerts", at, {name: left - len([incident])}, {})])
    for budget in budgets:
        assert budget.within(incident, (0,)) == (0,)
    write(budgets[0].writes((0,)))
    with pytest.raises(BudgetChanged):
        write(budgets[1].writes((0,)))


def test_numbers_go_on_from_those_of_a_version_without_a_counter(load: Load) -> None:
    day = load()
    day.say(day.phone(), "IN 3 they beat us")
    [given] = numbers_given(day.election.id)
    values = given.attribute_values | {"id": "000041"}
    IncidentNumber(**values).save()
    day.say(day.phone(3), "IN 3 they beat us")
    assert [row.number for row in numbers_given(day.election.id)] == [42, 41, 1]
    NumberCounter(f"{day.election.id}#counters", "incidents").delete()
    assert reserve_numbers(day.election.id, 3, 42) == [43, 44, 45]
    assert reserve_numbers(day.election.id, 1, 42) == [46]
