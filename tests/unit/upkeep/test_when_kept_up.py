"""How long an election is kept up: a day after it, and an hour of everybody's time after a day that ran fast."""

import datetime as dt
from types import SimpleNamespace

import pytest

from chalicelib.cli.files import load_election_file
from chalicelib.observation.elections.clock import Clock
from chalicelib.services import isolation
from chalicelib.services.upkeep import upkeep
from chalicelib.store import elections
from chalicelib.store.elections import LoadedElection
from infra.environments import ROOT

MORNING = dt.datetime.fromisoformat("2017-10-15T06:00:00+06:00")
BEGUN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("factor", "after", "kept"),
    [
        (1, dt.timedelta(), 1),
        (1, DAY, 1),
        (1, 3 * DAY, 0),
        (1, -3 * DAY, 0),
        (288, dt.timedelta(minutes=20), 1),
        (288, HOUR, 1),
        (288, 2 * HOUR, 0),
    ],
)
def test_it_is_kept_up_while_people_work_on_it(
    monkeypatch: pytest.MonkeyPatch, factor: float, after: dt.timedelta, kept: int
) -> None:
    sample = load_election_file(ROOT / "infra" / "sample" / "election.yaml")
    loaded = LoadedElection(sample, Clock(MORNING, BEGUN, factor), 1, sample)
    monkeypatch.setattr(elections, "list_elections", lambda: ["kg-2017"])
    monkeypatch.setattr(elections, "current", lambda election_id: loaded)
    monkeypatch.setattr(upkeep, "keep_up", lambda *arguments: None)
    assert upkeep.keep_up_due(BEGUN + after) == kept


def test_where_there_is_time_for_one_alone_each_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = load_election_file(ROOT / "infra" / "sample" / "election.yaml")
    loaded = LoadedElection(sample, Clock(MORNING, BEGUN), 1, sample)
    begun: list[str] = []
    monkeypatch.setattr(elections, "list_elections", lambda: ["a", "b", "c"])

    def current(election_id: str) -> LoadedElection:
        begun.append(election_id)
        clock.seconds += 1
        return loaded

    clock = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(isolation.time, "monotonic", lambda: clock.seconds)
    monkeypatch.setattr(elections, "current", current)
    monkeypatch.setattr(upkeep, "keep_up", lambda *arguments: None)
    for minute in range(3):
        assert upkeep.keep_up_due(BEGUN + dt.timedelta(minutes=minute), until=clock.seconds + 1) == 1
    assert sorted(begun) == ["a", "b", "c"]
