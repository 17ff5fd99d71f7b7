"""A process that knows an election reads it anew after it was deleted and loaded again under its id."""

import datetime as dt

import pytest
from fake_dynamodb import FakeDynamoDB

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.election import Election
from chalicelib.store import elections

DAY = dt.date(2017, 10, 15)


def election(**changed: object) -> Election:
    fields = {
        "id": "again",
        "name": {"en": "Election"},
        "date": DAY,
        "timezone": "Asia/Bishkek",
        "languages": ["en"],
        "station_pattern": r"\d{4}",
        "forms": [{"code": "OP", "questions": [{"code": "A", "type": "integer"}]}],
        "stations": [{"number": "1001", "region": "Osh"}],
        "observers": [],
        "coordinators": [],
    }
    return Election.model_validate(fields | changed)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> FakeDynamoDB:
    database = FakeDynamoDB()
    database.install(monkeypatch)
    return database


def test_an_election_that_begins_its_versions_again_is_read_anew(database: FakeDynamoDB) -> None:
    assert elections.save(election(), REAL_TIME) == 1
    assert elections.existing("again").election.date == DAY
    database.tables["elections"].clear()
    elections.forget("again")
    assert elections.save(election(date=DAY + dt.timedelta(days=7)), REAL_TIME) == 1
    assert elections.existing("again").election.date == DAY + dt.timedelta(days=7)
