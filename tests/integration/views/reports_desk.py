"""An operator's API to one election's reports."""

import datetime as dt
from typing import Any

import pytest
from api_client import Api, ApiAnswer
from pipeline import Pipeline

from chalicelib.entrypoints.api import operation, reports
from chalicelib.observation.elections.accounts import Role
from chalicelib.services.access.operators import add_operator
from chalicelib.services.upkeep import snapshot
from chalicelib.services.upkeep.upkeep import keep_up
from chalicelib.store import elections

ELECTION = "/v1/elections/{election_id}"
STATION = f"{ELECTION}/stations/{{station}}"
REPORT = f"{STATION}/reports/{{form}}/{{round}}"
COUNT = "CL 1001 A2010 B1 C1201 D11 E600 F400 G190"
LASTING = dt.timedelta(days=40_000)


class Desk:
    """An operator's API to one election, and the count of its first station."""

    def __init__(self, pipeline: Pipeline, role: Role = "operator", regions: tuple[str, ...] = (), name: str = "Aida"):
        token = add_operator(name, role, pipeline.election.id, regions, dt.datetime.now(dt.UTC), LASTING)
        self.api, self.pipeline = Api(token), pipeline
        self.station = pipeline.election.stations[0].number

    def get(self, route: str, query: dict[str, str] | None = None, **path: str) -> ApiAnswer:
        return self.api.get(route, query, election_id=self.pipeline.election.id, **path)

    def page(self, station: str | None = None) -> dict[str, Any]:
        answer = self.get(STATION, station=station or self.station)
        assert answer.status == 200, answer
        return answer.json()

    def report(self, form: str = "CL") -> dict[str, Any]:
        return next(report for report in self.page()["reports"] if report["form"] == form)

    def decide(self, what: str, body: dict[str, Any], *, seen: int | None = None, key: str = "k") -> ApiAnswer:
        self.pipeline.now += dt.timedelta(seconds=1)
        version = str(self.report()["version"] if seen is None else seen)
        path = {"election_id": self.pipeline.election.id, "station": self.station, "form": "CL", "round": "-"}
        return self.api.post(f"{REPORT}/{what}", body, seen=version, key=key, **path)

    def doubts(self, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            answer = self.get(f"{ELECTION}/doubts", query | cursor)
            assert answer.status == 200, answer
            found += answer.json()["doubts"]
            if answer.json()["next"] is None:
                return found
            cursor = {"cursor": answer.json()["next"]}


def day_of_doubts(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The first station's observers disagree in D; the second's count is half, a third's does not add up."""
    for module in (operation, reports):
        monkeypatch.setattr(module, "now", lambda: pipeline.now)
    pipeline.now += dt.timedelta(hours=12)
    lead, other = pipeline.observers()
    pipeline.say(lead.phones[0], COUNT)
    pipeline.now += dt.timedelta(seconds=1)
    pipeline.say(other.phones[0], COUNT.replace("D11", "D21"))
    pipeline.say(pipeline.observers(1)[0].phones[0], "CL C1200")
    pipeline.say(pipeline.observers(2)[0].phones[0], "CL A2010 B1 C1201 D11 E600 F400 G90")
    pipeline.say(pipeline.observers(3)[0].phones[0], "OP A1 B0730 C12 D1 E1668")
    kept(pipeline)
    return pipeline


def kept(pipeline: Pipeline) -> None:
    """A minute passes: chase keeps what operators are shown."""
    snapshot._kept.clear()
    elections._recent.clear()
    assert keep_up(pipeline.current, pipeline.now).is_whole
