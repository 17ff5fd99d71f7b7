"""A process that knows an election reads it anew after it was deleted and loaded again under its id."""

import datetime as dt

import pytest
from fake_dynamodb import FakeDynamoDB
from one_station import one_station

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.store import elections

DAY = dt.date(2017, 10, 15)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> FakeDynamoDB:
    database = FakeDynamoDB()
    database.install(monkeypatch)
    return database


def test_an_election_that_begins_its_versions_again_is_read_anew(database: FakeDynamoDB) -> None:
    assert elections.save(one_station("again"), REAL_TIME) == 1
    assert elections.existing("again").election.date == DAY
    database.tables["elections"].clear()
    elections.forget("again")
    assert elections.save(one_station("again", date=DAY + dt.timedelta(days=7)), REAL_TIME) == 1
    assert elections.existing("again").election.date == DAY + dt.timedelta(days=7)
