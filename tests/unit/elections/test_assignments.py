"""Phones of which a person has said whose they are."""

import pytest
from sample_election import sample

from chalicelib.observation.elections.assignments import Assignment, assignment_from, nobodys_phones, with_assigned
from chalicelib.observation.elections.election import Election

PHONE = "+996555000111"


@pytest.fixture(scope="module")
def election() -> Election:
    return sample()


def assigned(kind: str, whose: str | None = None) -> Assignment:
    return Assignment(kind, whose, "Aida (operator)", "2017-10-15T10:00:00+06:00")  # type: ignore[arg-type]


def test_an_observer_is_known_by_an_assigned_phone_and_keeps_the_first(election: Election) -> None:
    observer = election.observers[5]
    before = dict(election.observers_by_phone)
    after = with_assigned(election, {PHONE: assigned("observer", observer.number)})
    assert [observer.number for observer in after.observers_by_phone[PHONE]] == [observer.number]
    assert after.observers[5].phones == (*observer.phones, PHONE)
    assert PHONE not in election.observers_by_phone
    assert dict(election.observers_by_phone) == before


def test_a_coordinator_is_obeyed_from_an_assigned_phone_and_told_nothing_on_it(election: Election) -> None:
    coordinator = election.coordinators[0]
    after = with_assigned(election, {PHONE: assigned("coordinator", coordinator.name)})
    (added,) = after.coordinators_by_phone[PHONE]
    assert (added.name, added.regions, added.alerts, added.email) == (coordinator.name, coordinator.regions, (), None)
    assert after.coordinators[: len(election.coordinators)] == election.coordinators


@pytest.mark.parametrize(
    "assignment", [assigned("observer", "no such"), assigned("coordinator", "no such"), assigned("undone")]
)
def test_an_assignment_to_nobody_of_the_roster_changes_nothing(election: Election, assignment: Assignment) -> None:
    after = with_assigned(election, {PHONE: assignment})
    assert (after.observers, after.coordinators) == (election.observers, election.coordinators)


def test_the_roster_goes_before(election: Election) -> None:
    phone = election.observers[0].phones[0]
    other = assigned("observer", election.observers[9].number)
    assert with_assigned(election, {phone: other}) is election
    assert nobodys_phones(election, {phone: assigned("nobody"), PHONE: assigned("nobody")}) == {PHONE}


@pytest.mark.parametrize("kind", ["observer", "coordinator", "nobody", "undone"])
def test_an_assignment_is_read_as_it_was_stored(kind: str) -> None:
    stored_assigned = assigned(kind, "0001" if kind in ("observer", "coordinator") else None)
    assert assignment_from(stored_assigned.document()) == stored_assigned
