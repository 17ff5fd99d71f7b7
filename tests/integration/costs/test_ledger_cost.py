"""What sealing an hour reads and writes on the real tables; of 10^5 reports: tests/unit/ledger/test_sealing_cost.py."""

import datetime as dt
import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from aws_faults import Wire
from batches import in_batches
from pipeline import Load, Pipeline
from read_units import item_size
from unit_meter import UnitMeter

from chalicelib.observation.ledger.merkle import HASH_BYTES
from chalicelib.services.ledger.seal import seal
from chalicelib.store import ledger
from chalicelib.store.messages import Message
from chalicelib.store.reports import ReportRow
from infra.cost import MEASURED, READS_PER_SEALED_REPORT_AND_HOUR

TEXT = "OP A1 B0730 C12 D1 E1668"
RAW = json.dumps({"id": "0" * 32, "from": "+996700000000", "to": "+996312000000", "text": TEXT, "at": "x" * 25})
READING = {"reports": [{"form": "OP", "station": "1001", "round": "-", "observer": "0001", "answers": {"A": 1} | {}}]}


@pytest.fixture
def stored() -> Iterator[list[Any]]:
    """Rows that a test has put beside the pipeline; gone after it, since other tests read whole tables."""
    rows: list[Any] = []
    yield rows
    for model in (Message, ReportRow):
        in_batches(model, [row for row in rows if isinstance(row, model)], lambda batch, row: batch.delete(row))


def reported(pipeline: Pipeline, count: int, rows: list[Any]) -> None:
    """So many SMS of an hour, each with its reply and the report that it makes."""
    election_id, now = pipeline.election.id, pipeline.now
    for place in range(count):
        key, phone = f"generic#{election_id}-{place:032}", f"+99670{place:07}"
        both = {"stored_at": now, "election": election_id, "region": "Wide", "conversation": phone, "observer": "0001"}
        incoming = {"provider": "generic", "received_at": now, "provider_at": now, "counted_at": now, "raw": RAW}
        read = {"reading": READING, "counted_in": f"{election_id}#1#Wide#OP#-", "processed_at": now}
        sms = Message(
            key, direction="in", state="accepted", sender=phone, text_as_sent=TEXT, **both, **incoming, **read
        )
        reply = Message(
            f"reply#{key}", direction="out", state="sent", recipient=phone, text_as_sent=TEXT, about=key, **both
        )
        source = [[now.isoformat(), key]]
        answers = {"0001": {"first": now.isoformat(), "from": source, "a": {code: [1668, 0] for code in "ABCDE"}}}
        report = ReportRow(
            f"{election_id}#{place:06}", "OP#-", version=1, region="Wide", answers=answers, counted={"A": 1}
        )
        rows += [sms, reply, report]
    for model in (Message, ReportRow):
        in_batches(model, [row for row in rows if isinstance(row, model)], lambda batch, row: batch.save(row))


def scanned_units(rows: list[Any]) -> float:
    """What a scan of tables that hold these rows costs: half a unit per 4 KB, whatever its filter drops."""
    sizes = dict.fromkeys((Message, ReportRow), 0)
    for row in rows:
        sizes[type(row)] += item_size(row.serialize())
    return sum(math.ceil(size / 4096) / 2 for size in sizes.values())


def sealing_cost(pipeline: Pipeline, count: int, rows: list[Any], wire: Wire) -> dict[str, Any]:
    reported(pipeline, count, rows)
    pipeline.now += dt.timedelta(minutes=1)
    meter = UnitMeter(wire)
    with meter:
        done = seal(pipeline.current, pipeline.now)
    assert done is not None
    assert done.header["size"] >= len(rows)
    parts = list(ledger.parts_of(pipeline.election.id, 1))
    kept = sum(len(part.keys) for part in parts)
    assert sum(len(part.leaves) for part in parts) == kept * HASH_BYTES
    return {
        "messages": 2 * count,
        "reports": count,
        "read units": round(scanned_units(rows)),
        "write units": round(meter.write_units),
        "requests": meter.requests,
        "parts": len(parts),
        "CPU seconds": round(meter.cpu, 2),
    }


def test_an_hour_of_a_thousand_reports(load: Load, wire: Wire, stored: list[Any]) -> None:
    cost = sealing_cost(load(), 10**3, stored, wire)
    print(json.dumps({"sealing an hour": cost}))  # noqa: T201
    assert cost["read units"] <= READS_PER_SEALED_REPORT_AND_HOUR * 10**3
    assert cost["write units"] <= MEASURED["report in the ledger"].write_units * 10**3
