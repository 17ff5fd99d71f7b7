"""What sealing an hour costs, to a hundred thousand reports: units by AWS's rules, memory, processor time.

The tables' rows are made page by page as they are asked for, as DynamoDB hands out a megabyte, so that the memory
measured is the job's own; the ledger's table is in memory.
"""

import datetime as dt
import json
import math
import time
import tracemalloc
from typing import Any

import pytest
from fake_dynamodb import FakeDynamoDB
from one_station import one_station

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.ledger.seal import seal
from chalicelib.store import elections, ledger

NOW = dt.datetime(2017, 10, 15, 4, tzinfo=dt.UTC)
STORED = "2017-10-15T03:30:00.000000+0000"
TEXT = "OP A1 B0730 C12 D1 E1668"
PAGE_BYTES, UNIT_BYTES, WRITE_BYTES = 1024 * 1024, 4096, 1024
BESIDE = 500
"""Bytes of a message's row that sealing does not ask for and yet pays: what was read, states, the raw request."""
MOST_MEMORY = 60_000_000
"""Bytes that sealing may hold at once, to 10^5 reports."""

Row = dict[str, dict[str, str]]


class Tables(FakeDynamoDB):
    """So many reports, each with its SMS and its reply; counts the units that reading and writing take."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.read_units = self.write_units = 0.0
        self.pages = 0

    def scan(self, parameters: dict[str, Any]) -> dict[str, Any]:
        table = parameters["TableName"].rpartition("-")[2]
        of_table = {"messages": (2 * self.count, message), "reports": (self.count, report)}
        count, made = of_table[table]
        place = _place(parameters) + 1
        rows: list[Row] = []
        size = 0
        while place < count and size < PAGE_BYTES:
            rows.append(made(place))
            size += _bytes(rows[-1]) + (BESIDE if table == "messages" else 0)
            place += 1
        self.pages += 1
        self.read_units += math.ceil(size / UNIT_BYTES) / 2
        keys = ("key",) if table == "messages" else ("station", "form")
        more = {"LastEvaluatedKey": {name: rows[-1][name] for name in keys}} if place < count else {}
        return {"Items": rows, "Count": len(rows), "ScannedCount": len(rows), **more}

    def put_item(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self.write_units += math.ceil(_bytes(parameters["Item"]) / WRITE_BYTES)
        return super().put_item(parameters)


def message(place: int) -> Row:
    """The SMS of a report, or its reply."""
    number, is_reply = divmod(place, 2)
    key = f"{'reply#' if is_reply else ''}generic#{number * 7919:032x}"
    phone = f"+99670{number:07}"
    values = {"key": key, "channel": "sms", "provider": "generic", "text": TEXT, "stored_at": STORED}
    whose = {"direction": "out", "recipient": phone} if is_reply else {"direction": "in", "sender": phone}
    return {name: {"S": value} for name, value in {**values, **whose, "provider_at": STORED}.items()}


def report(place: int) -> Row:
    given = {"first": STORED, "from": [[STORED, "k" * 40]], "a": {code: [1, 0] for code in "ABCDE"}}
    answers = json.dumps({"0001": given})
    texts = {"station": f"large#{place:06}", "form": "OP#-", "region": "Osh", "answers": answers, "counted": '{"A":1}'}
    return {name: {"S": value} for name, value in texts.items()} | {"version": {"N": "1"}}


def _place(parameters: dict[str, Any]) -> int:
    start = parameters.get("ExclusiveStartKey")
    if start is None:
        return -1
    if "station" in start:
        return int(start["station"]["S"].rpartition("#")[2])
    key = start["key"]["S"]
    return 2 * (int(key.rpartition("#")[2], 16) // 7919) + key.startswith("reply#")


def _bytes(row: Any) -> int:
    return sum(len(name) + len(next(iter(typed.values())) or "") for name, typed in row.items())


def sealing(count: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Tables, float]:
    """Seal an hour of so many reports; the tables, and seconds of processor time."""
    tables = Tables(count)
    tables.install(monkeypatch)
    elections.save(one_station("large"), REAL_TIME)
    loaded = elections.existing("large")
    tables.write_units = 0
    begun = time.process_time()
    done = seal(loaded, NOW)
    seconds = time.process_time() - begun
    assert done is not None
    assert done.header["size"] == 3 * count
    assert sum(len(part.keys) for part in ledger.parts_of("large", 1)) == 3 * count
    return tables, seconds


@pytest.mark.parametrize("count", [10**3, pytest.param(10**5, marks=pytest.mark.long)])
def test_what_an_hour_reads_and_writes(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tables, seconds = sealing(count, monkeypatch)
    cost = {"reports": count, "messages": 2 * count, "pages": tables.pages}
    units = {"read units": round(tables.read_units), "write units": round(tables.write_units)}
    print(json.dumps({"sealing an hour": cost | units | {"CPU seconds": round(seconds, 1)}}))  # noqa: T201
    assert tables.read_units <= 0.4 * count
    assert tables.write_units <= 0.3 * count


@pytest.mark.parametrize("count", [3 * 10**3, pytest.param(10**5, marks=pytest.mark.long)])
def test_memory_is_bounded(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tables here keep of the ledger is counted in, some ten megabytes of 10^5 reports."""
    tracemalloc.start()
    sealing(count, monkeypatch)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(json.dumps({"most memory, MB": round(peak / 1e6, 1), "reports": count}))  # noqa: T201
    assert peak <= MOST_MEMORY
