"""An export of a nation's messages: time, memory, and a file that can be read back."""

import csv
import gzip
import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from fault_requests import ELECTION, did
from fault_stage import Stage, staged

MESSAGES = 1_000_000
PAGE = 1_200
"""Rows of some 800 bytes in the 1 MB of a page."""
MOST_SECONDS = 15 * 60
MOST_MEGABYTES = 256
BARE_MEGABYTES = 110
"""What the function takes before it exports anything (docs/performance.md)."""
STATM_PAGES = os.sysconf("SC_PAGE_SIZE") / 1_000_000


def resident() -> float:
    """Megabytes that this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * STATM_PAGES


class Nation:
    """A table of so many messages: pages of it are made as they are read, and its files are kept compressed."""

    def __init__(self, stage: Stage, count: int) -> None:
        self.count, self.before, self.most = count, resident(), 0.0
        key = stage.key("first")
        self.row = stage.cloud.database.tables["messages"][(key,)]
        self.answer = stage.cloud.database._make_api_call

    def __call__(self, operation: str, parameters: dict[str, Any]) -> Any:
        if operation != "Scan" or not parameters["TableName"].endswith("messages"):
            return self.answer(operation, parameters)
        self.most = max(self.most, resident() - self.before)
        begin = int(parameters.get("ExclusiveStartKey", {}).get("key", {}).get("S", "0").rpartition("#")[2])
        end = min(begin + PAGE, self.count)
        rows = [self.row | {"key": {"S": f"generic#{place:09}"}} for place in range(begin, end)]
        more = {"LastEvaluatedKey": {"key": {"S": f"generic#{end}"}}} if end < self.count else {}
        return {"Items": rows, "Count": len(rows), "ScannedCount": len(rows), **more}


@pytest.mark.long
def test_e2_a_million_messages_are_exported_in_time_and_in_little_memory(
    monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    count = int(os.environ.get("BAYKOO_EXPORTED", MESSAGES))
    stage = staged(monkeypatch)
    stage.say("first", "OP A1 B0730 C12 D1 E1668 # all is as it should be here")
    nation = Nation(stage, count)
    monkeypatch.setattr(stage.cloud.database, "_make_api_call", nation)
    export_request = did(stage, f"{ELECTION}/exports", {"what": "messages", "people": True})
    began = time.monotonic()
    stage.run_jobs()
    took = time.monotonic() - began
    export = stage.api.get(
        f"{ELECTION}/exports/{{export}}", election_id=stage.election.id, export=export_request["id"]
    ).json()
    assert (export["state"], export["error"]) == ("done", None)
    megabytes = export["bytes"] / 1_000_000
    figures = (f"{took:.0f} s", f"{nation.most:.0f} MB besides its {BARE_MEGABYTES}", f"a file of {megabytes:.1f} MB")
    record_property("figure", (f"{count} messages exported", *figures))
    [name] = [name for name in stage.cloud.outside.files if "messages.csv" in name]
    with gzip.open(io.BytesIO(stage.cloud.outside.files[name]), "rt", encoding="utf-8-sig") as written:
        rows = csv.DictReader(written)
        first = next(rows)
        assert first["text"].startswith("OP A1")
        assert 1 + sum(1 for _ in rows) == count
    assert took < MOST_SECONDS
    assert nation.most + BARE_MEGABYTES < MOST_MEGABYTES
