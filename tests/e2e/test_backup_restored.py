"""A whole election from one stack into another: what was counted counts there, and nobody is texted again."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from deployed import Deployed, call, eventually

from infra.stack import Stack

pytestmark = pytest.mark.long

ELECTION, NUMBER = "kept", "+996312000078"


@pytest.fixture(scope="module")
def other(stack_without_streams: Stack, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    return Deployed(stack_without_streams, tmp_path_factory.mktemp("other"))


def all_processed(deployed: Deployed, keys: list[str]) -> list[dict[str, Any]]:
    rows = [deployed.message(key) or {"state": "received"} for key in keys]
    return [] if any(row["state"] == "received" for row in rows) else rows


@pytest.fixture(scope="module")
def backup(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of an election with a report and its incident, an SMS not understood, a stranger's, and a STOP."""
    deployed.load_small(ELECTION, NUMBER)
    token = deployed.operator(ELECTION)
    now = dt.datetime.now(dt.UTC).isoformat()
    texts = (
        ("+996502000000", "OP A1 B0702 C9 D2 E1450"),
        ("+996502000000", "?!"),
        ("+996555777999", "OP A1"),
        ("+996502000000", "STOP"),
    )
    for place, (sender, text) in enumerate(texts):
        assert deployed.sms(text, sender, NUMBER, id=f"kept-{place}", received_at=now).status == 200
    keys = [f"generic#kept-{place}" for place in range(len(texts))]
    rows = eventually(lambda: all_processed(deployed, keys), 60)
    assert {row["state"] for row in rows} == {"accepted", "unrecognised", "quarantined", "opted_out"}
    assert deployed.get(f"/elections/{ELECTION}/summary", token).status == 200
    path = tmp_path_factory.mktemp("backup") / "kept.backup"
    printed = deployed.baykoo("backup", ELECTION, str(path))
    assert "messages" in printed
    return path


def test_b6_it_counts_in_another_stack_as_it_did(deployed: Deployed, other: Deployed, backup: Path) -> None:
    sent_before = call(f"{other.stack.endpoint_url}/_ministack/sns/sms-messages", None, {}).json()
    restored = other.baykoo("restore", str(backup))
    assert "0 differences" in restored
    here, token_there = deployed.operator(ELECTION), other.operator(ELECTION)
    for path in ("summary", "incidents", "opt-outs", "regions/Bishkek/stations", "messages/generic%23kept-0"):
        before = deployed.get(f"/elections/{ELECTION}/{path}", here).json()
        after = other.get(f"/elections/{ELECTION}/{path}", token_there).json()
        for document in (before, after):
            document.pop("as_of", None)
        assert after == before, path
    assert "accepted" in str(other.message("generic#kept-0"))
    sent_after = call(f"{other.stack.endpoint_url}/_ministack/sns/sms-messages", None, {}).json()
    assert sent_after == sent_before, "a restored stack texts nobody"


def test_it_is_not_written_over_an_election(other: Deployed, backup: Path) -> None:
    other.baykoo("restore", str(backup), expect=1)


def test_another_name_needs_another_stack(other: Deployed, backup: Path) -> None:
    other.baykoo("restore", str(backup), "--as", "kept-again", expect=1)
