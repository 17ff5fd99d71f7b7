"""Log lines: what they carry, and how they are found again."""

import datetime as dt
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.services.clients import logs
from chalicelib.services.clients.log_context import LONGEST_TRACEBACK, log_request, logged_as, logger
from chalicelib.services.clients.logs import IDS_IN_A_PATTERN, lines_of

NOON = dt.datetime(2017, 10, 15, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Row:
    correlation_id: str


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logger.registered_handler
    monkeypatch.setattr(handler, "stream", stream)
    yield stream
    log_request(None)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_carries_the_row_and_the_request(written: io.StringIO) -> None:
    log_request(type("Context", (), {"aws_request_id": "request-1"}))
    with logged_as(Row("sms")):
        logger.info("processed")
        with logged_as(Row("alert")):
            logger.info("sent")
        logger.info("noted")
    logger.info("over")
    assert [line.get("correlation_id") for line in lines(written)] == ["sms", "alert", "sms", None]
    assert {line["function_request_id"] for line in lines(written)} == {"request-1"}


def test_threads_do_not_mix_their_rows(written: io.StringIO) -> None:
    both = threading.Barrier(2)

    def work(name: str) -> None:
        with logged_as(Row(name)):
            both.wait()
            logger.info(name)
            both.wait()

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((line["message"], line["correlation_id"]) for line in lines(written)) == [
        ("one", "one"),
        ("two", "two"),
    ]


def deep(depth: int, words: str) -> None:
    if depth == 0:
        raise ValueError(words)
    (deep if depth % 2 else shallow)(depth - 1, words)


def shallow(depth: int, words: str) -> None:
    deep(depth, words)


@pytest.mark.parametrize(("depth", "words"), [(3, "short"), (200, "the end"), (3, "long " * 5_000 + "the end")])
def test_c_a_fault_s_entry_has_a_bound_and_its_traceback_once(written: io.StringIO, depth: int, words: str) -> None:
    """Whatever the depth of the calls and the length of what the fault says."""
    try:
        deep(depth, words)
    except ValueError:
        logger.exception("failed")
    [line] = lines(written)
    assert (line["message"], line["exception_name"]) == ("failed", "ValueError")
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith(words[-7:].strip())
    assert len(line["exception"]) <= LONGEST_TRACEBACK
    assert len(written.getvalue().encode()) < 2 * LONGEST_TRACEBACK
    assert "stack_trace" not in line


class Groups:
    """CloudWatch Logs that gives every line of a group, whatever the pattern; and has no group of other functions."""

    class exceptions:  # noqa: N801 - botocore's own name
        class ResourceNotFoundException(Exception):
            pass

    def __init__(self, groups: dict[str, list[str]]) -> None:
        self.groups = groups
        self.asked: list[dict[str, Any]] = []

    def get_paginator(self, operation: str) -> "Groups":
        assert operation == "filter_log_events"
        return self

    def paginate(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(parameters)
        if parameters["logGroupName"] not in self.groups:
            raise self.exceptions.ResourceNotFoundException
        for message in self.groups[parameters["logGroupName"]]:
            yield {"events": [{"message": message, "timestamp": 1508068800000}]}


def line_of(correlation_id: str, message: str, **more: object) -> str:
    known = {"level": "INFO", "message": message, "timestamp": "2017-10-15 12:00:00,250+0000", "service": "baykoo"}
    return json.dumps(known | {"correlation_id": correlation_id, "function_request_id": "r1", "location": "x"} | more)


def test_lines_are_found_by_their_ids_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = line_of("aa", "sent", carrier="twilio", exception_name="Gone", exception="told +996700000001")
    groups = Groups({"/aws/lambda/b-deliver": ["START RequestId: r1", mine, line_of("bb", "sent"), '{"no": "id"}']})
    monkeypatch.setattr(logs, "client", lambda *_: groups)
    functions = {"Deliver": "b-deliver", "Sweep": "b-sweep"}
    [found] = lines_of(functions, ["aa"], NOON, NOON + dt.timedelta(minutes=1))
    assert (found.function, found.request, found.words) == ("Deliver", "r1", "sent")
    assert found.known == {"carrier": "twilio", "fault": "Gone"}
    assert found.at == NOON + dt.timedelta(milliseconds=250)
    assert groups.asked[0]["filterPattern"] == '{ $.correlation_id = "aa" }'
    assert groups.asked[0]["endTime"] - groups.asked[0]["startTime"] == 60_000


def test_many_ids_are_asked_for_in_patterns_that_cloudwatch_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = Groups({"/aws/lambda/b": []})
    monkeypatch.setattr(logs, "client", lambda *_: groups)
    ids = [f"{number:016x}" for number in range(IDS_IN_A_PATTERN + 1)]
    assert list(lines_of({"B": "b"}, ids, NOON, NOON)) == []
    assert [request["filterPattern"].count("||") for request in groups.asked] == [IDS_IN_A_PATTERN - 1, 0]
    assert all(len(request["filterPattern"]) <= 1024 for request in groups.asked)
