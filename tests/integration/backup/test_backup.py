"""A backup that is broken off anywhere goes on, and the way back from the tables' own past."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber
from pipeline import Pipeline

from chalicelib.services.backup import backup as module
from chalicelib.services.backup.archive import require_whole, rows_of
from chalicelib.services.backup.backup import back_up
from chalicelib.services.processing.process import process
from chalicelib.store import raw_rows
from chalicelib.store.raw_rows import Page
from chalicelib.store.tables import StoreUnavailable

EXISTS = "TableAlreadyExistsException"


@pytest.fixture
def reported(pipeline: Pipeline) -> Pipeline:
    for place, text in enumerate(("OP A1 B0702 C9 D2 E1450", "IN 3 they beat us", "?!")):
        process(pipeline.send(pipeline.phone(place), text), pipeline.now)
    return pipeline


def quiet(table: str, rows: int) -> None:
    pass


def test_a_backup_broken_off_at_any_page_goes_on(
    reported: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbroken = tmp_path / "whole"
    back_up(reported.current, unbroken, reported.now, quiet)
    read = raw_rows.pages
    left = 0

    def pages(table: str, position: Any = None) -> Iterator[Page]:
        nonlocal left
        for page in read(table, position):
            if not left:
                raise StoreUnavailable("the network is gone")
            left -= 1
            yield page

    monkeypatch.setattr(module.raw_rows, "pages", pages)
    again, broken_off = tmp_path / "again", 0
    while not again.exists():
        left = 1
        try:
            back_up(reported.current, again, reported.now, quiet)
        except StoreUnavailable:
            broken_off += 1
    assert broken_off >= len(raw_rows.TABLES) - 1
    assert require_whole(again) == require_whole(unbroken)
    assert list(rows_of(again)) == list(rows_of(unbroken))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "whole"]
    assert again.stat().st_mode & 0o077 == 0, "there are names and phones in it"


def test_another_elections_rows_stay_out(reported: Pipeline, load: Any, tmp_path: Path) -> None:
    other = load()
    process(other.send(other.phone(), "OP A1"), other.now)
    path = tmp_path / "backup"
    back_up(reported.current, path, reported.now, quiet)
    rows = list(rows_of(path))
    assert not [row for _, row in rows if other.election.id in str(row.get("election"))]
    assert {table for table, _ in rows} >= {"messages", "reports", "tallies", "incidents"}


def test_b6_every_table_is_copied_as_of_an_instant(services: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = services.client("dynamodb")
    monkeypatch.setattr(raw_rows, "_client", lambda: client)
    at = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
    prefix = os.environ["BAYKOO_TABLE_PREFIX"]
    with Stubber(client) as aws:
        for number, table in enumerate(("elections", *raw_rows.TABLES)):
            parameters = {"SourceTableName": prefix + table, "TargetTableName": f"past-{table}", "RestoreDateTime": at}
            if number == 2:
                aws.add_client_error("restore_table_to_point_in_time", EXISTS, expected_params=parameters)
            else:
                aws.add_response("restore_table_to_point_in_time", {}, parameters)
        names = raw_rows.recover(at, "past-")
        aws.assert_no_pending_responses()
        for name in names:
            status = "CREATING" if name == "past-messages" else "ACTIVE"
            aws.add_response("describe_table", {"Table": {"TableStatus": status}}, {"TableName": name})
        assert raw_rows.not_active(names) == ["past-messages"]
    with Stubber(client) as aws:
        aws.add_client_error("restore_table_to_point_in_time", "PointInTimeRecoveryUnavailableException", "not enabled")
        with pytest.raises(StoreUnavailable, match="not enabled"):
            raw_rows.recover(at, "past-")
