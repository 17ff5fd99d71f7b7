"""A burst of signed SMS at the local stack's speed: each is acknowledged, stored and counted once."""

from pathlib import Path

from infra.load import run_load
from infra.stack import Stack

MESSAGES = 100


def test_of_a_burst_of_signed_sms_none_is_lost(stack: Stack, tmp_path: Path) -> None:
    load = run_load(stack, tmp_path, MESSAGES)
    print(load.describe())  # noqa: T201
    assert load.lost == 0
    assert dict(load.outcomes) == {"accepted": MESSAGES}
    assert len(load.acknowledged) == len(load.waits) == MESSAGES
    assert "no differences" in load.differences or "0 differences" in load.differences, load.differences
