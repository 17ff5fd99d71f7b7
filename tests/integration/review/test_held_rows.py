"""Rows that no try can process: held with their reason, seen by persons, and in nobody's way."""

import datetime as dt

import pytest
from click.testing import CliRunner
from incident_day import everyone
from long_sms import LongSms
from pipeline import Pipeline, stored

from chalicelib.cli.messages import messages as command
from chalicelib.observation.reading.reading import LONGEST_READ
from chalicelib.observation.sms.multipart import MOST_PER_PART
from chalicelib.services import sweep as sweeping
from chalicelib.services.outreach import reminders
from chalicelib.services.outreach.reminders import TooManyUnread, unread_stations
from chalicelib.services.processing.process import process
from chalicelib.services.review import held_rows
from chalicelib.services.review.held_rows import held_of
from chalicelib.services.sweep import MOST_TRIES, Progress, sweep
from chalicelib.store.incidents import incidents_of
from chalicelib.store.message_queries import hold_unreadable, unfinished
from chalicelib.store.messages import Message
from infra.stack import Stack

pytestmark = pytest.mark.usefixtures("multipart_gateways")

HOUR = dt.timedelta(hours=1)


def held_keys(pipeline: Pipeline) -> dict[str, str]:
    return {row["key"]: row["reason"] for row in held_of(everyone(pipeline))["held"]}


def waiting() -> set[str]:
    return set(unfinished("in", None, 1000))


