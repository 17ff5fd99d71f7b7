"""An election in memory on which a path is played, undisturbed and with a fault at one of its calls, and compared."""

import datetime as dt
import importlib
import json
import logging
import pathlib
import pkgutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from api_client import Api, ApiAnswer
from aws_faults import Killed
from carrier_apis import Vendors
from fault_cloud import Cloud
from fault_rows import counts, neutral, without_chance
from pipeline import small_election

import chalicelib.entrypoints
import chalicelib.services
from app import app
from chalicelib.entrypoints.chase import chase
from chalicelib.entrypoints.deliver import deliver
from chalicelib.entrypoints.job import job
from chalicelib.entrypoints.process import process
from chalicelib.entrypoints.sweep import sweep
from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.election import Election
from chalicelib.rehearsal.senders.generic import GenericSender
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.services.access.operators import add_operator
from chalicelib.services.elections import loading
from chalicelib.store.messages import Message
from chalicelib.store.ttl_cache import TtlCache

SECRET = "generic-secret"
NUMBER = "+996312000000"
WEBHOOKS = "https://example.org/webhooks/"
DAY = dt.date(2090, 10, 15)
BETWEEN_SWEEPS = dt.timedelta(minutes=2, seconds=10)
"""Longer than a worker's claim on a message that it sends; two are longer than a job's function may say nothing, and
shorter than an incident waits until it is escalated."""
ENVIRON = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "BAYKOO_TABLE_PREFIX": "faults-",
    "BAYKOO_PARAMETERS": "/faults",
    "BAYKOO_EMAIL_FROM": "baykoo@example.org",
    "BAYKOO_BUCKET": "files",
    "BAYKOO_JOB": "job",
    "BAYKOO_PROCESS": "process",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "POWERTOOLS_SERVICE_NAME": "faults",
    "POWERTOOLS_METRICS_NAMESPACE": "Baykoo",
}
_PRODUCT = tuple(f"chalicelib.{room}." for room in ("entrypoints", "services", "store", "providers"))


Function = Callable[[Any, Any], object]


@dataclass(frozen=True)
class Path:
    """`prepare` is done once; `act` is what is disturbed. `repeats`: whoever asked and got no answer asks again.
    `progress`: a field of the answer that tells how far the schedules' work is. `schedules`: what comes by the clock,
    in so many `rounds` with so much time `between`."""

    act: Callable[["Stage"], ApiAnswer | None]
    prepare: Callable[["Stage"], None] = lambda stage: None
    repeats: bool = True
    progress: str = ""
    schedules: tuple[Function, ...] = (sweep, chase)
    between: dt.timedelta = BETWEEN_SWEEPS
    rounds: int = 2


@dataclass
class Stage:
    """`now`: the instant that every function reads; `memo`: what a path's preparation leaves for its act."""

    cloud: Cloud
    election: Election
    now: dt.datetime
    token: str = ""
    memo: dict[str, Any] = field(default_factory=dict)
    carriers: Vendors = field(default_factory=Vendors)

    @property
    def api(self) -> Api:
        return Api(self.token)

    def configure(self, provider: str, settings: object) -> None:
        self.cloud.parameters[f"{ENVIRON['BAYKOO_PARAMETERS']}/providers/{provider}"] = json.dumps(settings)

    def phone(self, place: int = 0) -> str:
        return self.election.observers[place].phones[0]

    def key(self, name: str) -> str:
        return f"generic#{name}"

    def webhook(self, name: str, text: str, sender: str | None = None) -> ApiAnswer:
        """Have the provider deliver an SMS."""
        sms = Sms(name, sender or self.phone(), NUMBER, text, self.now - dt.timedelta(seconds=5))
        return self.hand_in("generic", GenericSender(SECRET).sign(sms, f"{WEBHOOKS}generic", self.now))

    def hand_in(self, provider: str, signed: SignedRequest) -> ApiAnswer:
        """Have a provider call its webhook."""
        event = _event("/webhooks/{provider}", {"provider": provider}, signed.headers, signed.body)
        answer = app(event, None)
        return ApiAnswer(answer["statusCode"], answer["headers"], answer["body"])

    def stream(self, key: str) -> ApiAnswer:
        """Bring a row to its function, as the table's stream does; a failure is as of a request."""
        row = self.cloud.database.tables["messages"][(key,)]
        record = {"dynamodb": {"SequenceNumber": "1", "NewImage": row}, "eventSource": "aws:dynamodb"}
        done = (process if row["direction"] == {"S": "in"} else deliver)({"Records": [record]}, None)
        return ApiAnswer(500 if done["batchItemFailures"] else 200, {}, "")

    def say(self, name: str, text: str, sender: str | None = None) -> Message:
        """Have an SMS stored and processed."""
        assert self.webhook(name, text, sender).status == 200
        self.stream(self.key(name))
        return Message.get(self.key(name))

    def run_jobs(self) -> None:
        """Run what was called without waiting for it; Lambda calls once more what fails."""
        invoked, self.cloud.outside.invoked = self.cloud.outside.invoked, []
        for function, payload in invoked:
            try:
                (job if function == "job" else process)(json.loads(payload), None)
            except (Exception, Killed):  # noqa: BLE001 - as Lambda does, whatever it is
                if (function, payload) not in self.cloud.outside.called_again:
                    self.cloud.outside.called_again.append((function, payload))
                    self.cloud.outside.invoked.append((function, payload))

    def new_process(self) -> None:
        """Whatever ran has ended: the next remembers nothing."""
        self.cloud.new_process()
        for kept in _caches():
            kept.clear()

    def recover(self, path: Path) -> None:
        """Let the schedules come by, twice where the path says nothing else."""
        for _ in range(path.rounds):
            self.now += path.between
            self.new_process()
            self._look_at_jobs()
            self.run_jobs()
            for function in path.schedules:
                self.new_process()
                function(None, None)

    def _look_at_jobs(self) -> None:
        """Show every job that was asked for, as the page does until it is done."""
        for scope, identity in list(self.cloud.database.tables["work"]):
            election, _, kind = scope.partition("#")
            if kind in ("exports", "imports"):
                route = "/{export}" if kind == "exports" else "/{job}"
                path = {"election_id": election, "export" if kind == "exports" else "job": identity}
                self.api.get(f"/v1/elections/{{election_id}}/{kind}{route}", **path)

    def end_state(self) -> list[str]:
        """Every row and file, a line each, without stamps, chance and tries."""
        tables = {
            name: rows for name, rows in self.cloud.database.tables.items() if name != "ledger"
        }  # salts are chance
        rows = [neutral(table, row) for table, rows in tables.items() for place, row in rows.items() if counts(place)]
        files = (name for name in self.cloud.outside.files if name.startswith("exports/"))  # others end by themselves
        return sorted([*rows, *(f"file {without_chance(name)}" for name in files)])

    def told(self) -> Counter[tuple[str, str]]:
        """How often whom what was sent."""
        texts_carried = [(carrier.vendor, carrier.text) for carrier in self.carriers.asked if carrier.taken]
        return Counter((who, without_chance(text)) for who, text in (*self.cloud.outside.told, *texts_carried))


