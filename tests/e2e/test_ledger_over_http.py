"""The ledger as its users meet it: a root in the summary and on the wall, a proof, and what was tampered with.

A proof is checked by the lines that docs/ledger.md prints, and by nothing else.
"""

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from deployed import ROOT, Deployed, eventually
from functions import call_function

NUMBER, ELECTION = "+996312000088", "ledgered"
OBSERVERS = ("+996502000000", "+996700000001")  # of station 1001
TEXT = "OP A1 B0730 C12 D1 E1668"
DOCUMENT = ROOT / "docs/ledger.md"


@pytest.fixture(scope="module")
def keys(deployed: Deployed) -> list[str]:
    """Two observers' SMS that were accepted and answered, sealed in the hour's root and told in its summary."""
    deployed.load_small(ELECTION, NUMBER, "--today")
    made = []
    for phone in OBSERVERS:
        sms_id = str(uuid4())
        assert deployed.sms(TEXT, phone, NUMBER, id=sms_id).status == 200
        made.append(f"generic#{sms_id}")
    eventually(lambda: all((deployed.message(f"reply#{key}") or {}).get("state") == "sent" for key in made))
    call_function(deployed.stack, "Summarize")
    deployed.baykoo("summarize", "--election", ELECTION)
    return made


@pytest.fixture(scope="module")
def root(deployed: Deployed, keys: list[str]) -> str:
    """The newest root, as a viewer reads it by the API."""
    answered = deployed.get(f"/v1/elections/{ELECTION}/ledger", deployed.operator(ELECTION, role="viewer"))
    assert answered.status == 200, answered.body
    published: str = answered.json()["roots"][0]["published"]
    return published


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lines of the document, in a file."""
    [lines] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert lines.count("\n") <= 20
    path = tmp_path_factory.mktemp("checker") / "check.py"
    path.write_text(lines)
    return path


def check(checker: Path, proof: Path, root: str) -> subprocess.CompletedProcess[str]:
    """Run the document's lines with Python's standard library alone."""
    command = [sys.executable, "-I", "-S", str(checker), str(proof), root]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def verified(deployed: Deployed, root: str, expect: int = 0) -> list[str]:
    lines = deployed.baykoo("verify", "--election", ELECTION, "--root", root, expect=expect).splitlines()
    return [line.removeprefix(f"{ELECTION}: ") for line in lines]


def test_headquarters_summary_and_the_wall_publish_the_root(deployed: Deployed, root: str) -> None:
    table = f"{deployed.stack.name}-messages"
    pages = deployed.stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    rows = [row for page in pages for row in page["Items"] if row["key"]["S"].startswith(f"summary#{ELECTION}#")]
    emails = [row["text"]["S"] for row in rows if row["channel"]["S"] == "email"]
    with_root = [text for text in emails if root in text]
    assert len(with_root) == 1, "headquarters', and no region's"
    wall = deployed.get(f"/v1/elections/{ELECTION}/wall", deployed.operator(ELECTION, role="viewer")).json()
    assert wall["ledger"]["root"] == root[:16]


def test_an_observer_s_proof_is_checked_by_the_document_s_lines(
    deployed: Deployed, keys: list[str], root: str, checker: Path, tmp_path: Path
) -> None:
    path = tmp_path / "proof.json"
    deployed.baykoo("prove", keys[0], "--election", ELECTION, "--out", str(path))
    for published in (root, root[:16], f"{root[:4]} {root[4:8]} {root[8:12].upper()}"):
        done = check(checker, path, published)
        assert done.returncode == 0, done.stderr
        assert TEXT in done.stdout
        assert OBSERVERS[0] in done.stdout
    proof = json.loads(path.read_text())
    assert check(checker, path, "ab" * 32).returncode == 1
    assert check(checker, path, root[:4]).returncode == 1, "too few digits prove nothing"
    for name, other in {
        "row": proof["row"] | {"text": "OP A2"},
        "salt": "00" * 16,
        "path": [*proof["path"][1:], "00" * 32],
        "seal": proof["seal"] | {"hour": "2017-10-15T09"},
    }.items():
        path.write_text(json.dumps(proof | {name: other}))
        assert check(checker, path, root).returncode == 1, name
    printed = deployed.baykoo("prove", "1001#OP#-", "--election", ELECTION)
    path.write_text(printed)
    assert check(checker, path, root).returncode == 0
    deployed.baykoo("prove", "generic#nothing", "--election", ELECTION, expect=1)


def test_what_is_changed_added_or_taken_away_by_hand_is_named(deployed: Deployed, keys: list[str], root: str) -> None:
    database, table = deployed.stack.client("dynamodb"), f"{deployed.stack.name}-messages"
    assert verified(deployed, root)[-1].endswith("0 differences.")

    def stored(key: str) -> dict[str, Any]:
        row: dict[str, Any] = database.get_item(TableName=table, Key={"key": {"S": key}})["Item"]
        return row

    changed, gone = stored(keys[0]), stored(f"reply#{keys[1]}")
    hours_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)
    forged = stored(keys[1]) | {
        "key": {"S": "generic#forged"},
        "stored_at": {"S": f"{hours_ago:%Y-%m-%dT%H:%M:%S.%f}+0000"},
    }
    database.put_item(TableName=table, Item=changed | {"text": {"S": "OP A2"}})
    database.delete_item(TableName=table, Key={"key": gone["key"]})
    database.put_item(TableName=table, Item=forged)
    output = verified(deployed, root, expect=1)
    assert output[-1].endswith("3 differences.")
    [item] = [line for line in output if keys[0] in line]
    assert item.startswith(f"message {keys[0]}: changed since the root of ")
    [item] = [line for line in output if keys[1] in line]
    assert item.startswith(f"message reply#{keys[1]}: taken away, it is in the root of ")
    [item] = [line for line in output if "forged" in line]
    assert item.startswith("message generic#forged: added, it bears ")
    sealed_again = deployed.baykoo("seal", "--election", ELECTION)
    assert f"{ELECTION}: " in sealed_again
    assert verified(deployed, root, expect=1)[-1].endswith("3 differences."), "no later root hides it"
    database.put_item(TableName=table, Item=changed)
    database.put_item(TableName=table, Item=gone)
    database.delete_item(TableName=table, Key={"key": {"S": "generic#forged"}})
    assert verified(deployed, root)[-1].endswith("0 differences.")
    assert verified(deployed, "ab" * 8, expect=1)[0] == f"ledger: {'ab' * 8} was published, and is no root of it"
