"""A newer version over a stack with data: rows that the last release wrote are read, worked on and counted on.

`write_release.py` wrote them with that release's code; what it read in them stands beside them.
"""

import base64
import datetime as dt
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pipeline import Pipeline, stored

from chalicelib.services.access.operators import authenticate
from chalicelib.services.elections.audit import audit
from chalicelib.services.incidents.escalation import escalate_due
from chalicelib.services.outreach.reminders import chase_due
from chalicelib.services.processing.process import process
from chalicelib.services.summaries.current import current_summary
from chalicelib.services.summaries.hourly import queue_summaries_due
from chalicelib.services.sweep import sweep
from chalicelib.services.views.trace import trace
from chalicelib.store.elections import existing
from chalicelib.store.incidents import incidents_of
from chalicelib.store.message_queries import read_rows
from chalicelib.store.messages import Message
from infra.stack import Stack

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.json"))
ELECTION = "released"
NUMBER = "+996312077777"
HOUR = dt.timedelta(hours=1)
WORKED_ON = {"in", "out", "receipt"}
"""Directions of rows that something is done for; the others are looked up by their keys."""


@dataclass(frozen=True)
class Released:
    """What a release read in its rows, and the election as it goes on from there."""

    read: dict[str, Any]
    rows: list[dict[str, Any]]
    day: Pipeline


def put(stack: Stack, line: dict[str, Any], **more: dict[str, str]) -> None:
    row = {
        name: {kind: base64.b64decode(value) if kind == "B" else value for kind, value in typed.items()}
        for name, typed in line["row"].items()
    }
    stack.client("dynamodb").put_item(TableName=stack.outputs["TablePrefix"] + line["table"], Item=row | more)


@pytest.fixture(scope="module", params=RELEASES, ids=lambda path: path.stem)
def released(request: pytest.FixtureRequest, services: Stack, emptied: None) -> Released:
    read = json.loads(request.param.read_text())
    rows = [json.loads(line) for line in request.param.with_suffix(".jsonl").read_text().splitlines()]
    for row in rows:
        put(services, row)
    secret = services.webhook_secrets["generic"]["secrets"][0]
    at = dt.datetime.fromisoformat(read["now"])
    return Released(read, rows, Pipeline(secret, existing(ELECTION).election, NUMBER, at, itertools.count(1000)))


