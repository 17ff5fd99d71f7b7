"""What the emulator keeps of its rows, in processes of its own Python that are killed: no server, no socket."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.emulator_process import KEPT
from infra.environments import EMULATOR, ROOT

PROGRAM = """
import asyncio, json, os, signal, sys
from pathlib import Path
sys.path.append(sys.argv[1])
from infra import emulator_journal
from ministack.services import dynamodb, lambda_svc

emulator_journal._keep_on = lambda folder, loop: None  # rows alone
emulator_journal.keep(Path(os.environ["BAYKOO_EMULATOR_KEPT"]))

def ask(action, asked):
    headers = {"x-amz-target": f"DynamoDB_20120810.{action}"}
    status, _, body = asyncio.run(dynamodb.handle_request("POST", "/", headers, json.dumps(asked).encode(), {}))
    assert status == 200, body
    return json.loads(body)

ask("CreateTable", {"TableName": "rows", "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "key", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST"})
lambda_svc._dynamodb_stream_positions["stream"] = 7
emulator_journal.emulator._load_persisted_state()
assert not lambda_svc._dynamodb_stream_positions
print(json.dumps(sorted(ask("Scan", {"TableName": "rows"})["Items"], key=lambda item: item["key"]["S"])), flush=True)
for action, asked in json.load(sys.stdin):
    ask(action, asked)
os.kill(os.getpid(), signal.SIGKILL)
"""


def run(folder: Path, *calls: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What an emulator finds that starts in a folder; it is then asked, and killed."""
    plain = {"PATH": "/usr/bin:/bin", "STATE_DIR": str(folder / "state"), KEPT: str(folder)}
    done = subprocess.run(
        [str(EMULATOR.python), "-P", "-c", PROGRAM, str(ROOT)],
        input=json.dumps(calls),
        env=plain,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def put(key: str, **attributes: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "PutItem", {"TableName": "rows", "Item": {"key": {"S": key}, **attributes}}


def keys(found: list[dict[str, Any]]) -> list[str]:
    return [item["key"]["S"] for item in found]


def test_every_write_is_there_after_each_death(tmp_path: Path) -> None:
    pair = [{"Put": put(key)[1]} for key in ("left", "right")]
    added = {"UpdateExpression": "ADD times :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    first = (
        put("gone"),
        put("kept", text={"S": "жаңы\n"}, bytes={"B": "AAE="}),
        ("UpdateItem", {"TableName": "rows", "Key": {"key": {"S": "kept"}}, **added}),
        ("TransactWriteItems", {"TransactItems": pair}),
        ("DeleteItem", {"TableName": "rows", "Key": {"key": {"S": "gone"}}}),
        ("BatchWriteItem", {"RequestItems": {"rows": [{"PutRequest": {"Item": {"key": {"S": "batch"}}}}]}}),
    )
    assert run(tmp_path, *first) == []
    found = run(tmp_path, put("later"))
    assert keys(found) == ["batch", "kept", "left", "right"]
    assert found[1] == {"key": {"S": "kept"}, "text": {"S": "жаңы\n"}, "bytes": {"B": "AAE="}, "times": {"N": "1"}}
    assert keys(run(tmp_path)) == ["batch", "kept", "later", "left", "right"]


def test_a_transaction_is_one_line(tmp_path: Path) -> None:
    run(tmp_path, ("TransactWriteItems", {"TransactItems": [{"Put": put(f"row{place}")[1]} for place in range(50)]}))
    (line,) = (tmp_path / "rows").read_bytes().splitlines()
    assert len(json.loads(line)) == 50


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_line_that_was_cut_short_is_passed_over(tmp_path: Path, cut: int) -> None:
    run(tmp_path, put("whole"), ("TransactWriteItems", {"TransactItems": [{"Put": put("a")[1]}, {"Put": put("b")[1]}]}))
    journal = tmp_path / "rows"
    journal.write_bytes(journal.read_bytes()[:-cut])
    assert keys(run(tmp_path, put("next"))) == ["whole"]
    assert keys(run(tmp_path)) == ["next", "whole"]


def test_the_file_begins_anew_with_what_the_tables_hold(tmp_path: Path) -> None:
    run(tmp_path, *(put("same", number={"N": str(number)}) for number in range(300)))
    before = (tmp_path / "rows").stat().st_size
    run(tmp_path)
    assert (tmp_path / "rows").stat().st_size < before / 100
    assert run(tmp_path) == [{"key": {"S": "same"}, "number": {"N": "299"}}]
