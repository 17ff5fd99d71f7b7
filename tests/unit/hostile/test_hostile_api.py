"""Hostile requests over every route, as API Gateway hands them on: answered, and nothing is written that is not asked.

They meet an election whose rows are hostile already. `make test` takes some hundred, `make fuzz` 20,000
(BAYKOO_FUZZ_REQUESTS); over the wire they go in tests/e2e/test_api_by_its_document.py.
"""

import base64
import datetime as dt
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hostile_day import HostileDay, hostile_day
from hostile_requests import EVERY, Hostile, Target, hostile_requests, typed_requests
from hostile_seeds import failed_before, keeping, seed

from app import app
from chalicelib.rehearsal.senders.table import SENDERS
from chalicelib.services.access import oidc
from chalicelib.services.access.operators import add_operator
from chalicelib.services.clients import bucket, jobs, provider_settings

REQUESTS = int(os.environ.get("BAYKOO_FUZZ_REQUESTS", "600"))
PER_DAY, SMS = 2_000, 120
SEEDS = list(dict.fromkeys((*failed_before("requests"), *(seed() + value for value in range(-(-REQUESTS // PER_DAY))))))
PROOFS = ("administrator", "operator", "viewer", "wrong", "")
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"}
BY_WHOEVER_ASKS = ("attempts#", "address#")
"""Rows that anybody's request may write: how often it was tried, and that a link was asked for an address."""
TYPES = ("application/json", "application/problem+json", "text/html", "text/javascript", "text/css", "image/svg+xml")


@dataclass
class Api:
    """The API in this process, on a hostile day's rows, and what the last request wrote."""

    day: HostileDay
    tokens: dict[str, str]
    written: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def watch(self, operation: str, parameters: dict[str, Any]) -> None:
        if operation in WRITES:
            self.written += _rows_of(parameters)

    def ask(self, hostile: Hostile) -> dict[str, Any]:
        self.written.clear()
        answer: dict[str, Any] = app(_event(hostile), SimpleNamespace(aws_request_id="r"))
        self.statuses[answer["statusCode"]] += 1
        return answer


def _rows_of(parameters: Any) -> list[str]:
    """Return the keys of the rows that a call writes."""
    if isinstance(parameters, list):
        return [key for parameter in parameters for key in _rows_of(parameter)]
    if not isinstance(parameters, dict):
        return []
    if "Key" in parameters or "Item" in parameters:
        row = parameters.get("Key") or parameters["Item"]
        table = parameters.get("TableName", "").rpartition("-")[2]
        names = ("key", "scope", "id", "election", "station", "shard", "token", "at", "phone", "form", "cell")
        return [table + ":" + "#".join(row[name]["S"] for name in names if "S" in row.get(name, {}))]
    return [key for value in parameters.values() for key in _rows_of(value)]


@pytest.fixture(scope="module", params=SEEDS)
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    with keeping("requests", request.param), hostile_day(request.param, SMS) as day, pytest.MonkeyPatch.context() as by:
        files: dict[str, bytes] = {}
        by.setenv("BAYKOO_BUCKET", "hostile")
        by.setenv("BAYKOO_JOB", "hostile")
        by.setenv("BAYKOO_TABLE_PREFIX", "hostile-")
        by.setattr(jobs, "begin", lambda *_: None)
        by.setattr(bucket, "put", files.__setitem__)
        by.setattr(oidc, "settings_of", lambda name: None)
        by.setattr(provider_settings, "configured_providers", lambda *_, **__: list(SENDERS))
        now = dt.datetime.now(dt.UTC)
        tokens = {role: add_operator(role, role, "hostile", (), now, dt.timedelta(days=9)) for role in PROOFS[:3]}
        made = Api(day, tokens | {"wrong": "x" * 43, "": ""})
        day.database.after = made.watch
        day.seed = request.param
        yield made
    sys.stdout.write(f"hostile requests: {made.statuses.total()}, answered {dict(made.statuses)}\n")


@pytest.mark.parametrize("role", PROOFS)
def test_every_request_is_answered_and_only_what_is_accepted_writes(api: Api, role: str) -> None:
    target = Target("http://localhost/api", "hostile", api.tokens[role] or None)
    count = min(REQUESTS, PER_DAY) // len(PROOFS)
    with keeping("requests", api.day.seed):
        for hostile in hostile_requests(api.day.seed * 10 + PROOFS.index(role), count, target):
            _check(api, hostile, api.ask(hostile), role)


@pytest.mark.parametrize("role", PROOFS[:2])
def test_the_strangest_that_a_document_allows_is_answered(api: Api, role: str) -> None:
    target = Target("http://localhost/api", "hostile", api.tokens[role])
    with keeping("requests", api.day.seed):
        for hostile in typed_requests(api.day.seed, min(REQUESTS, PER_DAY), target):
            _check(api, hostile, api.ask(hostile), role)


def _check(api: Api, hostile: Hostile, answer: dict[str, Any], role: str) -> None:
    status, shown = answer["statusCode"], answer["body"][:300]
    if hostile.route.startswith("/webhooks/vonage-messages") or "vonage-messages" in hostile.path:
        assert status < 500 or '"code": "unsigned"' in answer["body"], (hostile, status, shown)
    else:
        assert status < 500, (hostile, status, shown)
    headers = {**answer["headers"], **{name: values[0] for name, values in answer["multiValueHeaders"].items()}}
    assert not [value for value in map(str, headers.values()) if re.search(r"[\r\n\0]", value)], (hostile, headers)
    if answer["body"] and status not in (304, 308):
        kind = headers.get("Content-Type", "").partition(";")[0]
        assert kind in TYPES or hostile.route.startswith("/webhooks/"), (hostile, status, headers)
        assert kind != "text/html" or hostile.route in ("/", "/docs"), hostile
        if kind.endswith("json"):
            body = answer["body"]
            json.loads(base64.b64decode(body) if answer.get("isBase64Encoded") else body)
    is_accepted = 200 <= status < 300
    if not is_accepted or not role or role == "wrong":
        odd = [row for row in api.written if not row.partition(":")[2].startswith(BY_WHOEVER_ASKS)]
        assert odd == [] or "#unreadable#" in odd[0], (hostile, status, odd)
    if role == "viewer" and hostile.method not in ("GET", "HEAD"):
        assert not [row for row in api.written if row.startswith(("reports", "incidents", "messages", "elections"))]


def _event(hostile: Hostile) -> dict[str, Any]:
    """Return the event that API Gateway makes of a request to a route (payload format 1.0)."""
    path, _, query = hostile.path.partition("?")
    parameters: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=1000):
        parameters.setdefault(name, []).append(value)
    names = re.findall(r"\{(\w+)\}", hostile.route)
    parts = re.fullmatch(re.sub(r"\\\{\w+\\\}", "(.*)", re.escape(hostile.route)), path, re.DOTALL)
    values = parts.groups() if parts else ("x",) * len(names)
    named = [(name, value.encode("utf-8", "replace").decode()) for name, value in hostile.headers]
    return {
        "resource": hostile.route,
        "path": path,
        "httpMethod": _method(hostile),
        "headers": dict(named),
        "multiValueHeaders": {name: [value] for name, value in named},
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "pathParameters": dict(zip(names, values, strict=True)) or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": hostile.route,
            "httpMethod": _method(hostile),
            "path": "/api" + path,
            "stage": "api",
            "identity": {"sourceIp": "192.0.2.1"},
        },
        "body": base64.b64encode(hostile.body).decode() if hostile.body else None,
        "isBase64Encoded": bool(hostile.body),
    }


def _method(hostile: Hostile) -> str:
    """Return the request's method; API Gateway hands on those alone that a route has."""
    given = [method for method, route in EVERY if route == hostile.route]
    return hostile.method if hostile.method in given else given[0]