def agrees(before: Any, after: Any, place: str = "") -> Iterator[str]:
    """Where what is read now differs from what was read; more may be read now."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            yield from agrees(value, after.get(name), f"{place}/{name}")
    elif before != after:
        yield f"{place}: {before} before, {after} now"


def test_there_is_a_release_to_upgrade_from() -> None:
    assert RELEASES


def test_every_row_that_is_worked_on_is_read(released: Released) -> None:
    messages = [line["row"] for line in released.rows if line["table"] == "messages"]
    keys = [row["key"]["S"] for row in messages if row["direction"]["S"] in WORKED_ON]
    rows, unreadable = read_rows(keys)
    assert not unreadable
    assert {row.key for row in rows} == set(keys)
    assert len(keys) > 100
    before = released.read["states"]
    assert {row.key: row.state for row in rows if row.key in before} == before


def test_every_number_is_what_it_was(released: Released) -> None:
    now = current_summary(existing(ELECTION), released.day.now).document()
    assert list(agrees(released.read["summary"], now)) == []
    assert released.read["summary"]["nation"]["messages"]["received"] > 20
    found = {incident.id: [incident.number, incident.state, incident.severity] for incident in incidents_of(ELECTION)}
    assert found == released.read["incidents"]
    assert audit(ELECTION).differences == ()


def test_an_operator_s_token_still_works(released: Released) -> None:
    operator = authenticate(f"Bearer {released.read['token']}", released.day.now)
    assert (operator.name, operator.election) == ("Ann", ELECTION)


def test_an_old_sms_is_traced(released: Released) -> None:
    alert = next(key for key in released.read["states"] if key.startswith("alert#"))
    assert trace(alert).steps
    way = trace(released.day.key("first"))
    assert {step.row for step in way.steps} == {way.key, f"reply#{way.key}"}


def test_what_was_under_way_goes_on(released: Released) -> None:
    day, before = released.day, released.day.summary()["nation"]
    alerts = [alert for key in released.read["unread"] for alert in process(stored(key), day.now)]
    assert len(alerts) >= 2
    assert [stored(key).state for key in released.read["unread"]] == ["accepted", "accepted"]
    day.now += HOUR
    escalate_due(day.now, float("inf"))
    for _ in range(3):
        chase_due(day.now)
        queue_summaries_due(day.now)
        day.now += dt.timedelta(minutes=1)
        sweep(lambda: 60, lambda: day.now)
    assert stored(f"reply#{day.key('unanswered')}").state == "sent"
    waiting = [row.key for row in day.rows() if row.pending and not row.key.startswith(("receipt#", "vonage-sms#"))]
    assert waiting == []
    after = day.summary()["nation"]
    assert after["messages"]["received"] > before["messages"]["received"]
    assert after["incidents"]["critical"] == before["incidents"]["critical"] + 1
    assert day.differences() == ()


def test_new_sms_change_old_reports_and_incidents(released: Released) -> None:
    day = released.day
    lead = day.observers(0)[0]
    old = next(
        report.report for report in day.reports() if (report.report.station, report.report.form) == (lead.station, "OP")
    )
    assert day.say(lead.phones[0], "OP C14").state == "accepted"
    new = next(
        report.report for report in day.reports() if (report.report.station, report.report.form) == (lead.station, "OP")
    )
    assert len(new.observers) == len(old.observers) == 2
    assert new.observers[lead.number].answers["C"].value == 14
    first = stored(day.key("first"))
    again = day.say(lead.phones[0], str(first.text), sent_at=first.provider_at)
    assert (again.state, again.about) == ("duplicate", first.key)
    [coordinator, *_] = [
        coordinator for coordinator in day.election.coordinators if coordinator.regions[0] == "Bishkek"
    ]
    day.say(coordinator.phone, "РЕШЕНО 1")
    assert {incident.number: incident.state for incident in incidents_of(ELECTION)}[1] == "resolved"
    assert day.differences() == ()


def test_the_day_is_summarised_to_its_end(released: Released) -> None:
    day = released.day
    for _ in range(16):
        day.now += HOUR
        chase_due(day.now)
        queue_summaries_due(day.now)
        sweep(lambda: 60, lambda: day.now)
    since = dt.datetime.fromisoformat(released.read["now"])
    kinds = {row.key.partition("#")[0] for row in day.outgoing() if row.stored_at > since}
    assert {"summary", "report", "missing"} <= kinds
    assert day.differences() == ()


def test_what_a_newer_version_adds_to_a_row_is_kept(released: Released, services: Stack) -> None:
    """So that going back to the release before loses nothing: attributes that it does not know stay in their rows."""
    key = f"reply#{released.day.key('first')}"
    [line] = [row for row in released.rows if row["row"].get("key", {}).get("S") == key]
    put(services, line, from_the_future={"S": "kept"})
    row = stored(line["row"]["key"]["S"])
    assert row.finish("failed", last_error="tested")
    item = services.client("dynamodb").get_item(
        TableName=f"{services.outputs['TablePrefix']}messages", Key={"key": line["row"]["key"]}
    )["Item"]
    assert item["from_the_future"] == {"S": "kept"}
    assert item["state"] == {"S": "failed"}
    assert Message.get(row.key).last_error == "tested"


def test_a4_a_report_keeps_what_a_newer_version_added_to_its_row(pipeline: Pipeline, services: Stack) -> None:
    """docs/security.md, A4: a report that is changed by this version, with an attribute of the next one."""
    pipeline.say(pipeline.phone(), "OP A1")
    [stored_report] = pipeline.reports()
    key = {"station": {"S": f"{pipeline.election.id}#{stored_report.report.station}"}, "form": {"S": "OP#-"}}
    table = f"{services.outputs['TablePrefix']}reports"
    services.client("dynamodb").update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET from_the_future = :kept",
        ExpressionAttributeValues={":kept": {"S": "kept"}},
    )
    pipeline.say(pipeline.phone(), "OP C12")
    item = services.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    assert item["from_the_future"] == {"S": "kept"}
    assert pipeline.reports()[0].version == 2
    assert pipeline.differences() == ()
