"""A number to which observers text leads to another election by intent alone."""

import datetime as dt

import pytest
from pipeline import Load

from chalicelib.services.elections.numbers import NumberInUse, lead, require_free
from chalicelib.services.elections.retirement import retire
from chalicelib.store import routes

LONG_AFTER = dt.timedelta(days=30)


def test_the_number_of_an_election_under_way_is_taken_only_where_somebody_insists(load: Load) -> None:
    day, training = load(), load()
    with pytest.raises(NumberInUse, match=rf"{day.election.id}, which is under way"):
        lead(day.number, training.election.id, day.now)
    with pytest.raises(NumberInUse):
        require_free(day.number, training.election, day.now)
    assert day.say(day.phone(), "OP A1 B0730 C12 D1 E1668").state == "accepted"
    sentence = lead(day.number, training.election.id, day.now, although_under_way=True)
    assert sentence == f"{day.number} leads to {training.election.id}, and no longer to {day.election.id}."
    assert sorted(routes.numbers_of(training.election.id)) == sorted([day.number, training.number])


def test_a_number_is_given_again_to_its_own_election_and_after_the_day_to_any(load: Load) -> None:
    day, following = load(), load()
    assert lead(day.number, day.election.id, day.now) == f"{day.number} leads to {day.election.id}."
    assert lead(day.number, following.election.id, day.now + LONG_AFTER).endswith(f"to {day.election.id}.")


def test_the_number_of_a_retired_election_is_free(load: Load) -> None:
    day, following = load(), load()
    retire(day.election.id, day.now, although_under_way=True)
    require_free(day.number, following.election, day.now)
    assert lead(day.number, following.election.id, day.now) == f"{day.number} leads to {following.election.id}."
