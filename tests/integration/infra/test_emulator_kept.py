"""The emulator is killed at any moment, and started again on what it kept: whatever it answered is there."""

import io
import random
import threading
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from stack import kill_emulator

from infra.emulator import emulator, keep_now, kept_in
from infra.stack import client

TABLE = "kept"


def make_table(database: Any) -> None:
    database.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )


def rows(database: Any) -> dict[str, dict[str, Any]]:
    pages = database.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
    return {row["key"]["S"]: row for page in pages for row in page["Items"]}


def pair(place: int) -> list[dict[str, Any]]:
    """A transaction of two rows."""
    return [{"Put": {"TableName": TABLE, "Item": {"key": {"S": f"{half}{place}"}}}} for half in ("left", "right")]


def test_every_kind_of_write_and_what_is_deployed_is_there_again(tmp_path: Path) -> None:
    folder = tmp_path / "emulator"
    with emulator(folder, keep=True) as endpoint:
        database, settings = client("dynamodb", endpoint), client("ssm", endpoint)
        make_table(database)
        keep_now(folder)
        for place in range(5):
            database.put_item(TableName=TABLE, Item={"key": {"S": f"row{place}"}, "text": {"S": "жаңы\n"}})
        database.transact_write_items(TransactItems=pair(1))
        database.delete_item(TableName=TABLE, Key={"key": {"S": "row0"}})
        changed = {"Key": {"key": {"S": "row1"}}, "ExpressionAttributeValues": {":one": {"N": "1"}}}
        database.update_item(TableName=TABLE, UpdateExpression="ADD times :one", **changed)
        batch = [{"PutRequest": {"Item": {"key": {"S": "batch"}, "bytes": {"B": b"\0\1"}}}}]
        database.batch_write_item(RequestItems={TABLE: batch})
        settings.put_parameter(Name="/kept", Value="secret", Type="SecureString")
        keep_now(folder)
        before = rows(database)
        kill_emulator(folder)
    assert kept_in(folder).is_dir()
    with emulator(folder, keep=True) as endpoint:
        database = client("dynamodb", endpoint)
        assert rows(database) == before
        assert before["row1"]["times"] == {"N": "1"}
        assert before["batch"]["bytes"] == {"B": b"\0\1"}
        assert set(before) == {"row1", "row2", "row3", "row4", "left1", "right1", "batch"}
        found = client("ssm", endpoint).get_parameter(Name="/kept", WithDecryption=True)
        assert found["Parameter"]["Value"] == "secret"
        database.put_item(TableName=TABLE, Item={"key": {"S": "after"}})
        kill_emulator(folder)
    with emulator(folder, keep=True) as endpoint:
        assert set(rows(client("dynamodb", endpoint))) == {*before, "after"}
    assert not folder.exists(), "a clean end leaves nothing"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_was_answered_is_there_and_no_transaction_in_half(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "emulator"
    answered: set[str] = set()
    with emulator(folder, keep=True) as endpoint:
        database = client("dynamodb", endpoint)
        make_table(database)
        keep_now(folder)
        threading.Timer(random.Random(seed).uniform(0.2, 1.5), kill_emulator, (folder,)).start()
        with suppress(BotoCoreError, ClientError):
            for place in range(100_000):
                database.transact_write_items(TransactItems=pair(place))
                answered |= {f"left{place}", f"right{place}"}
    assert answered
    with emulator(folder, keep=True) as endpoint:
        kept = set(rows(client("dynamodb", endpoint)))
    assert answered <= kept
    assert len(kept) <= len(answered) + 2
    assert {key.removeprefix("left") for key in kept if key.startswith("left")} == {
        key.removeprefix("right") for key in kept if key.startswith("right")
    }


def test_the_stream_s_triggers_go_on(tmp_path: Path) -> None:
    folder, seen = tmp_path / "emulator", tmp_path / "seen"
    code = f"def handle(event, _):\n    open({str(seen)!r}, 'a').writelines(NAME(r) for r in event['Records'])\n"
    code = code.replace("NAME(r)", "r['dynamodb']['Keys']['key']['S'] + ' '")
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as made:
        made.writestr("seeing.py", code)

    def put(endpoint: str, key: str) -> None:
        client("dynamodb", endpoint).put_item(TableName=TABLE, Item={"key": {"S": key}})
        deadline = time.monotonic() + 20
        while key not in (seen.read_text().split() if seen.exists() else ()):
            assert time.monotonic() < deadline, f"{key} was not brought"
            time.sleep(0.1)

    with emulator(folder, keep=True) as endpoint:
        make_table(client("dynamodb", endpoint))
        stream = client("dynamodb", endpoint).describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
        functions = client("lambda", endpoint)
        made_of = {"Runtime": "python3.11", "Handler": "seeing.handle", "Code": {"ZipFile": bundle.getvalue()}}
        functions.create_function(FunctionName="seeing", Role="arn:aws:iam::000000000000:role/any", **made_of)
        functions.create_event_source_mapping(
            FunctionName="seeing", EventSourceArn=stream, StartingPosition="TRIM_HORIZON"
        )
        put(endpoint, "first")
        put(endpoint, "second")
        keep_now(folder)
        kill_emulator(folder)
    for key in ("third", "fourth"):
        with emulator(folder, keep=True) as endpoint:
            put(endpoint, key)
            keep_now(folder)
            kill_emulator(folder, with_workers=True)


def test_a_line_that_was_cut_short_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "emulator"
    with emulator(folder, keep=True) as endpoint:
        make_table(client("dynamodb", endpoint))
        keep_now(folder)
        client("dynamodb", endpoint).put_item(TableName=TABLE, Item={"key": {"S": "whole"}})
        kill_emulator(folder)
    with (kept_in(folder) / "rows").open("ab") as journal:
        journal.write(b'[["000000000000","us-east-1","kept","half","__no_so')
    with emulator(folder, keep=True) as endpoint:
        assert set(rows(client("dynamodb", endpoint))) == {"whole"}


def test_without_keeping_nothing_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "emulator"
    with emulator(folder):
        kill_emulator(folder)
    assert not folder.exists()