def test_a6_a_row_that_no_try_processes_is_held_and_can_be_tried_again(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = pipeline.send(pipeline.phone(), "OP A1").key

    def fail(message: Message, now: dt.datetime) -> None:
        if message.key == poison:
            raise ValueError("Item size has exceeded the maximum allowed size")
        process(message, now)

    monkeypatch.setattr(sweeping, "process", fail)
    monkeypatch.setattr("chalicelib.cli.messages.use_stack", lambda: None)
    progress: list[Progress] = []
    for _ in range(MOST_TRIES):
        pipeline.now += HOUR
        progress += sweep(lambda: 60.0, lambda: pipeline.now).progress
    assert progress.count(Progress.STUCK) == MOST_TRIES - 1
    assert progress[-1] is Progress.HELD
    assert held_keys(pipeline)[poison] == "not_processed"
    assert poison not in waiting(), "it stands in nobody's way"
    listed = CliRunner().invoke(command, ["held"], catch_exceptions=False).output
    assert f"{poison}  " in listed
    assert "Item size has exceeded" in listed
    monkeypatch.setattr(sweeping, "process", process)
    CliRunner().invoke(command, ["retry", poison], catch_exceptions=False)
    pipeline.now = max(pipeline.now, dt.datetime.now(dt.UTC))
    sweep(lambda: 60.0, lambda: pipeline.now)
    assert stored(poison).state == "accepted"
    assert poison not in held_keys(pipeline)
    assert "is not held" in CliRunner().invoke(command, ["retry", poison]).output


@pytest.mark.parametrize(
    ("attribute", "value", "why"),
    [
        ("due_at", {"S": "2001-01-01"}, "2001-01-01"),
        ("schema", {"N": "2"}, "stored by schema 2, and this version of Baykoo reads 1"),
    ],
)
def test_a4_a_row_that_this_version_cannot_read_stops_no_other(
    pipeline: Pipeline,
    services: Stack,
    attribute: str,
    value: dict[str, str],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = pipeline.send(pipeline.phone(), "OP A1").key
    other = pipeline.send(pipeline.phone(1), "OP A1").key
    database, table = services.client("dynamodb"), f"{services.outputs['TablePrefix']}messages"
    row = database.get_item(TableName=table, Key={"key": {"S": broken}})["Item"]
    database.put_item(TableName=table, Item=row | {attribute: value})
    pipeline.now += HOUR
    swept = sweep(lambda: 60.0, lambda: pipeline.now)
    assert stored(other).state == "accepted"
    assert swept.progress[Progress.HELD] == 1
    kept = database.get_item(TableName=table, Key={"key": {"S": broken}})["Item"]
    assert kept["pending"]["S"].startswith("held#")
    assert why in kept["last_error"]["S"]
    assert kept["text"] == row["text"]
    monkeypatch.setattr("chalicelib.cli.messages.use_stack", lambda: None)
    listed = CliRunner().invoke(command, ["held"], catch_exceptions=False).output
    [line] = [line for line in listed.splitlines() if line.startswith(f"{broken}  ")]
    assert "  unreadable_row  " in line
    assert why in line
    refused = CliRunner().invoke(command, ["retry", broken])
    assert ("cannot be read" in refused.output) == (attribute == "schema"), "when it is due was written anew"


def test_a_newer_version_takes_up_what_an_older_one_could_not_read(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.cli.messages.use_stack", lambda: None)
    row = pipeline.send(pipeline.phone(), "OP A1")
    hold_unreadable(row.key, "it is stored by schema 1, and this version of Baykoo reads 0", pipeline.now)
    assert row.key in held_keys(pipeline)
    CliRunner().invoke(command, ["retry", row.key], catch_exceptions=False)
    pipeline.now = max(pipeline.now, dt.datetime.now(dt.UTC))
    sweep(lambda: 60.0, lambda: pipeline.now)
    assert stored(row.key).state == "accepted"


def test_a6_an_sms_has_at_most_so_many_parts_and_the_rest_is_held_unjoined(pipeline: Pipeline) -> None:
    total = 3
    texts = [f"part {place} of a flood" for place in range(40)]
    rows = []
    for place, text in enumerate(texts):
        long = LongSms(pipeline, [text, "", ""], name=f"flood{place}")
        rows.append(long.store(1))
        process(rows[-1], pipeline.now)
    states = [stored(row.key) for row in rows]
    too_many = [row for row in states if row.state == "held"]
    assert len(too_many) == len(texts) - MOST_PER_PART * total
    assert {row.reason for row in too_many} == {"too_many_parts"}
    assert set(held_keys(pipeline)) >= {row.key for row in too_many}
    for _ in range(2):
        pipeline.now += dt.timedelta(minutes=3)
        sweep(lambda: 60.0, lambda: pipeline.now)
    assert {stored(row.key).state for row in rows} == {"held", "joined"}
    assert pipeline.differences() == ()


def test_a6_strangers_who_wait_to_be_read_keep_nobody_s_reminder(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "MOST_UNREAD", 3)
    for place in range(6):
        pipeline.send(f"+99677000{place:04}", "OP A1")
    assert unread_stations(pipeline.election, pipeline.now) == frozenset()
    for place in range(3):
        pipeline.send(pipeline.phone(place), "OP A1")
    with pytest.raises(TooManyUnread):
        unread_stations(pipeline.election, pipeline.now)


def test_a6_a_text_longer_than_is_read_is_held_and_an_incident_at_its_beginning_is_heard(pipeline: Pipeline) -> None:
    flood = pipeline.say(pipeline.phone(), "OP A1 " + "IN " * 13_000)
    assert (flood.state, (flood.reading or {})["held"]) == ("held", "too_long")
    assert held_keys(pipeline)[flood.key] == "too_long"
    assert pipeline.reports() == []
    pipeline.say(pipeline.phone(1), "IN 3 they beat us\n" + "x " * LONGEST_READ)
    assert [incident.severity for incident in incidents_of(pipeline.election.id)][-1] == "critical"
    assert pipeline.differences() == ()


def test_the_list_of_what_is_held_says_that_it_is_cut(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in range(9):
        pipeline.say(pipeline.phone(place), "x " * LONGEST_READ)
    assert held_of(everyone(pipeline))["is_cut"] is False
    monkeypatch.setattr(held_rows, "MOST_SHOWN", 4)
    assert held_of(everyone(pipeline))["is_cut"] is True