def staged(monkeypatch: pytest.MonkeyPatch, size: int = 2, **changes: object) -> Stage:
    """Make a stage, and have everything in this process play on it."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    cloud = Cloud({"/faults/providers/generic": json.dumps({"secrets": [SECRET]})})
    cloud.install(monkeypatch)
    election = small_election(0, DAY, size, **changes)
    nine = dt.datetime.combine(DAY, dt.time(9), election.zone).astimezone(dt.UTC)
    stage = Stage(cloud, election, nine)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    # Not by `disable`: a logger remembers that it was silent, and says nothing to tests after this one.
    monkeypatch.setattr(logging.Logger, "isEnabledFor", lambda logger, level: False)
    for module in _modules():
        if "ThreadPoolExecutor" in vars(module):
            monkeypatch.setattr(module, "ThreadPoolExecutor", OneAfterAnother)
        if _asks_the_time(module):
            monkeypatch.setattr(module, "dt", _clocked(stage))
    stage.new_process()
    loading.load(election, REAL_TIME)
    loading.route(NUMBER, election.id)
    stage.token = add_operator("Aida", "administrator", election.id, (), stage.now, dt.timedelta(days=9))
    return stage


class OneAfterAnother(ThreadPoolExecutor):
    """Works one after another, so that a process's calls have one order."""

    def map(self, act: Callable[..., Any], *things: Iterable[Any], **named: Any) -> Iterator[Any]:  # type: ignore[override]
        return iter([act(*some) for some in zip(*things, strict=False)])


def _clocked(stage: Stage) -> SimpleNamespace:
    """The module `datetime`, whose present is the stage's."""

    class Clocked(dt.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> dt.datetime:  # type: ignore[override]
            return stage.now

    return SimpleNamespace(**vars(dt) | {"datetime": Clocked})


@cache
def _modules() -> list[ModuleType]:
    """Every module of the product that a function may load."""
    _load_all()
    return [module for name, module in list(sys.modules.items()) if name.startswith(_PRODUCT)]


@cache
def _load_all() -> None:
    for room in (chalicelib.entrypoints, chalicelib.services):
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(found.name)


@cache
def _asks_the_time(module: ModuleType) -> bool:
    return "datetime.now(" in pathlib.Path(str(module.__file__)).read_text(encoding="utf-8")


@cache
def _caches() -> tuple[Any, ...]:
    """What a process keeps in mind: caches, and dicts that modules fill."""
    return tuple(
        value
        for module in _modules()
        for name, value in vars(module).items()
        if isinstance(value, TtlCache) or (isinstance(value, dict) and name[0] == "_" and name[1:2].islower())
    )


def _event(route: str, path: dict[str, str], headers: Any, body: bytes) -> dict[str, Any]:
    return {
        "requestContext": {"resourcePath": route, "httpMethod": "POST", "path": route.format(**path)},
        "headers": {**headers, "host": "example.org"},
        "multiValueQueryStringParameters": None,
        "pathParameters": path,
        "stageVariables": None,
        "body": body.decode(),
        "isBase64Encoded": False,
    }
